import { useTranslation } from 'react-i18next';
import { translate } from '../i18n/i18n.ts';
import { dateFormat, localDay, numberFormat, relativeFormat } from '../i18n/locale.ts';

/**
 * How a time is written, always in the reader's language and time zone:
 * - `short`: for a narrow column: the clock today, else "Yesterday" or the day
 * - `day`: a heading: "Today", "Monday, 12 May"
 * - `long`: on its own: "Today, 10:32", "12 May 2026, 10:32"
 * - `since`: the same inside a sentence after since, until, from: "today, 10:32"
 * - `on`: inside a sentence, with the preposition where the language wants one: "on 12 May, 10:32", "today, 10:32"
 */
export type TimeForm = 'short' | 'day' | 'long' | 'since' | 'on';

const DAY = 86_400_000;
const DATE = { day: 'numeric', month: 'short' } as const;
const FULL = { dateStyle: 'full', timeStyle: 'long' } as const;

/** "09:05" where the day has 24 hours, "9:05 PM" where it has twice twelve. */
function clockOptions(): Intl.DateTimeFormatOptions {
  const { hour12 } = dateFormat({ hour: 'numeric' }).resolvedOptions();
  return { hour: hour12 === true ? 'numeric' : '2-digit', minute: '2-digit' };
}

/** An ISO 8601 time; the year only where it is not this one. */
export function localTime(at: string, form: TimeForm = 'short', now = new Date()): string {
  const date = new Date(at);
  const near = nearDay(date, now);
  const year = localDay(date).slice(0, 4) === localDay(now).slice(0, 4) ? {} : ({ year: 'numeric' } as const);
  if (form === 'day') {
    if (near !== null) return translate(`ui:time.${near}`);
    return dateFormat({ ...year, weekday: 'long', day: 'numeric', month: 'long' }).format(date);
  }
  const clock = dateFormat(clockOptions()).format(date);
  if (form === 'short') {
    if (near === 'today') return clock;
    return near === 'yesterday'
      ? translate('ui:time.yesterday')
      : dateFormat({ ...DATE, ...year }).format(date);
  }
  if (near !== null)
    return translate(form === 'long' ? `ui:time.alone.${near}` : `ui:time.inSentence.${near}`, { clock });
  const calendar = dateFormat({ ...DATE, ...year, ...clockOptions() }).format(date);
  return form === 'long' ? calendar : translate(`ui:time.inSentence.${form}`, { date: calendar });
}

function nearDay(date: Date, now: Date): 'today' | 'yesterday' | null {
  const day = localDay(date);
  const today = localDay(now);
  if (day === today) return 'today';
  const yesterday = new Date(Date.parse(`${today}T00:00:00Z`) - DAY).toISOString().slice(0, 10);
  return day === yesterday ? 'yesterday' : null;
}

/** The clock alone: "10:32". */
export function localClock(at: string): string {
  return dateFormat(clockOptions()).format(new Date(at));
}

/** Everything, seconds' zone included: for titles. */
export function fullTime(at: string): string {
  return dateFormat(FULL).format(new Date(at));
}

/** A calendar day that has no time of day, such as `2026-05-12` of a date column. */
export function localDate(day: string): string {
  // Noon in UTC is the same day almost everywhere, and the zone is taken out of it.
  const date = new Date(`${day}T12:00:00Z`);
  return Number.isNaN(date.getTime())
    ? day
    : dateFormat({ ...DATE, year: 'numeric', timeZone: 'UTC' }).format(date);
}

/** How long ago, up to a day ("4 min. ago"); from then on the day. */
export function relativeTime(at: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  const words = relativeFormat('short');
  if (minutes < 1) return words.format(0, 'second');
  if (minutes < 60) return words.format(-minutes, 'minute');
  if (minutes < 24 * 60) return words.format(-Math.floor(minutes / 60), 'hour');
  return localTime(at, 'short', new Date(now));
}

const UNITS = [
  ['day', DAY],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/**
 * A span in words of two units at most: "2 days, 3 hrs", "22 hrs, 29 min", "4 min", "40 sec". Under two minutes it
 * counts seconds, over it whole units, rounded down. Empty where nothing is left. `least`: of what is told by the minute.
 */
export function duration(
  milliseconds: number,
  unitDisplay: 'short' | 'long' | 'narrow' = 'short',
  least: 'second' | 'minute' = 'second',
): string {
  if (!(milliseconds > 0)) return '';
  const word = (value: number, unit: string) =>
    numberFormat({ style: 'unit', unit, unitDisplay, maximumFractionDigits: 0 }).format(value);
  if (least === 'minute' && milliseconds < 60_000) return '';
  if (least === 'second' && milliseconds < 2 * 60_000) return word(Math.ceil(milliseconds / 1000), 'second');
  const first = UNITS.findIndex(([, length]) => milliseconds >= length);
  const [unit, length] = UNITS[first] ?? UNITS[3];
  const [smaller, smallerLength] = UNITS[first + 1] ?? UNITS[3];
  const rest = smaller === 'second' ? 0 : Math.floor((milliseconds % length) / smallerLength);
  const large = word(Math.floor(milliseconds / length), unit);
  return rest === 0 ? large : translate('ui:time.twoUnits', { large, small: word(rest, smaller) });
}

/** A time with its full form, zone included, as the title. */
export function Time({ at, form }: { at: string; form?: TimeForm }) {
  // Drawn again when the language or the zone changes.
  useTranslation('ui');
  return (
    <time dateTime={at} title={fullTime(at)} style={{ whiteSpace: 'nowrap' }}>
      {localTime(at, form)}
    </time>
  );
}
