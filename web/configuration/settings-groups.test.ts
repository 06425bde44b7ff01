import { expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { Settings } from '../../src/http/schemas/administration.ts';
import {
  answerLimits,
  askLimits,
  ownershipLimits,
  reminderLimits,
  storageLimits,
} from './settings-groups.ts';

const shown = [...askLimits, ...answerLimits, ...ownershipLimits, ...reminderLimits, ...storageLimits];
const takes = (key: string, value: unknown): boolean => {
  const schema = Settings.partial().strict();
  return schema.safeParse({ [key]: value }).success;
};

test('every number among the settings has its field, once', () => {
  const numbers = Object.keys(DEFAULT_SETTINGS).filter((key) => takes(key, 30));
  expect(shown.map(({ key }) => key).sort()).toEqual(numbers.sort());
});

test('“no limit” may be chosen just where the server takes it, and every field starts with what it takes', () => {
  for (const { key, noLimit, start } of shown) {
    expect([key, noLimit !== undefined]).toEqual([key, takes(key, null)]);
    expect([key, takes(key, start)]).toEqual([key, true]);
  }
});

test('a setting that is no number is one of those the form has a field of its own for', () => {
  const others = Object.keys(DEFAULT_SETTINGS).filter((key) => !takes(key, 30));
  expect(others.sort()).toEqual([
    'businessName',
    'chatWithUnknown',
    'countriesNoAskAfterRefusal',
    // Under CRM, beside what the compare found.
    'crmCompareHour',
    'defaultLanguage',
    'grantNeedsSecondPerson',
    'holdContainsStopForUs',
    'returnToPreviousOwner',
    // These two stand under Configuration, CRM.
    'timelineChats',
    'timelineConsent',
    'unknownAskingBasis',
    'unknownUnset',
  ]);
  expect(z.toJSONSchema(Settings).required?.length).toBe(others.length + shown.length);
});
