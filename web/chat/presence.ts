import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import { api, chatPath } from '../ui/api.ts';
import { hearHints } from '../ui/live.ts';
import { useMe } from '../ui/me.tsx';
import { FADES_AFTER, faded, heard, type Presence, type Present, presentIn } from './presence-state.ts';

let presence: Presence = new Map();
let shown = new Map<string, Present[]>();
let me = '';
let stopHearing: (() => void) | undefined;
let fading: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();
const nobody: Present[] = [];

function become(next: Presence): void {
  if (next === presence) return;
  presence = next;
  shown = new Map();
  for (const listener of listeners) listener();
}

/** Listens to hints as long as anything on the page shows who is where. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stopHearing ??= hearHints((hints) => become(heard(presence, hints, me, Date.now())));
  fading ??= setInterval(() => become(faded(presence, Date.now())), 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stopHearing?.();
    clearInterval(fading);
    stopHearing = undefined;
    fading = undefined;
    presence = new Map();
    shown = new Map();
  };
}

function snapshot(conversationId: string): Present[] {
  if (!presence.has(conversationId)) return nobody;
  const known = shown.get(conversationId);
  if (known !== undefined) return known;
  const people = presentIn(presence, conversationId);
  shown.set(conversationId, people);
  return people;
}

/** Which colleagues look at a conversation or type in it now; the person at this page is not among them. */
export function usePresent(conversationId: string): readonly Present[] {
  me = useMe().id;
  return useSyncExternalStore(subscribe, () => snapshot(conversationId));
}

/** Often enough that nobody fades while they are there. */
const SAY_AGAIN = FADES_AFTER * 0.7;
/** After this long a chat that was opened counts as looked at. */
const SETTLED = 300;
/** Between two words about typing. */
const TYPING_EVERY = 3_000;
/** How soon colleagues see that an answer was sent, or given up. */
const LOOK_EVERY = 500;

/**
 * Tells colleagues that this person has the conversation open, while the page is seen. Answers what to call whenever
 * they type; once `isWriting` says that nothing is left of it, sent or deleted, they only look. It does not matter if
 * telling fails: the next word comes soon.
 */
export function useTellPresence(conversationId: string, isWriting: () => boolean): () => void {
  const typedAt = useRef(0);
  const looking = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const tell = useCallback(
    (state: 'viewing' | 'typing' | 'left') => {
      api.post(chatPath(conversationId, 'presence'), { state }).catch(() => undefined);
    },
    [conversationId],
  );
  useEffect(() => {
    let there = false;
    const say = () => {
      there = true;
      tell(Date.now() - typedAt.current < SAY_AGAIN ? 'typing' : 'viewing');
    };
    const leave = () => {
      if (there || typedAt.current > 0) tell('left');
      there = false;
    };
    const look = () => {
      if (document.visibilityState === 'visible') say();
      else leave();
    };
    // Who only passes through is not shown to be there.
    const first = setTimeout(look, SETTLED);
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') say();
    }, SAY_AGAIN);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      clearInterval(looking.current);
      looking.current = undefined;
      document.removeEventListener('visibilitychange', look);
      leave();
    };
  }, [tell]);
  return useCallback(() => {
    const now = Date.now();
    if (now - typedAt.current < TYPING_EVERY) return;
    typedAt.current = now;
    tell('typing');
    looking.current ??= setInterval(() => {
      if (isWriting()) return;
      clearInterval(looking.current);
      looking.current = undefined;
      typedAt.current = 0;
      tell('viewing');
    }, LOOK_EVERY);
  }, [tell, isWriting]);
}
