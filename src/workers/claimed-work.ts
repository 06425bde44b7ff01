import type { Context } from '../actions/context.ts';
import { type Loop, startLoop } from './loop.ts';

const SWEEP_EVERY_MS = 3_600_000;

/** Work that is claimed under a lease and done side by side: what a dead process left comes up again. */
export interface ClaimedWork<C> {
  name: string;
  /** Under way at once. */
  most: number;
  /** Another node's work, and what is due by time alone, is seen this often, ms. */
  idleMs: number;
  /** Work that is due is looked for again after so long at the earliest, ms. */
  leastMs: number;
  claim(free: number): Promise<C[]>;
  work(claim: C, signal: AbortSignal): Promise<void>;
  /** When the next is due, ms; null: nothing waits. */
  nextAt(): Promise<number | null>;
  /** Once an hour. */
  sweep(): Promise<unknown>;
  /** For the log, where the work on it failed; its lease runs out then. */
  failed(claim: C): { message: string } & Record<string, unknown>;
}

export function startClaimedWork<C>(ctx: Context, of: ClaimedWork<C>): Loop {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const loop = startLoop({
    name: of.name,
    log: ctx.log,
    idleMs: of.idleMs,
    async turn() {
      if (performance.now() - sweptAt > SWEEP_EVERY_MS) {
        sweptAt = performance.now();
        await of.sweep();
      }
      const free = of.most - underWay.size;
      if (free <= 0) return null;
      const claims = await of.claim(free);
      for (const claim of claims) {
        const doing = of
          .work(claim, stopping.signal)
          .catch((error: unknown) => {
            if (stopping.signal.aborted) return;
            const { message, ...names } = of.failed(claim);
            ctx.log.error({ err: error, ...names }, message);
          })
          .finally(() => {
            underWay.delete(doing);
            loop.wake();
          });
        underWay.add(doing);
      }
      if (claims.length > 0) return 0;
      const next = await of.nextAt();
      return next === null ? null : Math.min(of.idleMs, Math.max(of.leastMs, next - ctx.clock()));
    },
  });
  return {
    ...loop,
    async stop() {
      stopping.abort();
      await loop.stop();
      await Promise.allSettled([...underWay]);
    },
  };
}
