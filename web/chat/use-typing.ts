import { useCallback, useRef } from 'react';
import { api, chatPath } from '../ui/api.ts';

/** WhatsApp shows "typing…" for up to 25 s; once in 20 keeps it there. */
const EVERY = 20_000;

/** Tells the customer that somebody is writing. It does not matter if it fails. */
export function useTyping(conversationId: string | null): () => void {
  const last = useRef(0);
  return useCallback(() => {
    if (conversationId === null || Date.now() - last.current < EVERY) return;
    last.current = Date.now();
    api.post(chatPath(conversationId, 'typing')).catch(() => undefined);
  }, [conversationId]);
}
