import type { Logger } from 'pino';

/** A loop that works while there is work, sleeps until it is woken or its time comes, and stops cleanly. */
export interface Loop {
  wake(): void;
  stop(): Promise<void>;
  /** False once it has failed longer than it may: readiness turns red. */
  alive(): boolean;
}

export interface LoopOptions {
  name: string;
  log: Logger;
  /** Sleeps at most so long, ms. */
  idleMs: number;
  /** One turn. Answers how long to sleep, ms: 0 goes on at once, null sleeps `idleMs`. */
  turn: () => Promise<number | null>;
}

/** A loop that cannot work for so long is not alive. */
const DEAD_AFTER_MS = 30_000;

export function startLoop(options: LoopOptions): Loop {
  let stopped = false;
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
        const pause = await options.turn();
        failingSince = null;
        failures = 0;
        if (pause !== 0) await sleep(pause ?? options.idleMs);
      } catch (error) {
        failingSince ??= performance.now();
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
    alive: () => failingSince === null || performance.now() - failingSince < DEAD_AFTER_MS,
  };
}
