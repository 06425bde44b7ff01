import { CONSENT_STATES } from '../../src/core/consent.ts';
import type { RecordQuery } from '../../src/http/schemas/records.ts';
import { oneOf, textUpTo, timeIn } from './search-values.ts';

/** What the address of the records list says: `/records?recordType=contact&consent=denied&decidedSince=…`. */
export type RecordsSearch = Omit<RecordQuery, 'limit' | 'cursor'>;

/** Reads it, leaving out what does not parse. */
export function recordsSearchOf(raw: Record<string, unknown>): RecordsSearch {
  const said = {
    recordType: textUpTo(Number.POSITIVE_INFINITY, raw.recordType),
    search: textUpTo(200, raw.search),
    consent: oneOf([...CONSENT_STATES, 'on-hold'], raw.consent),
    decidedSince: timeIn(raw.decidedSince),
    decidedUntil: timeIn(raw.decidedUntil),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
