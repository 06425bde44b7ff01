import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was, seconds. */
export interface EventLoopLag {
  half: number;
  most: number;
  longest: number;
}

/** How often it is looked at, ms: what stands still for less is not seen. */
const RESOLUTION_MS = 10;

/** Watches how late timers come, which is how long everything else waits while this process computes. */
export function watchEventLoop(): { take(): EventLoopLag; stop(): void } {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    /** Of the time since it was taken last. */
    take() {
      // What it measures begins with the pause between two looks.
      const seconds = (nanoseconds: number): number =>
        delays.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
      const taken = {
        half: seconds(delays.percentile(50)),
        most: seconds(delays.percentile(99)),
        longest: seconds(delays.max),
      };
      delays.reset();
      return taken;
    },
    stop() {
      delays.disable();
    },
  };
}
