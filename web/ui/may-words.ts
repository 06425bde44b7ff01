import { READING_RIGHTS, type Right, type Role } from '../../src/core/rights.ts';

/**
 * Which sentence explains that a role lacks a right: an agent can be given it; an auditor can be given reading rights
 * alone, so for anything else another role is what helps.
 */
export function whyNot(role: Role, right: Right): 'may.reason' | 'may.reasonAuditor' {
  return role === 'auditor' && !READING_RIGHTS.includes(right) ? 'may.reasonAuditor' : 'may.reason';
}
