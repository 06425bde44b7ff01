import { isTimeZone, type WorkingHours as Rules } from '../../src/core/working-hours.ts';
import type { WorkingHours } from '../../src/http/schemas/desk.ts';
import { currentLocale } from '../i18n/locale.ts';

/** Working hours while they are edited: what a clock's field shows, in which order days stand, what is wrong where. */

export type Span = WorkingHours['days'][number];
export type Holiday = WorkingHours['holidays'][number];
/** Words under `workingHours.problem` of configuration.json; `path` is the field as the API names it. */
export type HoursProblem = {
  path: string;
  code: 'zone' | 'time' | 'backwards' | 'overlap' | 'holidayName' | 'holidayDate' | 'holidayBackwards';
};

/** A browser's field for a time ends its day at 23:59; the midnight a span ends at is shown as 00:00. */
export const shownEnd = (to: string): string => (to === '24:00' ? '00:00' : to);
export const typedEnd = (to: string): string => (to === '00:00' ? '24:00' : to);

/** Indices of a day's spans in the draft, in the order in which they were written. */
export function spansOn(hours: Pick<WorkingHours, 'days'>, day: number): number[] {
  return hours.days.flatMap((span, index) => (span.day === day ? [index] : []));
}

/** What is offered next on a day: the usual hours, else what is left of the day after its last span. */
export function nextSpan(hours: Pick<WorkingHours, 'days'>, day: number): Span {
  const ends = spansOn(hours, day).map((index) => hours.days[index]?.to ?? '');
  const last = ends.reduce((latest, to) => (to > latest ? to : latest), '');
  if (last === '') return { day, from: '09:00', to: '17:00' };
  const begin = Math.min(Number(last.slice(0, 2)) + 1, 23);
  const two = (hour: number) => String(hour).padStart(2, '0');
  return { day, from: `${two(begin)}:00`, to: `${two(Math.min(begin + 4, 24))}:00` };
}

/** The same hours from Monday to Friday as on one of these days. */
export function onWeekdays(hours: WorkingHours, like: number): WorkingHours['days'] {
  const spans = spansOn(hours, like).flatMap((index) => hours.days[index] ?? []);
  const weekdays = [1, 2, 3, 4, 5];
  return [
    ...hours.days.filter(({ day }) => !weekdays.includes(day)),
    ...weekdays.flatMap((day) => spans.map((span) => ({ ...span, day }))),
  ];
}

/** The days of the week as the reader's country begins it; 0 is Sunday. */
export function weekFrom(first: number): number[] {
  return Array.from({ length: 7 }, (_, index) => (first + index) % 7);
}

/** 0 is Sunday. Monday where the browser does not know. */
export function firstDayOfWeek(locale = currentLocale()): number {
  const known: Intl.Locale & { getWeekInfo?: () => { firstDay: number } } = new Intl.Locale(locale);
  return (known.getWeekInfo?.().firstDay ?? 1) % 7;
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

export function hoursProblems(hours: WorkingHours): HoursProblem[] {
  const problems: HoursProblem[] = isTimeZone(hours.timeZone) ? [] : [{ path: 'timeZone', code: 'zone' }];
  hours.days.forEach((span, index) => {
    const code = spanProblem(span, hours.days.slice(0, index));
    if (code !== null) problems.push({ path: `days.${index}`, code });
  });
  hours.holidays.forEach((holiday, index) => {
    const code = holidayProblem(holiday);
    if (code !== null) problems.push({ path: `holidays.${index}`, code });
  });
  return problems;
}

function spanProblem({ day, from, to }: Span, before: readonly Span[]): HoursProblem['code'] | null {
  if (!isTime(from) || !isTime(to)) return 'time';
  if (from >= to) return 'backwards';
  return before.some((other) => other.day === day && from < other.to && other.from < to) ? 'overlap' : null;
}

function holidayProblem({ name, from, to }: Holiday): HoursProblem['code'] | null {
  if (name.trim() === '') return 'holidayName';
  if (!isDate(from) || !isDate(to)) return 'holidayDate';
  return from > to ? 'holidayBackwards' : null;
}

/** In order, and without texts that say nothing, as it is stored. */
export function tidied(hours: WorkingHours): WorkingHours {
  const answers = (texts: Rules['answer']) =>
    Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ''));
  return {
    ...hours,
    days: hours.days.toSorted((a, b) => a.day - b.day || a.from.localeCompare(b.from)),
    holidays: hours.holidays
      .toSorted((a, b) => a.from.localeCompare(b.from))
      .map(({ answer, ...holiday }) => {
        const own = answers(answer ?? {});
        return Object.keys(own).length === 0 ? holiday : { ...holiday, answer: own };
      }),
    answer: answers(hours.answer),
  };
}

/** Of an automatic answer: WhatsApp takes 4096, and nobody reads as many out of hours. */
export const MOST_CHARACTERS = 1024;
