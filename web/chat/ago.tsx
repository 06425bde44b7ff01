import { fullTime, relativeTime } from '../ui/time.tsx';
import { useClock } from './use-clock.ts';

/** A time in relative words, kept fresh, with the full time as its title. */
export function Ago({ at }: { at: string }) {
  const now = useClock();
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relativeTime(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}
