import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { later } from '../ui/later.tsx';
import { ErrorState, Loading } from '../ui/states.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { useChannelName, useRemindAfter } from './desk-queries.ts';
import { useAiming } from './use-aiming.ts';
import { inShownOrder, type Row, shiftOf } from './view-pages.ts';
import { useConversationList } from './view-query.ts';
import { type ChatsSearch, chatsAddress } from './view-search.ts';

const ViewEmpty = later(async () => (await import('./view-empty.tsx')).ViewEmpty, { words: ['dialogs'] });

/** Every row is as high as this, so that a list of any length scrolls smoothly. In CSS pixels. */
const ROW = 88;

const useStyles = makeStyles({
  scroll: { flex: 1, minHeight: 0, overflowY: 'auto', overflowAnchor: 'none' },
  list: { listStyle: 'none', margin: 0, padding: 0, position: 'relative' },
  row: { position: 'absolute', insetInlineStart: 0, insetInlineEnd: 0, top: 0, height: `${ROW}px` },
  state: { padding: '12px' },
  more: { display: 'flex', justifyContent: 'center', padding: '8px', color: tokens.colorNeutralForeground2 },
});

type Props = { search: ChatsSearch; conversationId: string | undefined };

/**
 * The conversations of a view. However many are loaded, some twenty rows are in the page. What changes keeps its
 * distance: rows do not move while a person aims at one, and a list that was scrolled stays where it is.
 */
export function ConversationList({ search, conversationId }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const list = useConversationList(search);
  const { see } = list;
  const scroll = useRef<HTMLDivElement>(null);
  const aiming = useAiming();
  const rows = useSteadyRows(list.rows, aiming.now);
  const remindAfter = useRemindAfter();
  const channelName = useChannelName();

  /** The row the arrow keys are at; it stays in the page wherever it is scrolled to. */
  const [focused, setFocused] = useState<string | null>(null);
  const place = rows.findIndex((row) => row.conversation.id === focused);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 8,
    getItemKey: (index) => rows[index]?.conversation.id ?? index,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      return place === -1 || shown.includes(place) ? shown : [...shown, place].sort((a, b) => a - b);
    },
  });
  useStayInPlace(scroll, virtual.scrollOffset ?? 0, rows);

  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? 0;
  useEffect(() => see(first, last), [see, first, last]);

  const links = useRef(new Map<string, HTMLAnchorElement>());
  const onLink = useCallback((id: string, link: HTMLAnchorElement | null) => {
    if (link === null) links.current.delete(id);
    else links.current.set(id, link);
  }, []);
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    const link = links.current.get(wanted.current);
    if (link === undefined) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
  });
  const moveTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    wanted.current = row.conversation.id;
    setFocused(row.conversation.id);
    virtual.scrollToIndex(Math.max(0, Math.min(rows.length - 1, index)), { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / ROW) - 1);
    const to = nextPlace(event.key, place === -1 ? 0 : place, rows.length, page);
    if (to === null) return;
    event.preventDefault();
    moveTo(to);
  };

  const { query } = list;
  const current = rows.findIndex((row) => row.conversation.id === conversationId);
  // By Tab one comes to the open chat, else to the first.
  const tabStop = place !== -1 ? place : Math.max(0, current);
  return (
    <div ref={scroll} className={styles.scroll} {...aiming.handlers}>
      {query.isPending && (
        <div className={styles.state}>
          <Loading label={t('list.loading')} />
        </div>
      )}
      {query.isError && (
        <div className={styles.state}>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isSuccess && rows.length === 0 && <ViewEmpty search={search} />}
      {rows.length > 0 && (
        <ul
          className={styles.list}
          style={{ height: virtual.getTotalSize() }}
          aria-label={t('list.label')}
          onKeyDown={onKeyDown}
        >
          {virtual.getVirtualItems().map((item) => {
            const conversation = rows[item.index]?.conversation;
            if (conversation === undefined) return null;
            const { id } = conversation;
            return (
              <li
                key={item.key}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
                aria-setsize={list.hasMore ? -1 : rows.length}
                aria-posinset={item.index + 1}
                onFocus={() => setFocused(id)}
              >
                <ConversationRow
                  onLink={onLink}
                  conversation={conversation}
                  current={id === conversationId}
                  address={chatsAddress(search, id)}
                  remindAfter={remindAfter}
                  channel={channelName(conversation.channel)}
                  tabStop={item.index === tabStop}
                />
              </li>
            );
          })}
        </ul>
      )}
      {list.more !== 'idle' && (
        <div className={styles.more}>
          {list.more === 'reading' ? (
            <Spinner size="tiny" label={t('list.loadingMore')} />
          ) : (
            <Button size="small" onClick={() => void list.readMore()}>
              {t('list.tryMore')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** Where a key leads from a place in the list; null for a key that leads nowhere. */
export function nextPlace(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'PageDown':
      return Math.min(count - 1, at + page);
    case 'PageUp':
      return Math.max(0, at - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** The rows in the order they are shown in: the list's own, but while a person aims the one they see. */
function useSteadyRows(fresh: readonly Row[], aiming: boolean): readonly Row[] {
  const shown = useRef(fresh);
  const rows = aiming && shown.current.length > 0 ? inShownOrder(shown.current, fresh) : fresh;
  useEffect(() => {
    shown.current = rows;
  }, [rows]);
  return rows;
}

/** A list that was scrolled keeps its first row in view where it is, whatever comes in above. At the top it shows what is new. */
function useStayInPlace(
  scroll: React.RefObject<HTMLDivElement | null>,
  offset: number,
  rows: readonly Row[],
): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    const element = scroll.current;
    // By where it was scrolled to: to ask the element itself would have the whole page laid out, for each change.
    if (element !== null && before.current !== rows && offset > ROW / 2) {
      const shift = shiftOf(before.current, rows, Math.floor(offset / ROW));
      if (shift !== 0) element.scrollTop += shift * ROW;
    }
    before.current = rows;
  }, [scroll, offset, rows]);
}
