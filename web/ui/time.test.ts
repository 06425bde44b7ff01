import { afterAll, describe, expect, test } from 'vitest';
import type { Language } from '../i18n/i18n.ts';
import { speak } from '../i18n/language.ts';
import { keepLocale, keepTimeZone, localDay, startOfDay } from '../i18n/locale.ts';
import { duration, localDate, localTime, relativeTime, type TimeForm } from './time.tsx';

/** Late in the evening of 12 May in London is the 13th in Kolkata and still the afternoon in Los Angeles. */
const NOW = new Date('2026-05-12T22:40:00Z');

async function inPlace(language: Language, zone: string, browser: string[] = []): Promise<void> {
  await speak(language);
  keepLocale(language, browser);
  keepTimeZone(zone);
}
/** Intl writes narrow and non-breaking spaces, which differ between its versions. */
const plain = (text: string) =>
  text.replaceAll(/[\u202f\u00a0]/g, ' ').replaceAll(/[\u2066-\u2069\u200f\u200e]/g, '');
const time = (at: string, form: TimeForm) => plain(localTime(at, form, NOW));

afterAll(() => inPlace('en', 'UTC'));

describe('the same moment, where and as the reader is', () => {
  const at = '2026-05-12T20:05:00Z';
  test.each<[Language, string, string[], string]>([
    ['en', 'Europe/London', ['en-GB'], 'Today, 21:05'],
    ['en', 'America/Los_Angeles', ['en-US'], 'Today, 1:05 PM'],
    ['en', 'Asia/Kolkata', ['en-GB'], 'Today, 01:35'],
    ['es', 'America/Mexico_City', [], 'Hoy, 14:05'],
    ['pt-BR', 'America/Sao_Paulo', ['pt-PT'], 'Hoje, 17:05'],
    ['ar', 'Asia/Dubai', [], 'اليوم، 12:05 ص'],
  ])('%s in %s', async (language, zone, browser, said) => {
    await inPlace(language, zone, browser);
    expect(time(at, 'long')).toBe(said);
  });

  test('midnight is the zone’s, so today in one is yesterday in another', async () => {
    const late = '2026-05-12T17:00:00Z';
    await inPlace('en', 'Asia/Kolkata', ['en-GB']);
    expect(time(late, 'day')).toBe('Yesterday');
    expect(localDay(late)).toBe('2026-05-12');
    expect(localDay('2026-05-12T18:30:00Z')).toBe('2026-05-13');
    await inPlace('en', 'America/Los_Angeles', ['en-GB']);
    expect(time(late, 'day')).toBe('Today');
  });
});

describe('in a sentence', () => {
  test.each<[Language, string, string, string, string]>([
    ['en', 'today, 21:05', 'yesterday, 21:05', '3 May, 21:05', 'on 3 May, 21:05'],
    ['es', 'hoy, 21:05', 'ayer, 21:05', 'el 3 may, 21:05', 'el 3 may, 21:05'],
    ['pt-BR', 'hoje, 21:05', 'ontem, 21:05', '3 de mai., 21:05', 'em 3 de mai., 21:05'],
  ])('%s', async (language, today, yesterday, since, on) => {
    await inPlace(language, 'Europe/London', ['en-GB']);
    for (const form of ['since', 'on'] as const) {
      expect(time('2026-05-12T20:05:00Z', form)).toBe(today);
      expect(time('2026-05-11T20:05:00Z', form)).toBe(yesterday);
    }
    expect(time('2026-05-03T20:05:00Z', 'since')).toBe(since);
    expect(time('2026-05-03T20:05:00Z', 'on')).toBe(on);
  });
});

test('a list says the clock today, then the day, and the year only where it is another', async () => {
  await inPlace('en', 'UTC', ['en-GB']);
  expect(time('2026-05-12T20:05:00Z', 'short')).toBe('20:05');
  expect(time('2026-05-11T20:05:00Z', 'short')).toBe('Yesterday');
  expect(time('2026-01-31T20:05:00Z', 'short')).toBe('31 Jan');
  expect(time('2025-12-31T20:05:00Z', 'short')).toBe('31 Dec 2025');
  expect(time('2026-01-31T20:05:00Z', 'day')).toBe('Saturday 31 January');
});

test('yesterday holds over the hour that summer time takes', async () => {
  await inPlace('en', 'Europe/Berlin', ['en-GB']);
  expect(localTime('2026-03-28T22:30:00Z', 'day', new Date('2026-03-29T21:59:00Z'))).toBe('Yesterday');
  expect(localTime('2026-03-29T00:30:00Z', 'day', new Date('2026-03-29T21:59:00Z'))).toBe('Today');
});

test('how long ago, up to a day', async () => {
  await inPlace('en', 'UTC', ['en-GB']);
  const ago = (at: string) => plain(relativeTime(at, NOW.getTime()));
  expect(ago('2026-05-12T22:39:30Z')).toBe('now');
  expect(ago('2026-05-12T22:36:00Z')).toBe('4 min ago');
  expect(ago('2026-05-12T20:36:00Z')).toBe('2 hr ago');
  expect(ago('2026-05-03T20:36:00Z')).toBe('3 May');
  // A clock that runs ahead is no time in the future.
  expect(ago('2026-05-12T22:41:00Z')).toBe('now');
});

test('how long, in two units at most', async () => {
  const SECOND = 1000;
  const MINUTE = 60 * SECOND;
  const HOUR = 60 * MINUTE;
  await inPlace('en', 'UTC', ['en-GB']);
  const said = (span: number) => plain(duration(span));
  expect(said(40 * SECOND)).toBe('40 secs');
  expect(said(4 * MINUTE + 20 * SECOND)).toBe('4 mins');
  expect(said(22 * HOUR + 29 * MINUTE)).toBe('22 hrs 29 mins');
  expect(said(51 * HOUR)).toBe('2 days 3 hrs');
  expect(said(48 * HOUR + MINUTE)).toBe('2 days');
  expect(said(0)).toBe('');
  expect(plain(duration(MINUTE + 59 * SECOND, 'short', 'minute'))).toBe('1 min');
  expect(plain(duration(59 * SECOND, 'short', 'minute'))).toBe('');
  await inPlace('ar', 'UTC');
  expect(plain(duration(2 * HOUR, 'long'))).toBe('ساعتان');
});

test('a date without a time is that day in every zone', async () => {
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC']) {
    await inPlace('en', zone, ['en-GB']);
    expect(localDate('2026-05-12')).toBe('12 May 2026');
  }
  expect(localDate('soon')).toBe('soon');
});

test('a zone that this browser does not know is no zone', async () => {
  await inPlace('en', 'Mars/Olympus', ['en-GB']);
  expect(localTime('2026-05-12T20:05:00Z', 'short', NOW)).toMatch(/\d\d:\d\d|Yesterday|\d+ May/);
});

test('a day begins when the reader’s zone says, summer time or not', async () => {
  const begins = async (zone: string, day: string) => {
    await inPlace('en', zone);
    return startOfDay(day).toISOString();
  };
  expect(await begins('Asia/Kolkata', '2026-05-01')).toBe('2026-04-30T18:30:00.000Z');
  expect(await begins('America/Los_Angeles', '2026-05-01')).toBe('2026-05-01T07:00:00.000Z');
  expect(await begins('Europe/Berlin', '2026-03-29')).toBe('2026-03-28T23:00:00.000Z');
  expect(await begins('Europe/Berlin', '2026-03-30')).toBe('2026-03-29T22:00:00.000Z');
  expect(await begins('Europe/Berlin', '2026-10-26')).toBe('2026-10-25T23:00:00.000Z');
});
