import { DataverseError } from './errors.ts';
import type { Settings } from './model.ts';

type Second = { requests: number; ms: number };

/** Service protection, per user. https://learn.microsoft.com/power-apps/developer/data-platform/api-limits */
export type Limits = {
  /**
   * Lets a request in and returns what is called with its milliseconds when it is done.
   * @throws DataverseError 429
   */
  readonly enter: (user: string, count?: number) => (ms: number) => void;
  /** What is left of the user's requests and milliseconds in this window. */
  readonly left: (user: string) => { requests: number; ms: number };
  /** The most of each that any user ever had in one window or at once, refused requests included. */
  readonly peak: () => { requests: number; concurrent: number; refused: number };
  readonly clear: () => void;
};

export function createLimits(now: () => number, settings: () => Settings): Limits {
  const seconds = new Map<string, Map<number, Second>>();
  const concurrent = new Map<string, number>();
  let peak = { requests: 0, concurrent: 0, refused: 0 };

  const windowOf = (user: string): Map<number, Second> => {
    const found = seconds.get(user) ?? new Map<number, Second>();
    seconds.set(user, found);
    const oldest = Math.floor(now() / 1000) - settings().windowSeconds;
    for (const second of found.keys()) if (second <= oldest) found.delete(second);
    return found;
  };
  const sum = (user: string): Second => {
    const total = { requests: 0, ms: 0 };
    for (const one of windowOf(user).values()) {
      total.requests += one.requests;
      total.ms += one.ms;
    }
    return total;
  };
  const add = (user: string, requests: number, ms: number): void => {
    const window = windowOf(user);
    const second = Math.floor(now() / 1000);
    const found = window.get(second);
    if (found) {
      found.requests += requests;
      found.ms += ms;
    } else window.set(second, { requests, ms });
  };
  /** Seconds until enough has left the window. Refused requests count, so sending on makes it longer. */
  const wait = (user: string, over: (left: Second) => boolean): number => {
    const rest = sum(user);
    const { windowSeconds } = settings();
    const present = Math.floor(now() / 1000);
    for (const [second, one] of [...windowOf(user)].sort(([a], [b]) => a - b)) {
      rest.requests -= one.requests;
      rest.ms -= one.ms;
      if (!over(rest)) return Math.max(1, second + windowSeconds - present + 1);
    }
    return windowSeconds;
  };

  return {
    enter: (user, count = 1) => {
      const { enforceLimits, maxRequests, maxExecutionMs, maxConcurrent } = settings();
      const before = sum(user);
      const busy = concurrent.get(user) ?? 0;
      add(user, count, 0);
      peak.requests = Math.max(peak.requests, before.requests + count);
      peak.concurrent = Math.max(peak.concurrent, busy + 1);
      if (enforceLimits) {
        const refuse = (kind: keyof typeof THROTTLES, retryAfter: number): never => {
          peak.refused += 1;
          throw throttled(kind, String(retryAfter), settings());
        };
        if (busy >= maxConcurrent) refuse('concurrent', 2);
        if (before.requests + count > maxRequests)
          refuse(
            'requests',
            wait(user, (left) => left.requests >= maxRequests),
          );
        if (before.ms > maxExecutionMs)
          refuse(
            'time',
            wait(user, (left) => left.ms > maxExecutionMs),
          );
      }
      concurrent.set(user, busy + 1);
      let done = false;
      return (ms) => {
        if (done) return;
        done = true;
        concurrent.set(user, (concurrent.get(user) ?? 1) - 1);
        add(user, 0, ms);
      };
    },
    left: (user) => {
      const used = sum(user);
      const { maxRequests, maxExecutionMs } = settings();
      return {
        requests: Math.max(0, maxRequests - used.requests),
        ms: Math.max(0, maxExecutionMs - used.ms),
      };
    },
    peak: () => ({ ...peak }),
    clear: () => {
      seconds.clear();
      peak = { requests: 0, concurrent: 0, refused: 0 };
    },
  };
}

export const THROTTLES = {
  requests: '0x80072322',
  time: '0x80072321',
  concurrent: '0x80072326',
} as const;

export function throttled(
  kind: keyof typeof THROTTLES,
  retryAfter: string | null,
  settings: Settings,
): DataverseError {
  const { maxRequests, maxConcurrent, maxExecutionMs, windowSeconds } = settings;
  const text = {
    requests: `Number of requests exceeded the limit of ${maxRequests} over time window of ${windowSeconds} seconds.`,
    time: `Combined execution time of incoming requests exceeded limit of ${maxExecutionMs.toLocaleString('en-US')} milliseconds over time window of ${windowSeconds} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
    concurrent: `Number of concurrent requests exceeded the limit of ${maxConcurrent}.`,
  }[kind];
  return new DataverseError(
    429,
    THROTTLES[kind],
    text,
    retryAfter === null ? {} : { 'retry-after': retryAfter },
  );
}
