import { makeStyles, tokens } from '@fluentui/react-components';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { ThreadItem } from './thread-items.ts';
import { firstInView, guessedHeight } from './thread-measures.ts';
import { ThreadPill } from './thread-pill.tsx';
import { useStickToEnd } from './use-stick-to-end.ts';

const useStyles = makeStyles({
  // However much there is to answer, some of what was said stays in view.
  frame: { flex: 1, minHeight: 'min(140px, 20vh)', position: 'relative', display: 'flex' },
  scroll: {
    flex: 1,
    minWidth: 0,
    overflowY: 'auto',
    // The rows' own keeping of the place would work against the browser's.
    overflowAnchor: 'none',
    backgroundColor: tokens.colorNeutralBackground3,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  list: { listStyle: 'none', margin: 0, padding: 0, position: 'relative', width: '100%' },
  row: {
    position: 'absolute',
    insetBlockStart: 0,
    insetInline: 0,
    display: 'flex',
    flexDirection: 'column',
    padding: '4px 16px',
  },
  over: {
    position: 'absolute',
    insetInline: 0,
    insetBlockStart: '8px',
    display: 'flex',
    justifyContent: 'center',
    pointerEvents: 'none',
    zIndex: 3,
  },
});

/** How near to an end, in pixels, counts as being there. */
const NEAR_END = 48;
/** Rows from an end at which the page beyond it is asked for. */
const EARLY = 8;

/** Where to go: the row of a key; `count` tells a second wish for the same row from the first. */
export type Aim = { key: string; count: number };

type Props = {
  label: string;
  items: readonly ThreadItem[];
  row: (item: ThreadItem, current: boolean) => ReactNode;
  aim: Aim | null;
  /** Asked for when an end comes near; null where there is no more or it is being loaded. */
  onOld: (() => void) | null;
  onNew: (() => void) | null;
  /** The part shown ends before the newest message: how to get there. */
  toNewest: (() => void) | null;
  onInView: (item: ThreadItem | null) => void;
  /** The key of the newest message, whether it came in, and whether this person sent it. */
  newest: { key: string; incoming: boolean } | null;
  /** Above the rows: what is being loaded, the day in view. */
  top: (inView: ThreadItem | null, atEnd: boolean) => ReactNode;
  /** What a key does on a message that has the focus; true where it did something. */
  onMessageKey: (event: KeyboardEvent, item: ThreadItem) => boolean;
};

/**
 * The rows of a thread, of which only those in view are in the page. It stays at its end when it is there, keeps its
 * place when older messages come in, and one row can be reached by Tab, its neighbours by the arrow keys.
 */
export function ThreadList(props: Props) {
  const { label, items, row, aim, onOld, onNew, toNewest, onInView, newest, top, onMessageKey } = props;
  const styles = useStyles();
  const scroll = useRef<HTMLDivElement>(null);
  /** The message that has had the focus last, and the row that has it or holds what has it: a quotation, a link. */
  const [focused, setFocused] = useState<string | null>(null);
  const [holding, setHolding] = useState<string | null>(null);
  const current = focused ?? items.findLast(({ kind }) => kind === 'message')?.key ?? null;
  const kept = items.flatMap(({ key }, index) => (key === focused || key === holding ? [index] : []));

  // Rows out of view come once those in view are painted.
  const [overscan, setOverscan] = useState(1);
  useEffect(() => {
    const timer = setTimeout(() => setOverscan(8), 150);
    return () => clearTimeout(timer);
  }, []);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => guessedHeight(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    // It opens with the rows at its end, as far as guesses say where that is.
    initialOffset: () => items.reduce((sum, item) => sum + guessedHeight(item), 0),
    initialRect: { width: 0, height: innerHeight * 0.6 },
    overscan,
    paddingStart: 12,
    paddingEnd: 12,
    anchorTo: 'end',
    followOnAppend: toNewest === null,
    scrollEndThreshold: NEAR_END,
    // The row with the focus stays in the page wherever it is scrolled to.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b),
  });
  const rows = virtualizer.getVirtualItems();
  const atEnd = toNewest === null && virtualizer.isAtEnd(NEAR_END);

  // A chat opens at its end; until it is there, its beginning is not in view, whatever is measured first.
  const begun = useRef(false);
  const arrived = useRef(false);
  useLayoutEffect(() => {
    if (begun.current || items.length === 0) return;
    begun.current = true;
    virtualizer.scrollToEnd();
  }, [items.length, virtualizer]);
  useEffect(() => {
    arrived.current ||= rows.at(-1)?.index === items.length - 1 && virtualizer.isAtEnd(NEAR_END);
  });

  const sticks = useRef(true);
  useStickToEnd(scroll, sticks, NEAR_END, toNewest === null, virtualizer.scrollToEnd);

  const inView = items[firstInView(rows, virtualizer.scrollOffset ?? 0) ?? -1] ?? null;
  useEffect(() => onInView(inView), [inView, onInView]);

  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (arrived.current && first < EARLY && (virtualizer.scrollOffset ?? 0) < 1_500) onOld?.();
  }, [first, onOld, virtualizer]);
  useEffect(() => {
    if (last >= items.length - EARLY) onNew?.();
  }, [last, items.length, onNew]);

  // A wish is followed once, however often the rows change after it.
  const followed = useRef<Aim | null>(null);
  useEffect(() => {
    if (aim === null || followed.current === aim) return;
    const index = items.findIndex(({ key }) => key === aim.key);
    if (index === -1) return;
    followed.current = aim;
    sticks.current = false;
    virtualizer.scrollToIndex(index, { align: 'center' });
    focusRow(scroll.current, aim.key);
  }, [aim, items, virtualizer]);

  // The end may have to be shown first: then it is gone to once it is.
  const wantsEnd = useRef(false);
  const goToEnd = useCallback(() => {
    if (toNewest === null) virtualizer.scrollToEnd();
    else {
      wantsEnd.current = true;
      arrived.current = false;
      toNewest();
    }
  }, [toNewest, virtualizer]);
  useLayoutEffect(() => {
    if (!wantsEnd.current || toNewest !== null) return;
    wantsEnd.current = false;
    virtualizer.scrollToEnd();
  });

  // What this person sends is shown to them, wherever they are.
  const sent = newest !== null && !newest.incoming ? newest.key : '';
  const known = useRef(sent);
  useEffect(() => {
    if (known.current === sent) return;
    known.current = sent;
    if (sent !== '') goToEnd();
  }, [sent, goToEnd]);

  const move = useCallback(
    (key: string, by: 1 | -1 | 'first' | 'last') => {
      const to = neighbour(items, key, by);
      const item = items[to];
      if (item === undefined) return;
      setFocused(item.key);
      virtualizer.scrollToIndex(to, { align: 'auto' });
      focusRow(scroll.current, item.key);
    },
    [items, virtualizer],
  );
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target } = event;
    // Keys of a button or a player inside a message are theirs.
    if (!(target instanceof HTMLElement) || target.dataset.message === undefined) return;
    const key = target.closest('li')?.dataset.key ?? '';
    const item = items.find((one) => one.key === key);
    if (item === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = STEPS[event.key];
    if (by !== undefined) move(key, by);
    else if (!onMessageKey(event, item)) return;
    event.preventDefault();
  };

  return (
    <div className={styles.frame}>
      <div className={styles.over}>{top(inView, atEnd)}</div>
      <section
        ref={scroll}
        className={styles.scroll}
        aria-label={label}
        onKeyDown={onKeyDown}
        // Who comes back begins at the newest message again.
        onBlur={({ currentTarget, relatedTarget }) => {
          if (currentTarget.contains(relatedTarget)) return;
          setFocused(null);
          setHolding(null);
        }}
      >
        <ol className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ key, index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                data-key={item.key}
                className={styles.row}
                style={{ transform: `translateY(${start}px)` }}
                aria-posinset={index + 1}
                aria-setsize={items.length}
                // A quotation on the way does not become the stop: Tab would pass the newest message over.
                onFocus={({ target }) => {
                  setHolding(item.key);
                  if (target instanceof HTMLElement && target.dataset.message !== undefined)
                    setFocused(item.key);
                }}
              >
                {row(item, item.key === current)}
              </li>
            );
          })}
        </ol>
      </section>
      <ThreadPill newest={newest} atEnd={atEnd} onClick={goToEnd} />
    </div>
  );
}

const STEPS: Record<string, 1 | -1 | 'first' | 'last'> = {
  ArrowUp: -1,
  ArrowDown: 1,
  Home: 'first',
  End: 'last',
};

/** The message before or after one, or at an end; -1 where there is none. */
function neighbour(items: readonly ThreadItem[], key: string, by: 1 | -1 | 'first' | 'last'): number {
  const isMessage = ({ kind }: ThreadItem) => kind === 'message';
  if (by === 'first') return items.findIndex(isMessage);
  if (by === 'last') return items.findLastIndex(isMessage);
  const from = items.findIndex((item) => item.key === key);
  for (let index = from + by; index >= 0 && index < items.length; index += by)
    if (items[index]?.kind === 'message') return index;
  return -1;
}

/** A row far away comes into the page a few frames after it was scrolled to. */
function focusRow(list: HTMLElement | null, key: string, frames = 20): void {
  const message = list?.querySelector<HTMLElement>(`li[data-key="${CSS.escape(key)}"] [data-message]`);
  if (message !== null && message !== undefined) message.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusRow(list, key, frames - 1));
}
