import { describe, expect, test } from 'vitest';
import { workingHoursProblems } from '../../src/core/working-hours.ts';
import { WorkingHours } from '../../src/http/schemas/desk.ts';
import {
  firstDayOfWeek,
  hoursProblems,
  nextSpan,
  onWeekdays,
  shownEnd,
  spansOn,
  tidied,
  typedEnd,
  weekFrom,
} from './working-hours-draft.ts';

const HOURS: WorkingHours = {
  enabled: true,
  timeZone: 'America/Sao_Paulo',
  days: [
    { day: 1, from: '09:00', to: '12:00' },
    { day: 1, from: '13:00', to: '24:00' },
    { day: 6, from: '10:00', to: '13:00' },
  ],
  holidays: [{ name: 'Christmas', from: '2026-12-24', to: '2026-12-26' }],
  answer: { en: 'Back {opens}.' },
};
const withSpan = (from: string, to: string) => ({ ...HOURS, days: [...HOURS.days, { day: 1, from, to }] });
const withHoliday = (name: string, from: string, to: string) => ({
  ...HOURS,
  holidays: [{ name, from, to }],
});

describe('what is wrong with working hours', () => {
  test('nothing is with these', () => {
    expect(hoursProblems(HOURS)).toEqual([]);
  });

  test.each([
    [{ ...HOURS, timeZone: 'Mars/Olympus' }, 'timeZone', 'zone'],
    [withSpan('', '08:00'), 'days.3', 'time'],
    [withSpan('08:00', '08:00'), 'days.3', 'backwards'],
    [withSpan('22:00', '06:00'), 'days.3', 'backwards'],
    [withSpan('11:59', '12:30'), 'days.3', 'overlap'],
    [withHoliday(' ', '2026-12-24', '2026-12-24'), 'holidays.0', 'holidayName'],
    [withHoliday('Christmas', '', '2026-12-24'), 'holidays.0', 'holidayDate'],
    [withHoliday('Christmas', '2026-12-26', '2026-12-24'), 'holidays.0', 'holidayBackwards'],
  ])('case %#: %2$s', (hours, path, code) => {
    expect(hoursProblems(hours)).toEqual([{ path, code }]);
  });

  test('what touches does not overlap, and another day is another day', () => {
    expect(hoursProblems(withSpan('12:00', '13:00'))).toEqual([]);
    expect(
      hoursProblems({ ...HOURS, days: [...HOURS.days, { day: 2, from: '09:00', to: '12:00' }] }),
    ).toEqual([]);
  });

  test('what the page lets pass the server takes', () => {
    for (const hours of [HOURS, withSpan('12:00', '13:00'), tidied(withSpan('00:00', '01:00'))]) {
      expect(WorkingHours.parse(hours)).toEqual(hours);
      expect(workingHoursProblems(hours)).toEqual([]);
    }
  });
});

test('midnight at the end of a day is shown as a clock has it, and kept as what it is', () => {
  expect([shownEnd('24:00'), shownEnd('17:00')]).toEqual(['00:00', '17:00']);
  expect([typedEnd('00:00'), typedEnd('17:00')]).toEqual(['24:00', '17:00']);
});

test('a day is filled up: usual hours first, then what follows its last span', () => {
  expect(nextSpan(HOURS, 2)).toEqual({ day: 2, from: '09:00', to: '17:00' });
  expect(nextSpan(HOURS, 6)).toEqual({ day: 6, from: '14:00', to: '18:00' });
  // Nothing is left of it: the page then says what overlaps.
  expect(nextSpan(HOURS, 1)).toEqual({ day: 1, from: '23:00', to: '24:00' });
});

test('one day’s hours are taken to all weekdays, the weekend stays', () => {
  const days = onWeekdays(HOURS, 1);
  expect([1, 2, 3, 4, 5].map((day) => spansOn({ days }, day).length)).toEqual([2, 2, 2, 2, 2]);
  expect(days.filter(({ day }) => day === 6)).toEqual([{ day: 6, from: '10:00', to: '13:00' }]);
});

test('a week begins where the reader’s does', () => {
  expect(weekFrom(firstDayOfWeek('de-DE'))).toEqual([1, 2, 3, 4, 5, 6, 0]);
  expect(weekFrom(firstDayOfWeek('pt-BR'))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(firstDayOfWeek('ar-EG')).toBe(6);
});

test('what is stored stands in order and says something', () => {
  const [morning, afternoon, saturday] = HOURS.days;
  const mixed = {
    ...HOURS,
    days: [saturday, afternoon, morning].flatMap((span) => span ?? []),
    holidays: [
      { name: 'New Year', from: '2027-01-01', to: '2027-01-01', answer: { en: ' ' } },
      ...HOURS.holidays,
    ],
    answer: { en: 'Back {opens}.', es: '  ' },
  };
  expect(tidied(mixed)).toEqual({
    ...HOURS,
    holidays: [...HOURS.holidays, { name: 'New Year', from: '2027-01-01', to: '2027-01-01' }],
  });
});
