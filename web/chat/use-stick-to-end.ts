import { type RefObject, useEffect } from 'react';

/** After this long without a change of its rows or its place, what moves a list up is its reader. Milliseconds. */
const QUIET = 500;

/** What comes before a list is scrolled by hand: a wheel, a finger or the scroll bar, a key. */
const BY_HAND = ['wheel', 'pointerdown', 'keydown'];

/**
 * Keeps a scrolled list at its end while it is there, whatever grows or shrinks: its rows, or the place it has. Only the
 * reader's own way up lets go, and the way back to the end holds on again. Rows that are measured move the list up as
 * well: so a way up counts where a hand was on the list, or where nothing changes, as when the browser finds a word.
 * Who scrolls it elsewhere sets `sticks` to false. `enabled` is false while what is shown does not reach the end;
 * `toEnd` is one function for good.
 */
export function useStickToEnd(
  scroll: RefObject<HTMLElement | null>,
  sticks: RefObject<boolean>,
  near: number,
  enabled: boolean,
  toEnd: () => void,
): void {
  useEffect(() => {
    const list = scroll.current;
    if (list === null || !enabled) return;
    let byHand = false;
    let top = 0;
    let changed = Number.POSITIVE_INFINITY;
    /** `slack`: how far from the end it may stand. */
    const look = (slack: number) => {
      const { scrollTop, scrollHeight, clientHeight } = list;
      const distance = scrollHeight - clientHeight - scrollTop;
      const moved = scrollTop - top;
      top = scrollTop;
      if (distance <= near) {
        sticks.current = true;
        byHand &&= moved <= 0;
      } else if (moved < 0 && (byHand || performance.now() > changed + QUIET)) sticks.current = false;
      if (sticks.current && distance > slack) toEnd();
    };
    const watch = new ResizeObserver(() => {
      look(0);
      changed = performance.now();
    });
    for (const one of [list, ...list.children]) watch.observe(one);
    const onHand = () => {
      byHand = true;
    };
    list.onscroll = () => look(near);
    for (const type of BY_HAND) list.addEventListener(type, onHand, { passive: true });
    return () => {
      watch.disconnect();
      list.onscroll = null;
      for (const type of BY_HAND) list.removeEventListener(type, onHand);
      // A list opens at its end, which it reaches once its rows are measured; later it may stand anywhere.
      sticks.current = false;
    };
  }, [scroll, sticks, near, enabled, toEnd]);
}
