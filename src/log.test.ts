import { expect, it } from 'vitest';
import { createLog, safeError } from './log.ts';

/** A line of the log as it goes out. */
function lineOf(error: unknown): string {
  const lines: string[] = [];
  createLog('trace', { write: (line: string) => void lines.push(line) }).error({ err: error }, 'failed');
  return lines.join('');
}

it('of what PostgreSQL says, the code and the rule go out and the values do not', () => {
  const error = Object.assign(new Error('duplicate key value: "ana@example.com"'), {
    severity: 'ERROR',
    code: '23505',
    constraint: 'person_email',
    table: 'person',
    detail: 'Key (lower(email))=(ana@example.com) already exists.',
    where: 'Failing row contains (Ana, +12025550147)',
  });
  const line = lineOf(error);
  expect(line).toContain('"code":"23505","constraint":"person_email","table":"person"');
  expect(line).not.toMatch(/ana|Ana|2025550147/);
});

it.each([
  [
    'WhatsApp answered 400: no such recipient +1 (202) 555-0147',
    'WhatsApp answered 400: no such recipient …',
  ],
  ['cannot send to 12025550147', 'cannot send to …'],
  ['mail of Ana.Smith+x@contoso.example bounced', 'mail of …@… bounced'],
  ['no template named "Dear Ana"', 'no template named “…”'],
  ['Bearer assent_abcdefghijklmnopqrstuvwxyz0123456789', 'Bearer …'],
  ['no row 01a2259c-c566-739b-80d8-df9e3a8ada4d', 'no row 01a2259c-c566-739b-80d8-df9e3a8ada4d'],
  ['connect ECONNREFUSED 192.168.100.200:5432', 'connect ECONNREFUSED 192.168.100.200:5432'],
  ['connect ECONNREFUSED 10.0.0.1:5432', 'connect ECONNREFUSED 10.0.0.1:5432'],
])('%s', (message, expected) => {
  expect(safeError(new Error(message))).toMatchObject({ message: expected });
});

it('keeps where it happened, and what it came from', () => {
  const error = new TypeError('fetch failed', { cause: new Error('for +12025550147') });
  expect(safeError(error)).toMatchObject({
    type: 'TypeError',
    stack: expect.stringMatching(/^\s+at .*log\.test\.ts/),
    cause: { message: 'for …', stack: expect.not.stringContaining('2025550147') },
  });
  expect(lineOf('a text that was thrown: Ana')).not.toContain('Ana');
});
