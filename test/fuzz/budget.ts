/** `npm run fuzz` gives seconds and a seed; without them each target makes few runs from a fixed seed. */
const SECONDS = process.env.FUZZ_SECONDS === undefined ? null : Number(process.env.FUZZ_SECONDS);
export const SEED = Number(process.env.FUZZ_SEED ?? 20_261_129);
export const IS_LONG = SECONDS !== null;

/** What one target may use of the whole: rounds of runs, each from a seed of its own. */
export function* rounds(share: number): Generator<number> {
  const end = performance.now() + (SECONDS ?? 0) * share * 1_000;
  let round = 0;
  do {
    yield SEED + round;
    round += 1;
  } while (performance.now() < end);
}

/** Milliseconds a test of this share may take at most. */
export const timeoutOf = (share: number): number => 120_000 + (SECONDS ?? 0) * share * 1_500;
