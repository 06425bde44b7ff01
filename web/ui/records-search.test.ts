import { expect, test } from 'vitest';
import { recordsSearchOf } from './records-search.ts';

test('the records list takes from the address what parses and leaves out the rest', () => {
  expect(
    recordsSearchOf({ recordType: 'contact', consent: 'denied', decidedSince: 'May', other: 1 }),
  ).toEqual({
    recordType: 'contact',
    consent: 'denied',
  });
  expect(recordsSearchOf({ consent: 'on-hold', search: 42 })).toEqual({ consent: 'on-hold' });
  expect(recordsSearchOf({})).toEqual({});
});
