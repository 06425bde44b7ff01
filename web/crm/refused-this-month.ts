import { dateFormat, localDay, startOfDay } from '../i18n/locale.ts';
import type { RecordsSearch } from '../ui/records-search.ts';

/** The filter that answers "who refused this month?": from the first of the month, where the reader is. */
export function refusedThisMonth(now: Date): Pick<RecordsSearch, 'consent' | 'decidedSince'> {
  const first = `${localDay(now).slice(0, 7)}-01`;
  return { consent: 'denied', decidedSince: startOfDay(first).toISOString() };
}

export function monthOf(now: Date): string {
  return dateFormat({ month: 'long', year: 'numeric' }).format(now);
}
