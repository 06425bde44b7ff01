import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Counts failures per address. Who is right is never counted here, and so never held up by it. */
export interface Failures {
  /** Counts one failure; answers for how many seconds the address has to wait, 0 where it need not. */
  count(request: FastifyRequest): Promise<number>;
  /** For how many seconds the address has to wait; counts nothing. */
  wait(request: FastifyRequest): Promise<number>;
}

/** `max` failures per address and minute are let pass. The app must have `@fastify/rate-limit`. */
export function createFailures(app: FastifyInstance, max: number): Failures {
  const limit = app.createRateLimit({ max, timeWindow: 60_000 });
  const secondsOf = (ttlInSeconds: number): number => Math.max(1, ttlInSeconds);
  return {
    async count(request) {
      const result = await limit(request);
      return !result.isAllowed && result.isExceeded ? secondsOf(result.ttlInSeconds) : 0;
    },
    async wait(request) {
      const result = await limit(request, { increment: false });
      return !result.isAllowed && result.remaining === 0 ? secondsOf(result.ttlInSeconds) : 0;
    },
  };
}
