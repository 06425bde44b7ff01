import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { Settings } from '../../src/http/schemas/administration.ts';
import { isLanguage, LANGUAGES, translate } from '../i18n/i18n.ts';
import { speak } from '../i18n/language.ts';
import {
  answerLimits,
  askLimits,
  ownershipLimits,
  reminderLimits,
  storageLimits,
} from './settings-groups.ts';

afterEach(() => speak('en'));

const shown = [...askLimits, ...answerLimits, ...ownershipLimits, ...reminderLimits, ...storageLimits];
const takes = (key: string, value: unknown): boolean => {
  const schema = Settings.partial().strict();
  return schema.safeParse({ [key]: value }).success;
};

test('every number among the settings has its field, once', () => {
  const numbers = Object.keys(DEFAULT_SETTINGS).filter((key) => takes(key, 30));
  expect(shown.map(({ key }) => key).sort()).toEqual(numbers.sort());
});

test('“no limit” and the least number are what the server takes, and every field starts with what it takes', () => {
  for (const { key, noLimit, least, start } of shown) {
    expect([key, noLimit !== undefined]).toEqual([key, takes(key, null)]);
    expect([key, takes(key, start)]).toEqual([key, true]);
    expect([key, takes(key, least), takes(key, least - 1)]).toEqual([key, true, false]);
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

test.each(Object.keys(LANGUAGES).filter(isLanguage))(
  'where 0 may be chosen, %s says in words what it means',
  async (language) => {
    await speak(language);
    for (const { key, least } of shown)
      expect([key, /(^|[\s\u200f])0:/.test(translate(`configuration:settings.numbers.${key}.hint`))]).toEqual(
        [key, least === 0],
      );
  },
);
