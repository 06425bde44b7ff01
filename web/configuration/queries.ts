import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { ColumnOut, RecordPage, RecordTypeOut, TableOut } from '../../src/http/schemas/records.ts';
import { MessageTemplateOut, WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

export type Column = z.infer<typeof ColumnOut>;

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });
const Tables = listOf(TableOut);
const Columns = listOf(ColumnOut);
const RecordTypes = listOf(RecordTypeOut);
export const WhatsAppTemplates = listOf(WhatsAppTemplateOut);
export const MessageTemplates = listOf(MessageTemplateOut);

export const columnsPath = (table: string) => `/api/crm/tables/${encodeURIComponent(table)}/columns`;
export const recordTypePath = (table: string) => `/api/record-types/${encodeURIComponent(table)}`;
export const messageTemplatePath = (id: string) => `/api/message-templates/${encodeURIComponent(id)}`;

/** The CRM's tables, configured or not. */
export function useTables() {
  return useQuery({
    queryKey: keys.tables(),
    queryFn: async ({ signal }) => (await api.get('/api/crm/tables', Tables, { signal })).items,
  });
}

export function useRecordTypes() {
  return useQuery({
    queryKey: keys.recordTypes(),
    queryFn: async ({ signal }) => (await api.get('/api/record-types', RecordTypes, { signal })).items,
  });
}

/** The columns of one table, Boolean ones with how many records hold what today. */
export function useColumns(table: string) {
  return useQuery({
    queryKey: keys.columns(table),
    queryFn: async ({ signal }) => (await api.get(columnsPath(table), Columns, { signal })).items,
    enabled: table !== '',
  });
}

export function useWhatsAppTemplates() {
  return useQuery({
    queryKey: keys.whatsappTemplates(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/whatsapp-templates', WhatsAppTemplates, { signal })).items,
  });
}

export function useMessageTemplates() {
  return useQuery({
    queryKey: keys.messageTemplates(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/message-templates', MessageTemplates, { signal })).items,
  });
}

/** A few records of a type, to show a template with somebody's real values. */
export function useSampleRecords(recordType: string) {
  const filter = { recordType, limit: 10 };
  return useQuery({
    queryKey: keys.records(filter),
    queryFn: async ({ signal }) =>
      (await api.get(withQuery('/api/records', filter), RecordPage, { signal })).items,
    enabled: recordType !== '',
  });
}
