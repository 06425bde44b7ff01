import { useSyncExternalStore } from 'react';

const EVERY = 15_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, EVERY);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function read(): number {
  // While nobody listened the clock stood still.
  if (timer === undefined) now = Date.now();
  return now;
}

/** The time, fresh enough for words such as "waiting 12 min"; one timer however many rows show it. */
export function useClock(): number {
  return useSyncExternalStore(subscribe, read);
}
