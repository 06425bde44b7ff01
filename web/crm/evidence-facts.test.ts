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
      newKindOfThing: 7,
    }),
  ).toEqual([
    ['Rule', 'button-token'],
    ['Signature verified', 'true'],
    ['Meaning of the buttons', 'yes, no'],
    ['Request: Hash of the wording', 'ab12'],
    ['Request: Wording: Body', 'May we?'],
    ['Request: Wording: Buttons', 'Yes, No'],
    ['Changes', '[\n  {\n    "id": 1\n  }\n]'],
    ['New kind of thing', '7'],
  ]);
});
