import { Button, Divider, makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components';
import { useEffect, useMemo, useRef } from 'react';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { localTime } from '../ui/time.tsx';
import { Announce } from './announce.tsx';
import { Bubble } from './bubble.tsx';
import { itemsOf, useConsentEvents, useMessages } from './chat-queries.ts';
import { consentSentence } from './consent-line.ts';
import { shortText } from './message-kind.ts';
import { noteSentence, ThreadEvent } from './thread-event.tsx';
import { localDay, type ThreadItem, threadItems } from './thread-items.ts';

const useStyles = makeStyles({
  // Reversed, so that the browser itself keeps the newest message in view and holds the place when older ones load.
  scroll: {
    flex: 1,
    minHeight: 0,
    overflowY: 'auto',
    display: 'flex',
    flexDirection: 'column-reverse',
    backgroundColor: tokens.colorNeutralBackground3,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  content: {
    padding: '12px 16px',
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    marginBlockEnd: 'auto',
  },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '8px' },
  row: { display: 'flex', flexDirection: 'column' },
  // What stands above the messages must not be what the browser holds in place when older ones come in below it.
  edge: { overflowAnchor: 'none', display: 'flex', justifyContent: 'center' },
  day: { padding: '4px 0' },
  // A day's separator goes up when older messages of that day come in.
  moves: { overflowAnchor: 'none' },
});

/** The messages of a conversation with its consent events between them, oldest at the top, newest in view. */
export function Thread({ conversationId, customer }: { conversationId: string; customer: string }) {
  const styles = useStyles();
  const messages = useMessages(conversationId);
  const events = useConsentEvents(conversationId);
  const loaded = useMemo(() => itemsOf(messages.data), [messages.data]);
  const lines = events.data?.items;
  const complete = messages.data !== undefined && !messages.hasNextPage;
  const items = useMemo(
    () => threadItems(loaded, lines ?? [], complete, localDay),
    [loaded, lines, complete],
  );
  const newest = loaded[0];

  const { fetchNextPage, hasNextPage, isFetchingNextPage } = messages;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const edge = top.current;
    if (edge === null || !hasNextPage || isFetchingNextPage) return;
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) void fetchNextPage();
      },
      { root: edge.closest('section'), rootMargin: '200px' },
    );
    watch.observe(edge);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
    <section className={styles.scroll} aria-label={`Messages with ${customer}`} tabIndex={0}>
      <div className={styles.content}>
        {messages.isPending && <Loading rows={5} label="Loading messages" />}
        {messages.isError && <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />}
        {events.isError && <ErrorState error={events.error} onRetry={() => void events.refetch()} />}
        <div ref={top} className={styles.edge}>
          {isFetchingNextPage && <Spinner size="tiny" label="Loading older messages" />}
          {hasNextPage && !isFetchingNextPage && (
            <Button size="small" onClick={() => void fetchNextPage()}>
              Show older messages
            </Button>
          )}
        </div>
        {complete && items.length === 0 && (
          <EmptyState title="No messages yet">What may be sent first stands below.</EmptyState>
        )}
        <ol className={styles.list}>
          {items.map((item) => (
            <li key={item.key} className={mergeClasses(styles.row, item.kind === 'day' && styles.moves)}>
              <Row item={item} customer={customer} />
            </li>
          ))}
        </ol>
        <Announce
          text={newest?.direction === 'in' ? `${customer}: ${shortText(newest)}` : ''}
          id={newest?.id ?? ''}
        />
      </div>
    </section>
  );
}

function Row({ item, customer }: { item: ThreadItem; customer: string }) {
  const styles = useStyles();
  switch (item.kind) {
    case 'day':
      return <Divider className={styles.day}>{localTime(item.at, 'day')}</Divider>;
    case 'message':
      return <Bubble message={item.message} quoted={item.quoted} customer={customer} />;
    case 'note':
      return (
        <ThreadEvent tone="informative" at={item.at}>
          {noteSentence(item.message, item.about, customer)}
        </ThreadEvent>
      );
    case 'consent': {
      const { text, tone } = consentSentence(item.line, customer);
      return (
        <ThreadEvent tone={tone} at={item.at}>
          {text}
        </ThreadEvent>
      );
    }
  }
}
