import { describe, expect, test } from 'vitest';
import { differencesOf } from './differences.ts';

describe('what an audit entry says changed', () => {
  test('names only the fields that differ, in words', () => {
    expect(
      differencesOf(
        { holdDays: 10, chatWithUnknown: false, businessName: '' },
        { holdDays: 7, chatWithUnknown: true, businessName: '' },
      ),
    ).toEqual([
      { field: 'hold days', before: '10', after: '7' },
      { field: 'chat with unknown', before: 'no', after: 'yes' },
    ]);
  });

  test('something that was made or removed shows its fields against nothing', () => {
    expect(differencesOf(null, { phoneColumns: ['mobilephone', 'telephone1'] })).toEqual([
      { field: 'phone columns', before: 'nothing', after: 'mobilephone, telephone1' },
    ]);
    expect(differencesOf({ name: 'Contact' }, null)).toEqual([
      { field: 'name', before: 'Contact', after: 'nothing' },
    ]);
  });

  test('a missing field, null and "no limit" are the same nothing', () => {
    expect(differencesOf({ serviceExpiresDays: null }, {})).toEqual([]);
    expect(differencesOf(undefined, null)).toEqual([]);
  });

  test('what has parts is told part by part', () => {
    expect(
      differencesOf(
        { bindings: {} },
        { bindings: { 1: { column: 'firstname', fallback: 'there' } }, keywords: [] },
      ),
    ).toEqual([{ field: 'bindings', before: 'nothing', after: '1: column: firstname; fallback: there' }]);
  });

  test('a list of things is told by their values', () => {
    const keywords = [{ text: 'Yes, I Agree', language: 'en' }, { text: 'OK' }];
    expect(differencesOf({ keywords: [] }, { keywords })).toEqual([
      { field: 'keywords', before: 'nothing', after: 'Yes, I Agree (en), OK' },
    ]);
  });

  test('plain values are compared as they are', () => {
    expect(differencesOf('draft', 'published')).toEqual([{ field: '', before: 'draft', after: 'published' }]);
  });
});
