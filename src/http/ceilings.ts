import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../actions/refusal.ts';
import type { Config } from '../config.ts';
import { isSafeMethod } from './same-site.ts';

/** A call that costs more than others, or gives more away: counted by itself, per person or key. */
export type Ceiling = 'exports' | 'links' | 'embed-tokens';

declare module 'fastify' {
  interface FastifyContextConfig {
    ceiling?: Ceiling;
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Whole exports of consent and records; links that give access to somebody; tokens of frames, one per record opened. */
const SPECIAL: Record<Ceiling, { max: number; timeWindow: number }> = {
  exports: { max: 120, timeWindow: HOUR },
  links: { max: 120, timeWindow: HOUR },
  'embed-tokens': { max: 120, timeWindow: MINUTE },
};

/**
 * An `onRequest` hook after the check who calls: bounds how much one person or one key may ask, so that a program that ran
 * wild, or a stolen session, does not take everything at once. High above what anybody works with, counted in memory and
 * by each node for itself (docs/decisions/0022).
 */
export function createCeilings(
  app: FastifyInstance,
  { ceilings }: Config,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const limit = (max: number, timeWindow: number) =>
    app.createRateLimit({ max, timeWindow, keyGenerator: (request) => request.caller.id });
  const keys = limit(ceilings.keyPerMinute, MINUTE);
  const writes = limit(ceilings.writesPerMinute, MINUTE);
  const reads = limit(ceilings.readsPerMinute, MINUTE);
  const special = {
    exports: limit(SPECIAL.exports.max, SPECIAL.exports.timeWindow),
    links: limit(SPECIAL.links.max, SPECIAL.links.timeWindow),
    'embed-tokens': limit(SPECIAL['embed-tokens'].max, SPECIAL['embed-tokens'].timeWindow),
  };
  return async (request, reply) => {
    const { kind } = request.caller;
    const common = kind === 'key' ? keys : isSafeMethod(request.method) ? reads : writes;
    const { ceiling } = request.routeOptions.config;
    for (const count of ceiling === undefined ? [common] : [common, special[ceiling]]) {
      const result = await count(request);
      if (result.isAllowed || !result.isExceeded) continue;
      const seconds = Math.max(1, result.ttlInSeconds);
      reply.header('retry-after', String(seconds));
      throw new Refusal(429, 'too-many-requests', `That was too much at once. Try again in ${seconds} s.`);
    }
  };
}
