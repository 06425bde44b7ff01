import { type RefObject, useEffect, useRef } from 'react';

/**
 * Keeps a scrolled list at its end while it is there, whatever grows or shrinks: its rows, or the place it has. Only the
 * reader's own way up lets go, and the way back to the end holds on again. `enabled` is false while what is shown does
 * not reach the end.
 */
export function useStickToEnd(
  scroll: RefObject<HTMLElement | null>,
  near: number,
  enabled: boolean,
  toEnd: () => void,
): void {
  const sticks = useRef(true);
  const begun = useRef(false);
  const end = useRef(toEnd);
  useEffect(() => {
    end.current = toEnd;
  });
  useEffect(() => {
    const list = scroll.current;
    if (list === null || !enabled) return;
    let top = list.scrollTop;
    const distance = () => list.scrollHeight - list.clientHeight - list.scrollTop;
    // A list opens at its end, which it reaches once its rows are measured.
    if (begun.current) sticks.current = distance() <= near;
    begun.current = true;
    const onScroll = () => {
      if (distance() <= near) sticks.current = true;
      else if (list.scrollTop < top) sticks.current = false;
      top = list.scrollTop;
    };
    const watch = new ResizeObserver(() => {
      if (sticks.current && distance() > 0) end.current();
    });
    watch.observe(list);
    if (list.firstElementChild !== null) watch.observe(list.firstElementChild);
    list.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      watch.disconnect();
      list.removeEventListener('scroll', onScroll);
    };
  }, [scroll, near, enabled]);
}
