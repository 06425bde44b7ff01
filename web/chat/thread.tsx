import { Badge, Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { type KeyboardEvent, useCallback, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { localDay } from '../i18n/locale.ts';
import { ApiProblem } from '../ui/api.ts';
import { useNotify } from '../ui/notify.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { localTime } from '../ui/time.tsx';
import { Announce } from './announce.tsx';
import { itemsOf, useConsentEvents, useTrace } from './chat-queries.ts';
import { shortText } from './message-kind.ts';
import { ThreadContext } from './thread-acts.ts';
import { type ThreadItem, threadItems } from './thread-items.ts';
import { ThreadList } from './thread-list.tsx';
import { useThread } from './thread-queries.ts';
import { ThreadRow } from './thread-row.tsx';
import { useJump } from './use-jump.ts';

const useStyles = makeStyles({
  wait: {
    flex: 1,
    minHeight: 0,
    overflowY: 'auto',
    padding: '12px 16px',
    backgroundColor: tokens.colorNeutralBackground3,
  },
  // Grey lines lead nowhere: where they find little room they are cut, not scrolled.
  loads: { overflowY: 'hidden' },
  chip: {
    pointerEvents: 'auto',
    boxShadow: tokens.shadow4,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  loading: {
    padding: '4px 12px',
    borderRadius: tokens.borderRadiusCircular,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
  },
});

/** The calendar day of a time, kept by the minute: a thread of thousands asks for it whenever something comes in. */
function dayByMinute(): (at: string) => string {
  const days = new Map<string, string>();
  return (at) => {
    const minute = at.slice(0, 16);
    const known = days.get(minute);
    if (known !== undefined) return known;
    const day = localDay(at);
    days.set(minute, day);
    return day;
  };
}

/**
 * The messages of a conversation with its consent events, and what colleagues did and noted, between them; oldest at
 * the top, newest in view.
 */
export function Thread({ conversationId, customer }: { conversationId: string; customer: string }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('chat');
  const notify = useNotify();
  const thread = useThread(conversationId);
  const events = useConsentEvents(conversationId);
  const trace = useTrace(conversationId);
  const { held, open, openError } = thread;
  const messages = held?.items;
  const lines = events.data?.items;
  const traces = useMemo(() => itemsOf(trace.data), [trace.data]);
  // A language or a zone chosen meanwhile has days of its own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `i18n.language` is what it depends on
  const dayOf = useMemo(dayByMinute, [i18n.language]);
  const hasOlder = held === undefined || held.older !== null;
  const hasNewer = held?.newer != null;
  const items = useMemo(
    () =>
      threadItems({ messages: messages ?? [], lines: lines ?? [], trace: traces, hasOlder, hasNewer }, dayOf),
    [messages, lines, traces, hasOlder, hasNewer, dayOf],
  );
  useTraceUntil(trace, messages?.at(-1)?.at ?? null, hasOlder);

  const { jump, aim, marked, forget } = useJump(items, open);
  useEffect(() => {
    if (openError === null) return;
    forget();
    thread.toNewest();
    notify.problem(openError, t('thread.notFound'));
  }, [openError, forget, thread.toNewest, notify, t]);

  const context = useMemo(() => ({ conversationId, customer, jump }), [conversationId, customer, jump]);
  const row = useCallback(
    (item: ThreadItem, current: boolean) => (
      <ThreadRow item={item} current={current} marked={marked === item.key} />
    ),
    [marked],
  );
  const { noteInView } = thread;
  const onInView = useCallback(
    (item: ThreadItem | null) => noteInView(item?.kind === 'message' ? item.message.id : null),
    [noteInView],
  );

  if (held === undefined) {
    return (
      <div className={mergeClasses(styles.wait, thread.error === null && styles.loads)}>
        {thread.error === null ? (
          <Loading rows={5} label={t('thread.loading')} />
        ) : (
          <ErrorState error={thread.error} onRetry={thread.refetch} />
        )}
      </div>
    );
  }
  if (!hasOlder && items.length === 0) {
    return (
      <div className={styles.wait}>
        <EmptyState title={t('thread.empty')}>{t('thread.emptyText')}</EmptyState>
      </div>
    );
  }
  const { newest } = thread;
  const failed = thread.loadError !== null;
  // What failed for one reason is said once.
  const lost = [events, trace].filter(({ error }) => error !== null && !isMissing(error));
  return (
    <ThreadContext value={context}>
      {lost[0] && (
        <ErrorState
          error={lost[0].error}
          onRetry={() => {
            for (const { refetch } of lost) void refetch();
          }}
        />
      )}
      <ThreadList
        label={t('thread.label', { name: customer })}
        items={items}
        row={row}
        aim={aim}
        onOld={hasOlder && thread.loading === null && !failed ? () => void thread.load('older') : null}
        onNew={hasNewer && thread.loading === null && !failed ? () => void thread.load('newer') : null}
        toNewest={hasNewer ? thread.toNewest : null}
        onInView={onInView}
        newest={newest === undefined ? null : { key: newest.id, incoming: newest.direction === 'in' }}
        onMessageKey={messageKey}
        top={(inView, atEnd) =>
          thread.loading !== null || thread.opening ? (
            <span className={styles.loading} role="status">
              {t(thread.loading === 'newer' ? 'thread.loadingNewer' : 'thread.loadingOlder')}
            </span>
          ) : failed ? (
            <Button
              className={styles.chip}
              size="small"
              onClick={() => void thread.load(hasNewer ? 'newer' : 'older')}
            >
              {t('thread.loadFailed')}
            </Button>
          ) : atEnd || inView === null || inView.kind === 'day' ? null : (
            <Badge className={styles.chip} appearance="filled" color="subtle" size="large" aria-hidden>
              {localTime(inView.at, 'day')}
            </Badge>
          )
        }
      />
      <Announce
        text={
          newest?.direction === 'in' ? t('thread.announce', { name: customer, text: shortText(newest) }) : ''
        }
        id={newest?.id ?? ''}
      />
    </ThreadContext>
  );
}

/** Pages of the trace follow those of the messages. */
function useTraceUntil(trace: ReturnType<typeof useTrace>, oldest: string | null, hasOlder: boolean): void {
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = trace;
  const reached = itemsOf(data).at(-1)?.at;
  const missing = reached !== undefined && (!hasOlder || (oldest !== null && reached > oldest));
  useEffect(() => {
    if (missing && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [missing, hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
}

/** R answers and E reacts to the message that has the focus; Enter goes into what can be done with it. */
function messageKey(event: KeyboardEvent): boolean {
  const act = { r: 'reply', e: 'react', Enter: 'react' }[event.key];
  if (act === undefined || !(event.target instanceof HTMLElement)) return false;
  const button = event.target.querySelector<HTMLElement>(`[data-act="${act}"]`);
  if (button === null) return false;
  if (event.key === 'Enter') button.focus();
  else button.click();
  return true;
}

const isMissing = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;
