import { useEffect, useState } from 'react';

/** Milliseconds until a countdown can read differently: a second in the last minutes, else half a minute. */
function nextTick(until: string, now: number): number {
  return Date.parse(until) - now < 3 * 60_000 ? 1000 : 30_000;
}

/** The time, renewed as often as a countdown to `until` needs; calls `onPassed` once when that moment comes. */
export function useNowUntil(until: string | undefined, onPassed: () => void): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === undefined) return;
    const end = Date.parse(until);
    if (!(end > Date.now()) || now >= end) return;
    const wait = Math.min(nextTick(until, Date.now()), end - Date.now() + 20);
    const timer = setTimeout(() => {
      setNow(Date.now());
      if (Date.now() >= end) onPassed();
    }, wait);
    return () => clearTimeout(timer);
  }, [until, now, onPassed]);
  return now;
}
