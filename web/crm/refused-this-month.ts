import type { RecordsSearch } from '../ui/records-search.ts';

/** The filter that answers "who refused this month?": from the first of the month, where the reader is. */
export function refusedThisMonth(now: Date): Pick<RecordsSearch, 'consent' | 'decidedSince'> {
  const first = new Date(now.getFullYear(), now.getMonth(), 1);
  return { consent: 'denied', decidedSince: first.toISOString() };
}

export function monthOf(now: Date): string {
  return new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' }).format(now);
}
