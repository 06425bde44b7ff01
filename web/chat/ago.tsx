import { useEffect, useState } from 'react';
import { localTime } from '../ui/time.tsx';

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const MINUTE = 60_000;

/** How long ago, up to a day ("4 min. ago"); from then on the date. */
function ago(at: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(at)) / MINUTE);
  if (minutes < 1) return 'now';
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return localTime(at, 'short', new Date(now));
}

/** A time in relative words, renewed every half minute, with the full time as its title. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE / 2);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}
