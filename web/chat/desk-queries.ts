import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { ChannelOut, Settings } from '../../src/http/schemas/administration.ts';
import type { Reference, TeamsOut } from '../../src/http/schemas/people.ts';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { answerOf, api } from '../ui/api.ts';
import { useMay, useMe } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';
import type { ListPage } from './view-pages.ts';

/** What the list and the header of a conversation show beside the conversation itself. */

/** Counted up to 100, which is shown as "99+". */
type Counts = {
  mine: number;
  unassigned: number;
  waitingForConsent: number;
  onHold: number;
  unread: number;
};
type RecordTypes = { items: RecordTypeOut[] };

/** Asked again whenever the list in view is. */
export function useConversationCounts() {
  return useQuery({
    queryKey: keys.conversationCounts(),
    queryFn: ({ signal }) => api.get('/api/conversation-counts', answerOf<Counts>(), { signal }),
    staleTime: 0,
  });
}

function useSettings<T>(select: (settings: Settings) => T) {
  return useQuery({
    queryKey: keys.settings(),
    queryFn: ({ signal }) => api.get('/api/settings', answerOf<Settings>(), { signal }),
    select,
  });
}

/** Minutes a customer may wait before somebody is reminded; null: nobody is. */
export function useRemindAfter(): number | null {
  return useSettings((settings) => settings.waitingReminderMinutes).data ?? null;
}

/** How many days back the search in message text looks. */
export function useMessageSearchDays(): number | undefined {
  return useSettings((settings) => settings.messageSearchDays).data;
}

/** The name of a business number where it is not the one everything goes through. */
export function useChannelName(): (channel: string) => string | null {
  const { data } = useQuery({
    queryKey: keys.channel(),
    queryFn: ({ signal }) => api.get('/api/channel', answerOf<ChannelOut>(), { signal }),
  });
  const own = data?.id;
  return useCallback((channel) => (own === undefined || channel === own ? null : channel), [own]);
}

export function useRecordTypeList() {
  return useQuery({
    queryKey: keys.recordTypes(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/record-types', answerOf<RecordTypes>(), { signal })).items,
  });
}

/** What a kind of record is called: "Contact" for `contact`. */
export function useRecordTypeName(): (recordType: string) => string {
  const { data } = useRecordTypeList();
  return useCallback(
    (recordType) => data?.find(({ table }) => table === recordType)?.displayName ?? recordType,
    [data],
  );
}

/** Every team this person may know of: all for who may read them, else their own. */
export function useTeams(): readonly Reference[] {
  const me = useMe();
  const all = useMay('manage-people', 'assign');
  const { data } = useQuery({
    queryKey: ['people', { what: 'teams' }],
    queryFn: async ({ signal }) => (await api.get('/api/teams', answerOf<TeamsOut>(), { signal })).items,
    enabled: all,
  });
  return data ?? me.teams;
}

/** Owners of the chats in the lists read so far: whom a list can be narrowed to. */
export function useSeenOwners(): Reference[] {
  const client = useQueryClient();
  const owners = new Map<string, Reference>();
  for (const [, pages] of client.getQueriesData<ListPage[]>({ queryKey: ['conversation-list'] }))
    for (const { owner } of pages?.flatMap((page) => page.items) ?? [])
      if (owner !== null) owners.set(owner.id, owner);
  return [...owners.values()].sort((a, b) => a.name.localeCompare(b.name));
}
