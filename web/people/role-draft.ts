import type { Right } from '../../src/core/rights.ts';
import type { RoleRights } from './queries.ts';

/** The two roles whose rights can be changed; an administrator always has all. */
export type OpenRole = 'agent' | 'auditor';
export type RoleDraft = Record<OpenRole, Right[]>;

/** Why a box of the matrix cannot be changed; null where it can. */
export type Fixed = 'always' | 'never' | null;

/** An agent keeps the least, an auditor gets reading at most (core/rights.ts). */
export function fixedFor(roles: RoleRights, role: OpenRole, right: Right): Fixed {
  if (role === 'agent') return roles.agentLeast.includes(right) ? 'always' : null;
  return roles.auditorMost.includes(right) ? null : 'never';
}

export function withRight(draft: RoleDraft, role: OpenRole, right: Right, on: boolean): RoleDraft {
  const others = draft[role].filter((one) => one !== right);
  return { ...draft, [role]: on ? [...others, right] : others };
}

/** Only the role that differs is sent, so that two administrators do not undo each other's role. */
export function changesOf(saved: RoleRights, draft: RoleDraft): Partial<RoleDraft> {
  const open: OpenRole[] = ['agent', 'auditor'];
  return Object.fromEntries(
    open.filter((role) => !sameSet(saved[role], draft[role])).map((role) => [role, draft[role]]),
  );
}

function sameSet(a: readonly Right[], b: readonly Right[]): boolean {
  const left = new Set(a);
  return left.size === new Set(b).size && b.every((right) => left.has(right));
}
