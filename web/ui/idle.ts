/** How long after the page began things that nobody asked for yet may come. */
const FIRST = 4_000;

/** Runs when the page stands and the browser has nothing to do; Safari, which cannot tell, waits for the time alone. */
export function whenIdle(run: () => void): void {
  const soon = () =>
    typeof requestIdleCallback === 'function' ? requestIdleCallback(run, { timeout: 5_000 }) : run();
  setTimeout(soon, Math.max(0, FIRST - performance.now()));
}
