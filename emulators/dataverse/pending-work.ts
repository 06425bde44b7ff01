/** Counts webhooks still to be delivered, so that tests wait for its end instead of sleeping. */
export type PendingWork = {
  /** Runs `task` after `delayMs` of real time, unless it is called off. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Keeps `idle` waiting until the returned function is called. */
  readonly hold: () => () => void;
  /** Forgets all timers. */
  readonly clear: () => void;
  readonly idle: () => Promise<void>;
};

export function createPendingWork(): PendingWork {
  let count = 0;
  let waiting: (() => void)[] = [];
  const timers = new Map<NodeJS.Timeout, () => void>();
  const hold = (): (() => void) => {
    count += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      count -= 1;
      if (count > 0) return;
      const done = waiting;
      waiting = [];
      for (const resolve of done) resolve();
    };
  };
  return {
    hold,
    after: (delayMs, task) => {
      const release = hold();
      const timer = setTimeout(() => {
        timers.delete(timer);
        try {
          task();
        } finally {
          release();
        }
      }, delayMs);
      timers.set(timer, release);
      return () => {
        clearTimeout(timer);
        if (timers.delete(timer)) release();
      };
    },
    clear: () => {
      for (const [timer, release] of [...timers]) {
        clearTimeout(timer);
        timers.delete(timer);
        release();
      }
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
