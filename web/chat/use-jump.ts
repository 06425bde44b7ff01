import { useCallback, useEffect, useState } from 'react';
import type { ThreadItem } from './thread-items.ts';
import type { Aim } from './thread-list.tsx';

/** How long a message that was jumped to stays marked, in milliseconds. */
const MARKED = 2_500;

/**
 * Goes to a message: at once where it is loaded, else `open` loads the part around it first. `marked` is the key of
 * the row to make stand out.
 */
export function useJump(items: readonly ThreadItem[], open: (messageId: string) => void) {
  const [wanted, setWanted] = useState<string | null>(null);
  const [aim, setAim] = useState<Aim | null>(null);
  const [marked, setMarked] = useState<string | null>(null);

  const jump = useCallback((messageId: string) => setWanted(messageId), []);
  useEffect(() => {
    if (wanted === null) return;
    const key = items.find((item) => item.kind === 'message' && item.message.id === wanted)?.key;
    if (key === undefined) {
      open(wanted);
      return;
    }
    setWanted(null);
    setAim((last) => ({ key, count: (last?.count ?? 0) + 1 }));
    setMarked(key);
  }, [wanted, items, open]);
  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), MARKED);
    return () => clearTimeout(timer);
  }, [marked]);

  return { jump, aim, marked, forget: useCallback(() => setWanted(null), []) };
}
