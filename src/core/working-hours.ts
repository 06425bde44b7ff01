/**
 * When people are here. Spans are local times of the organisation's zone; daylight saving, from the time zone database
 * that `Intl` carries, decides which moments those are. https://tc39.es/ecma402/#sec-time-zone-identifiers
 */

export interface WorkingHours {
  enabled: boolean;
  /** IANA name. */
  timeZone: string;
  /** 0 is Sunday; `HH:MM`, `to` up to `24:00`. A day without a span is closed. */
  days: readonly { day: number; from: string; to: string }[];
  /** Local dates `YYYY-MM-DD`, both included. */
  holidays: readonly {
    name: string;
    from: string;
    to: string;
    answer?: Readonly<Record<string, string>> | undefined;
  }[];
  /** Per language; `{opens}` becomes when people are here again. */
  answer: Readonly<Record<string, string>>;
}

export const NO_WORKING_HOURS: WorkingHours = {
  enabled: false,
  timeZone: 'UTC',
  days: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
  holidays: [],
  answer: {},
};

export interface ClosedPeriod {
  /** When it began, ms; null where nobody was ever here as far as we look. */
  since: number | null;
  /** When people are here again, ms; null where that is not known. */
  opens: number | null;
  /** Said on this holiday in place of the usual answer. */
  holidayAnswer: Readonly<Record<string, string>> | null;
}

/** How far we look for the spans around now. Longer closures have no known beginning or end. */
const DAYS_BACK = 60;
const DAYS_AHEAD = 400;
const DAY = 86_400_000;

/** The closed period that `now` lies in; null while people are here, or where working hours are off. */
export function closedPeriod(hours: WorkingHours, now: number): ClosedPeriod | null {
  if (!hours.enabled) return null;
  const today = localDate(hours.timeZone, now);
  // A span may begin on the local day before or after: zones change their offset by a day at most.
  const near = [-1, 0, 1].flatMap((days) => spansOf(hours, addDays(today, days)));
  if (near.some((span) => span.from <= now && now < span.to)) return null;
  const holiday = holidayOn(hours, today);
  return {
    since: lastEnd(hours, today, now),
    opens: nextStart(hours, today, now),
    holidayAnswer: holiday?.answer ?? null,
  };
}

function lastEnd(hours: WorkingHours, today: string, now: number): number | null {
  for (let back = -1; back <= DAYS_BACK; back += 1) {
    const ends = spansOf(hours, addDays(today, -back))
      .map((span) => span.to)
      .filter((end) => end <= now);
    if (ends.length > 0) return Math.max(...ends);
  }
  return null;
}

function nextStart(hours: WorkingHours, today: string, now: number): number | null {
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const starts = spansOf(hours, addDays(today, ahead))
      .map((span) => span.from)
      .filter((start) => start > now);
    if (starts.length > 0) return Math.min(...starts);
  }
  return null;
}

/** The moments of one local day's spans; none on a holiday. */
function spansOf(hours: WorkingHours, date: string): { from: number; to: number }[] {
  if (holidayOn(hours, date) !== undefined) return [];
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return hours.days
    .filter((span) => span.day === day)
    .map((span) => ({
      from: momentOf(hours.timeZone, date, span.from),
      to: momentOf(hours.timeZone, date, span.to),
    }));
}

const holidayOn = (hours: WorkingHours, date: string) =>
  hours.holidays.find((holiday) => holiday.from <= date && date <= holiday.to);

/** A calendar day, `2026-05-12`, so many days on. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/**
 * The moment a clock on the wall shows this. One that daylight saving skips is the moment it jumped over it; one shown
 * twice is the first.
 */
export function momentOf(timeZone: string, date: string, time: string): number {
  const shown = Date.parse(
    `${time === '24:00' ? addDays(date, 1) : date}T${time === '24:00' ? '00:00' : time}:00Z`,
  );
  const [before, after] = [offsetAt(timeZone, shown - DAY), offsetAt(timeZone, shown + DAY)];
  const [early, late] = [shown - Math.max(before, after), shown - Math.min(before, after)];
  if (early + offsetAt(timeZone, early) === shown) return early;
  if (late + offsetAt(timeZone, late) === shown) return late;
  // Skipped: by the offset before the jump it lies as far behind it as it would have been shown after it.
  return shown - before;
}

/** Local time minus UTC at a moment, ms. */
function offsetAt(timeZone: string, at: number): number {
  const whole = Math.floor(at / 1000) * 1000;
  return wallClock(timeZone, whole) - whole;
}

/** What the wall shows, as if it were UTC, ms. */
function wallClock(timeZone: string, at: number): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** The calendar day there at a moment (ms), `2026-05-12`. */
export const localDate = (timeZone: string, at: number): string =>
  new Date(wallClock(timeZone, at)).toISOString().slice(0, 10);

/** Making a format costs some 50 µs, and ingest asks for every message. */
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether `Intl` knows the zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with working hours, one sentence each. */
export function workingHoursProblems(hours: WorkingHours): string[] {
  const problems = [];
  if (!isTimeZone(hours.timeZone))
    problems.push(`“${hours.timeZone}” is no time zone. Write one like America/Sao_Paulo.`);
  if (hours.days.some((span) => span.from >= span.to))
    problems.push(
      'A span ends before it begins. Write a night shift as two spans, up to 24:00 and from 00:00.',
    );
  if (hours.holidays.some((holiday) => holiday.from > holiday.to))
    problems.push('A holiday ends before it begins.');
  return problems;
}

/** When people are here again, in words of the language: the weekday and the time, with the date when it is far off. */
export function opensInWords(opens: number, now: number, timeZone: string, language: string): string {
  const soon = opens - now < 6 * DAY;
  const format = new Intl.DateTimeFormat(language.replaceAll('_', '-'), {
    timeZone,
    weekday: 'long',
    ...(soon ? {} : { day: 'numeric', month: 'long' }),
    hour: 'numeric',
    minute: '2-digit',
  });
  return format.format(opens);
}

/** The answer's words for this closed period and language; null where there is nothing to say. */
export function awayAnswer(
  hours: WorkingHours,
  period: ClosedPeriod,
  now: number,
  choose: (languages: readonly string[]) => string | null,
): { text: string; language: string } | null {
  const texts = spoken(period.holidayAnswer ?? {});
  const answers = Object.keys(texts).length > 0 ? texts : spoken(hours.answer);
  const language = choose(Object.keys(answers));
  const text = language === null ? undefined : answers[language];
  if (language === null || text === undefined) return null;
  // Where nobody knows when somebody is here again, the sentence that would say it is left out.
  const told =
    period.opens === null
      ? text.replaceAll(/[^.!?。؟\n]*\{opens\}[^.!?。؟\n]*[.!?。؟]?/g, '')
      : text.replaceAll('{opens}', opensInWords(period.opens, now, hours.timeZone, language));
  return told.trim() === '' ? null : { text: told.trim(), language };
}

const spoken = (answers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(answers).filter(([, text]) => text.trim() !== ''));
