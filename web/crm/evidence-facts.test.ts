import { expect, it } from 'vitest';
import { evidenceFacts } from './evidence-facts.ts';

it('names every value, whatever its depth, and leaves out what is empty', () => {
  expect(
    evidenceFacts({
      rule: 'button-token',
      signatureVerified: true,
      fileSha256: null,
      meanings: ['yes', 'no'],
      request: { wordingHash: 'ab12', wording: { body: 'May we?', footer: null, buttons: ['Yes', 'No'] } },
      changes: [{ id: 1 }],
    }),
  ).toEqual([
    ['Rule', 'button-token'],
    ['Signature verified', 'true'],
    ['Meanings', 'yes, no'],
    ['Request, wording hash', 'ab12'],
    ['Request, wording, body', 'May we?'],
    ['Request, wording, buttons', 'Yes, No'],
    ['Changes', '[\n  {\n    "id": 1\n  }\n]'],
  ]);
});
