import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type { ConversationPage } from '../../src/http/schemas/chat.ts';
import type { NotificationPage } from '../../src/http/schemas/desk.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { useFresh } from '../ui/live.ts';
import { useMay } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';
import { type NotificationPages, withRead } from './pages.ts';

const PAGE = 20;

/** What wants this person's attention, newest first; live by its hint. */
export function useNotifications() {
  return useInfiniteQuery({
    queryKey: keys.notifications(),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery('/api/notifications', { limit: PAGE, cursor: pageParam }),
        answerOf<NotificationPage>(),
        {
          signal,
        },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
}

/** The pages a person read on to are let go, so that the next hint asks for the newest one alone. */
export function useForgetOlder(): () => void {
  const client = useQueryClient();
  return () =>
    client.setQueryData<InfiniteData<z.infer<typeof NotificationPage>>>(keys.notifications(), (data) =>
      data === undefined ? data : { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
}

/** Marks these as read, or all (null); shown at once, and asked again if it failed. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[] | null) => api.post('/api/notifications/read', ids === null ? {} : { ids }),
    onMutate: async (ids) => {
      await client.cancelQueries({ queryKey: keys.notifications() });
      client.setQueryData<NotificationPages>(keys.notifications(), (data) =>
        data === undefined ? data : withRead(data, ids, new Date().toISOString()),
      );
    },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.notifications() }),
  });
}

/** What a hint must touch for the unread conversations to be asked for again. */
const TOPIC = keys.conversations({});
const COUNTED = keys.unreadChats();

/** The person's own conversations in which a customer wrote something that nobody read. */
export function useUnreadChats() {
  const enabled = useMay('see-chats');
  useFresh(TOPIC, COUNTED);
  return useQuery({
    queryKey: COUNTED,
    queryFn: async ({ signal }) => {
      const path = withQuery('/api/conversations', {
        owner: 'me',
        unread: 'true',
        sort: 'recent',
        limit: 100,
      });
      return (await api.get(path, answerOf<ConversationPage>(), { signal })).items;
    },
    enabled,
  });
}
