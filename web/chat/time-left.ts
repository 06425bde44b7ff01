const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long until `until`, in words of two units at most: "2 d 3 h", "22 h 29 min", "4 min", "40 s". Empty once it has passed. */
export function timeLeft(until: string, now: number): string {
  const left = Date.parse(until) - now;
  if (!(left > 0)) return '';
  if (left >= DAY) return twoUnits(left, DAY, 'd', HOUR, 'h');
  if (left >= HOUR) return twoUnits(left, HOUR, 'h', MINUTE, 'min');
  if (left >= 2 * MINUTE) return `${Math.floor(left / MINUTE)} min`;
  return `${Math.ceil(left / 1000)} s`;
}

/** Milliseconds until the words of `timeLeft` can change: a second in the last minutes, else half a minute. */
export function nextTick(until: string, now: number): number {
  const left = Date.parse(until) - now;
  return left < 3 * MINUTE ? 1000 : 30_000;
}

function twoUnits(left: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((left % large) / small);
  const first = `${Math.floor(left / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
