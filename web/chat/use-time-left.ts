import { useEffect, useReducer } from 'react';

/**
 * How long until then, ms: zero, less or not a number where nothing is left. Renewed when its `duration` reads differently, so that
 * whoever counts down to one moment says the same; calls `onPassed` once when that moment comes.
 */
export function useTimeLeft(until: string | null | undefined, onPassed?: () => void): number {
  const [ticks, tick] = useReducer((count: number) => count + 1, 0);
  const end = Date.parse(until ?? '');
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick waits for the next one
  useEffect(() => {
    const left = end - Date.now();
    if (!(left > 0)) return;
    const timer = setTimeout(
      () => {
        tick();
        if (end <= Date.now()) onPassed?.();
      },
      (left % (left > 120_000 ? 60_000 : 1000)) + 20,
    );
    return () => clearTimeout(timer);
  }, [end, ticks, onPassed]);
  return end - Date.now();
}
