import { useQuery } from '@tanstack/react-query';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import type { MessageTemplateOut, WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { answerOf, api } from './api.ts';
import { keys } from './queries.ts';

/** What is configured, for the features that show or choose among it: record types and templates. */

type RecordTypes = { items: RecordTypeOut[] };
export type WhatsAppTemplates = { items: WhatsAppTemplateOut[] };
export type MessageTemplates = { items: MessageTemplateOut[] };

export function useRecordTypes() {
  return useQuery({
    queryKey: keys.recordTypes(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/record-types', answerOf<RecordTypes>(), { signal })).items,
    // While records are taken in, how far that is.
    refetchInterval: ({ state }) => (state.data?.some((type) => type.takingIn !== null) ? 3_000 : false),
  });
}

export function useWhatsAppTemplates() {
  return useQuery({
    queryKey: keys.whatsappTemplates(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/whatsapp-templates', answerOf<WhatsAppTemplates>(), { signal })).items,
  });
}

export function useMessageTemplates() {
  return useQuery({
    queryKey: keys.messageTemplates(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/message-templates', answerOf<MessageTemplates>(), { signal })).items,
  });
}
