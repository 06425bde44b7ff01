import { describe, expect, test } from 'vitest';
import {
  awayAnswer,
  type ClosedPeriod,
  closedPeriod,
  NO_WORKING_HOURS,
  opensInWords,
  type WorkingHours,
  workingHoursProblems,
} from './working-hours.ts';

const at = (text: string): number => Date.parse(text);
const weekdays = (from: string, to: string) => [1, 2, 3, 4, 5].map((day) => ({ day, from, to }));
const hoursOf = (given: Partial<WorkingHours>): WorkingHours => ({
  ...NO_WORKING_HOURS,
  enabled: true,
  days: weekdays('09:00', '17:00'),
  ...given,
});
/** Since when it is closed and until when, as ISO; null while it is open. */
const closedAt = (hours: WorkingHours, moment: string) => {
  const period = closedPeriod(hours, at(moment));
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return period === null ? null : [iso(period.since), iso(period.opens)];
};

describe('a closed period', () => {
  // 15 May 2026 is a Friday.
  test.each([
    ['2026-05-15T12:00:00Z', null],
    ['2026-05-15T09:00:00.000Z', null],
    ['2026-05-15T08:59:59.999Z', ['2026-05-14T17:00:00.000Z', '2026-05-15T09:00:00.000Z']],
    ['2026-05-15T17:00:00Z', ['2026-05-15T17:00:00.000Z', '2026-05-18T09:00:00.000Z']],
    ['2026-05-17T12:00:00Z', ['2026-05-15T17:00:00.000Z', '2026-05-18T09:00:00.000Z']],
  ])('at %s', (moment, expected) => {
    expect(closedAt(hoursOf({}), moment)).toEqual(expected);
  });

  test('is none where working hours are off', () => {
    expect(closedAt(hoursOf({ enabled: false }), '2026-05-17T12:00:00Z')).toBeNull();
  });

  test('lies between the spans of one day too, and not where a night shift meets midnight', () => {
    const split = hoursOf({ days: [...weekdays('09:00', '12:00'), ...weekdays('13:00', '24:00')] });
    expect(closedAt(split, '2026-05-15T12:30:00Z')).toEqual([
      '2026-05-15T12:00:00.000Z',
      '2026-05-15T13:00:00.000Z',
    ]);
    const night = hoursOf({
      days: [
        { day: 1, from: '22:00', to: '24:00' },
        { day: 2, from: '00:00', to: '06:00' },
      ],
    });
    expect(closedAt(night, '2026-05-12T00:00:00Z')).toBeNull();
    expect(closedAt(night, '2026-05-11T23:59:59.999Z')).toBeNull();
  });

  test('counts in the zone of the organisation', () => {
    // Nine in São Paulo is noon in London's winter and in UTC.
    const hours = hoursOf({ timeZone: 'America/Sao_Paulo' });
    expect(closedAt(hours, '2026-05-15T11:59:00Z')).toEqual([
      '2026-05-14T20:00:00.000Z',
      '2026-05-15T12:00:00.000Z',
    ]);
    expect(closedAt(hours, '2026-05-15T12:00:00Z')).toBeNull();
  });

  test('follows daylight saving: one hour earlier in UTC after the clocks went forward', () => {
    const hours = hoursOf({ timeZone: 'Europe/Berlin' });
    expect(closedAt(hours, '2026-03-27T20:00:00Z')).toEqual([
      '2026-03-27T16:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ]);
  });

  test('covers holidays to their last day', () => {
    const hours = hoursOf({ holidays: [{ name: 'Feast', from: '2026-05-14', to: '2026-05-15' }] });
    expect(closedAt(hours, '2026-05-15T12:00:00Z')).toEqual([
      '2026-05-13T17:00:00.000Z',
      '2026-05-18T09:00:00.000Z',
    ]);
    expect(closedAt(hours, '2026-05-13T12:00:00Z')).toBeNull();
  });

  test('has no known end where nobody is ever here', () => {
    expect(closedAt(hoursOf({ days: [] }), '2026-05-15T12:00:00Z')).toEqual([null, null]);
  });
});

describe('the automatic answer', () => {
  const now = at('2026-05-15T18:00:00Z');
  const period: ClosedPeriod = { since: null, opens: at('2026-05-18T09:00:00Z'), holidayAnswer: null };
  const hours = hoursOf({ answer: { en: 'Back {opens}.', es: 'Volvemos {opens}.', pt_BR: '  ' } });
  const first = (languages: readonly string[]) => languages[0] ?? null;
  const take = (language: string) => (languages: readonly string[]) =>
    languages.includes(language) ? language : null;

  test('says when people are here again, in words of its language', () => {
    expect(awayAnswer(hours, period, now, take('en'))?.text).toContain('Back Monday');
    expect(awayAnswer(hours, period, now, take('es'))).toMatchObject({
      language: 'es',
      text: expect.stringContaining('lunes'),
    });
  });

  test('is none in a language without words', () => {
    expect(awayAnswer(hours, period, now, take('pt_BR'))).toBeNull();
    expect(awayAnswer({ ...hours, answer: {} }, period, now, first)).toBeNull();
  });

  test('a holiday’s own words go first, and the usual ones where it has none', () => {
    const holiday = { ...period, holidayAnswer: { en: 'Merry Christmas!' } };
    expect(awayAnswer(hours, holiday, now, first)?.text).toBe('Merry Christmas!');
    expect(awayAnswer(hours, { ...period, holidayAnswer: { en: ' ' } }, now, first)?.text).toContain('Back');
  });

  test('does not promise what is not known', () => {
    expect(awayAnswer(hours, { ...period, opens: null }, now, take('en'))).toBeNull();
    const more = { ...hours, answer: { en: 'We are closed. Back {opens}. Bye!' } };
    expect(awayAnswer(more, { ...period, opens: null }, now, take('en'))?.text).toBe('We are closed. Bye!');
  });

  test('names the date of what is a week away', () => {
    const opens = at('2026-05-25T09:00:00Z');
    expect(opensInWords(opens, now, 'UTC', 'en')).toContain('May 25');
    expect(opensInWords(period.opens ?? 0, now, 'UTC', 'en')).not.toContain('18');
  });
});

test.each([
  [hoursOf({}), 0],
  [hoursOf({ timeZone: 'Mars/Olympus' }), 1],
  [hoursOf({ days: [{ day: 1, from: '22:00', to: '06:00' }] }), 1],
  [hoursOf({ holidays: [{ name: 'Feast', from: '2026-05-15', to: '2026-05-14' }] }), 1],
])('case %#: so many problems', (hours, count) => {
  expect(workingHoursProblems(hours)).toHaveLength(count);
});
