import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { ColumnOut, ColumnValuesOut, RecordPage, TableOut } from '../../src/http/schemas/records.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { useMay } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';

export type Column = z.infer<typeof ColumnOut>;

type Tables = { items: TableOut[] };
type Columns = { items: ColumnOut[] };

export const columnsPath = (table: string) => `/api/crm/tables/${encodeURIComponent(table)}/columns`;
export const recordTypePath = (table: string) => `/api/record-types/${encodeURIComponent(table)}`;
export const messageTemplatePath = (id: string) => `/api/message-templates/${encodeURIComponent(id)}`;

/** The CRM's tables, configured or not. */
export function useTables() {
  return useQuery({
    queryKey: keys.tables(),
    queryFn: async ({ signal }) => (await api.get('/api/crm/tables', answerOf<Tables>(), { signal })).items,
  });
}

/** The columns of one table. */
export function useColumns(table: string) {
  return useQuery({
    queryKey: keys.columns(table),
    queryFn: async ({ signal }) =>
      (await api.get(`${columnsPath(table)}?counts=false`, answerOf<Columns>(), { signal })).items,
    enabled: table !== '',
  });
}

/** The same, Boolean ones with how many records hold what today, for who may choose among them. */
export function useCountedColumns(table: string) {
  return useQuery({
    queryKey: keys.countedColumns(table),
    queryFn: async ({ signal }) => (await api.get(columnsPath(table), answerOf<Columns>(), { signal })).items,
    enabled: table !== '',
  });
}

/** What Boolean columns hold whose values are in a remote CRM alone, by column; asked there, so only where one is wanted. */
export function useColumnValues(table: string, wanted: boolean) {
  const may = useMay('manage-record-types');
  return useQuery({
    queryKey: keys.columnValues(table),
    queryFn: async ({ signal }) => {
      const path = `/api/crm/tables/${encodeURIComponent(table)}/values`;
      return (await api.get(path, answerOf<{ items: ColumnValuesOut[] }>(), { signal })).items;
    },
    enabled: wanted && may,
    staleTime: 60_000,
  });
}

/** A few records of a type, to show a template with somebody's real values. */
export function useSampleRecords(recordType: string) {
  const filter = { recordType, limit: 10 };
  return useQuery({
    queryKey: keys.records(filter),
    queryFn: async ({ signal }) =>
      (await api.get(withQuery('/api/records', filter), answerOf<RecordPage>(), { signal })).items,
    enabled: recordType !== '',
  });
}
