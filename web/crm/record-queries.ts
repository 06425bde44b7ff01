import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { PurposeName } from '../../src/http/schemas/common.ts';
import type { ConsentOut } from '../../src/http/schemas/consent.ts';
import type {
  ColumnOut,
  ConsentSummary,
  RecordOut,
  RecordPage,
  RecordTypeOut,
} from '../../src/http/schemas/records.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';
import type { RecordsSearch } from '../ui/records-search.ts';

type RecordTypes = { items: RecordTypeOut[] };
type Columns = { items: ColumnOut[] };
export type Column = z.infer<typeof ColumnOut>;
export type Purpose = z.infer<typeof PurposeName>;

const listed = <T>(items: T[]) => ({ items });

export function useRecordTypes() {
  return useQuery({
    queryKey: keys.recordTypes(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/record-types', answerOf<RecordTypes>(), { signal })).items,
    // Kept under its key as the other pages keep it, who read the list alone.
    select: listed,
  });
}

export function useColumns(table: string) {
  return useQuery({
    queryKey: keys.columns(table),
    queryFn: async ({ signal }) =>
      (
        await api.get(
          `/api/crm/tables/${encodeURIComponent(table)}/columns?counts=false`,
          answerOf<Columns>(),
          { signal },
        )
      ).items,
    select: listed,
    enabled: table !== '',
  });
}

export function useRecords(search: RecordsSearch) {
  return useInfiniteQuery({
    queryKey: keys.records(search),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery('/api/records', { ...search, limit: 50, cursor: pageParam }),
        answerOf<RecordPage>(),
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** The address of one record in the API. */
export function recordPath(table: string, id: string): string {
  return `/api/records/${encodeURIComponent(table)}/${encodeURIComponent(id)}`;
}

export function useRecord(table: string, id: string) {
  return useQuery({
    queryKey: keys.record(table, id),
    queryFn: ({ signal }) => api.get(recordPath(table, id), answerOf<RecordOut>(), { signal }),
  });
}

export function useRecordConsent(table: string, id: string, purpose: Purpose) {
  return useQuery({
    queryKey: keys.consent({ recordType: table, recordId: id }, purpose),
    queryFn: ({ signal }) =>
      api.get(withQuery(`${recordPath(table, id)}/consent`, { purpose }), answerOf<ConsentOut>(), { signal }),
  });
}

export function useConsentSummary(recordType: string | undefined) {
  return useQuery({
    queryKey: keys.consentSummary(recordType),
    queryFn: ({ signal }) =>
      api.get(withQuery('/api/consent-summary', { recordType }), answerOf<ConsentSummary>(), { signal }),
  });
}

/** Makes everything stale that a changed record shows in. */
export function useRecordsChanged(): () => void {
  const client = useQueryClient();
  return () => {
    for (const topic of ['record', 'consent', 'conversation', 'sendable'])
      void client.invalidateQueries({ queryKey: [topic] });
  };
}
