import type { z } from 'zod';
import { RecordQuery } from '../../src/http/schemas/records.ts';

/** What the address of the records list says: `/records?recordType=contact&consent=denied&decidedSince=…`. */
export const RecordsSearch = RecordQuery.omit({ limit: true, cursor: true });
export type RecordsSearch = z.infer<typeof RecordsSearch>;

/** Reads it, leaving out what does not parse. */
export function recordsSearchOf(raw: Record<string, unknown>): RecordsSearch {
  const kept = Object.entries(raw).filter(
    ([name, value]) => RecordsSearch.safeParse({ [name]: value }).success && value !== undefined,
  );
  return RecordsSearch.parse(Object.fromEntries(kept));
}
