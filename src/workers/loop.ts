import type { Logger } from 'pino';

/** A loop that works while there is work, sleeps until it is woken or its time comes, and stops cleanly. */
export interface Loop {
  name: string;
  wake(): void;
  stop(): Promise<void>;
  /** How it fails its work, such as “has failed for 30 s”, and readiness turns red; null while all is well. */
  trouble(): string | null;
  /** Since its last turn ended well, or since its start, ms. One that has nothing to do takes turns all the same. */
  age(): number;
}

export interface LoopOptions {
  name: string;
  log: Logger;
  /** Sleeps at most so long, ms. */
  idleMs: number;
  /** One turn. Answers how long to sleep, ms: 0 goes on at once, null sleeps `idleMs`. */
  turn: () => Promise<number | null>;
  /** A clock that only goes forward, ms. */
  now?: () => number;
}

const FAILING_AFTER_MS = 30_000;
/** Longer than any turn takes: what it waits for will not come any more. */
const HANGING_AFTER_MS = 600_000;

export function startLoop(options: LoopOptions): Loop {
  const { now = () => performance.now() } = options;
  let stopped = false;
  let turnSince: number | null = null;
  let turnedAt = now();
  let woken = false;
  let rouse: (() => void) | null = null;
  let failingSince: number | null = null;
  let failures = 0;
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken || stopped) return resolve();
      const timer = setTimeout(() => rouse?.(), ms);
      rouse = () => {
        clearTimeout(timer);
        rouse = null;
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      try {
        turnSince = now();
        const pause = await options.turn();
        turnSince = null;
        turnedAt = now();
        failingSince = null;
        failures = 0;
        if (pause !== 0) await sleep(pause ?? options.idleMs);
      } catch (error) {
        turnSince = null;
        failingSince ??= now();
        failures += 1;
        if (!stopped) options.log.error({ err: error, loop: options.name }, 'a loop failed and tries again');
        woken = false;
        await sleep(Math.min(5_000, 100 * 2 ** Math.min(failures, 6)));
      }
    }
  };
  const running = run();
  return {
    wake() {
      woken = true;
      rouse?.();
    },
    async stop() {
      stopped = true;
      rouse?.();
      await running;
    },
    name: options.name,
    trouble() {
      if (failingSince !== null && now() - failingSince >= FAILING_AFTER_MS) return 'has failed for 30 s';
      if (turnSince !== null && now() - turnSince >= HANGING_AFTER_MS) return 'has hung for ten minutes';
      return null;
    },
    age: () => now() - turnedAt,
  };
}
