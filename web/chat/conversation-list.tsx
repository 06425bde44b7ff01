import { makeStyles, Spinner } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { type ConversationFilter, itemsOf, useConversations } from './chat-queries.ts';
import { ConversationRow } from './conversation-row.tsx';

/** Every row is as high as this, so that a list of any length scrolls smoothly. In CSS pixels. */
const ROW = 92;

const useStyles = makeStyles({
  scroll: { flex: 1, minHeight: 0, overflowY: 'auto' },
  list: { listStyle: 'none', margin: 0, padding: 0, position: 'relative' },
  row: { position: 'absolute', insetInlineStart: 0, insetInlineEnd: 0, top: 0, height: `${ROW}px` },
  state: { padding: '12px' },
});

type Props = { filter: ConversationFilter; conversationId: string | undefined };

/** The conversations, newest first; further pages load as they come into view. */
export function ConversationList({ filter, conversationId }: Props) {
  const styles = useStyles();
  const query = useConversations(filter);
  const conversations = useMemo(() => itemsOf(query.data), [query.data]);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 8,
    getItemKey: (index) => conversations[index]?.id ?? index,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (last >= conversations.length - 5 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, conversations.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const filtered = filter.search !== undefined || filter.consent !== undefined || filter.unread !== undefined;
  return (
    <div ref={scroll} className={styles.scroll}>
      {query.isPending && (
        <div className={styles.state}>
          <Loading label="Loading chats" />
        </div>
      )}
      {query.isError && (
        <div className={styles.state}>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isSuccess && conversations.length === 0 && (
        <EmptyState title={filtered ? 'No chat matches' : 'No chats yet'}>
          {filtered
            ? 'Change or clear the search and the filters.'
            : 'A chat begins when a customer writes, or when you send a Consent Template from a record.'}
        </EmptyState>
      )}
      {conversations.length > 0 && (
        <ul className={styles.list} style={{ height: virtual.getTotalSize() }} aria-label="Chats">
          {rows.map((row) => {
            const conversation = conversations[row.index];
            if (conversation === undefined) return null;
            return (
              <li
                key={row.key}
                className={styles.row}
                style={{ transform: `translateY(${row.start}px)` }}
                aria-setsize={hasNextPage ? -1 : conversations.length}
                aria-posinset={row.index + 1}
              >
                <ConversationRow conversation={conversation} current={conversation.id === conversationId} />
              </li>
            );
          })}
        </ul>
      )}
      {isFetchingNextPage && <Spinner size="tiny" label="Loading more chats" />}
    </div>
  );
}
