import { describe, expect, it } from 'vitest';
import { RIGHTS } from '../../src/core/rights.ts';
import words from '../i18n/en/rights.json' with { type: 'json' };
import { whyNot } from './may-words.ts';

describe('why a person may not', () => {
  it.each([
    ['agent', 'approve-grant', 'may.reason'],
    ['agent', 'manage-people', 'may.reason'],
    ['auditor', 'export', 'may.reason'],
    ['auditor', 'chat', 'may.reasonAuditor'],
    ['auditor', 'manage-people', 'may.reasonAuditor'],
  ] as const)('%s without %s: %s', (role, right, sentence) => {
    expect(whyNot(role, right)).toBe(sentence);
  });

  it('has a name and a sentence for every right, and for nothing else', () => {
    expect(Object.keys(words.rights).toSorted()).toEqual([...RIGHTS].toSorted());
  });
});
