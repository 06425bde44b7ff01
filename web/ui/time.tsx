const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

/** An ISO 8601 time in the reader's own format: the clock alone today, the day this year, else day and year. */
export function localTime(at: string, form: 'short' | 'day' | 'long' = 'short', now = new Date()): string {
  const date = new Date(at);
  const calendar = (date.getFullYear() === now.getFullYear() ? day : dayAndYear).format(date);
  if (form === 'day') return sameDay(date, now) ? 'Today' : calendar;
  if (form === 'long') return `${sameDay(date, now) ? 'Today' : calendar}, ${clock.format(date)}`;
  return sameDay(date, now) ? clock.format(date) : calendar;
}

/** A time with its full form, seconds and zone included, as the title. */
export function Time({ at, form }: { at: string; form?: 'short' | 'day' | 'long' }) {
  return (
    <time dateTime={at} title={full.format(new Date(at))} style={{ whiteSpace: 'nowrap' }}>
      {localTime(at, form)}
    </time>
  );
}
