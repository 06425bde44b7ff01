import { expect, test } from 'vitest';
import { embedSearchOf } from './embed-search.ts';

test.each([
  [
    { recordType: 'contact', id: '{465B158C-541C-E511-80D3-3863BB347BA8}' },
    { recordType: 'contact', id: '465b158c-541c-e511-80d3-3863bb347ba8' },
  ],
  [
    { recordType: 'Lead', id: 7 },
    { recordType: 'lead', id: '7' },
  ],
  [{ recordType: '', id: ['a'] }, {}],
  [{}, {}],
])('%j names %j', (given, named) => {
  expect(embedSearchOf(given)).toEqual(named);
});
