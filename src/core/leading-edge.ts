/** What is done for a stream of asks, and how often. */
export interface LeadingEdge {
  /** One run. Its failure ends it as its end does; `failed` hears of it. */
  work: () => Promise<void>;
  /** Milliseconds from the end of a run to the beginning of the next. Asked after each run. */
  pause: () => number;
  /** Resolves after so many milliseconds. */
  wait: (milliseconds: number) => Promise<void>;
  failed?: (error: unknown) => void;
}

/**
 * Answers how to ask. The first ask begins a run at once; those that come while it runs, or in the pause after it, are
 * answered by one run together. So every ask is followed by a run that began after it, no two run at the same time, and
 * runs go on however fast asks come.
 *
 * Asks of one moment (before the first microtask) share the run that the first of them begins.
 */
export function leadingEdge({ work, pause, wait, failed }: LeadingEdge): () => void {
  let running = false;
  let asked = false;
  const run = async (): Promise<void> => {
    running = true;
    await Promise.resolve();
    while (asked) {
      asked = false;
      await work().catch((error: unknown) => failed?.(error));
      await wait(pause());
    }
    running = false;
  };
  return () => {
    asked = true;
    if (!running) void run();
  };
}
