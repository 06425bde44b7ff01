import { useEffect, useReducer } from 'react';

/**
 * The time, renewed when `duration` of what is left until then reads differently, so that whoever counts down to one moment says
 * the same; calls `onPassed` once when that moment comes.
 */
export function useNowUntil(until: string | null | undefined, onPassed?: () => void): number {
  const [ticks, tick] = useReducer((count: number) => count + 1, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick waits for the next one
  useEffect(() => {
    const left = Date.parse(until ?? '') - Date.now();
    if (!(left > 0)) return;
    const timer = setTimeout(
      () => {
        tick();
        if (Date.parse(until ?? '') <= Date.now()) onPassed?.();
      },
      (left % (left > 120_000 ? 60_000 : 1000)) + 20,
    );
    return () => clearTimeout(timer);
  }, [until, ticks, onPassed]);
  return Date.now();
}
