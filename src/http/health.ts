import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Context } from '../actions/context.ts';
import type { Config } from '../config.ts';
import { unheardFor } from '../core/silence.ts';
import { inboxFigures } from '../db/inbox.ts';
import { readChannel } from '../db/organisation.ts';
import { outboxFigures } from '../db/outbox.ts';
import { requireRight } from './auth.ts';

export interface Readiness {
  ok: boolean;
  /** One sentence. */
  detail: string;
}

/** How a process does beside what it stores. */
export interface Vitals {
  loops: readonly { name: string; age(): number }[];
  /** How late the event loop was since it was asked last, seconds. */
  lag: { half: number; most: number; longest: number };
}

/** A check that takes longer than this answers "not ready". */
const LONGEST_CHECK = 5_000;

/**
 * - `/healthz`: the process answers. Restart it where it does not.
 * - `/readyz`: database writable and migrated, loops alive. Send it no traffic where it is not.
 * - `/metrics`: Prometheus. Figures only, no personal data; for the API key, an administrator's session, or a caller on
 *   the same machine without a proxy between. A proxy on the same machine must not pass it on.
 */
export function createHealth(
  ctx: Context,
  config: Config,
  ready: () => Promise<Readiness>,
  vitals?: () => Vitals,
): FastifyPluginAsync {
  let underWay: Promise<Readiness> | null = null;
  /** Whoever asks while a check runs gets its answer: probes cannot load the database. */
  const check = (): Promise<Readiness> => {
    underWay ??= within(LONGEST_CHECK, ready()).finally(() => {
      underWay = null;
    });
    return underWay;
  };
  return async (app) => {
    app.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    app.get('/healthz', async () => ({ status: 'ok', version: config.version }));

    app.get('/readyz', async (request, reply) => {
      const { ok, detail } = await check().catch((error: unknown) => {
        request.log.warn({ err: error }, 'not ready');
        return { ok: false, detail: 'The database cannot be reached.' };
      });
      return reply.code(ok ? 200 : 503).send({ status: ok ? 'ready' : 'not-ready', detail });
    });

    app.get('/metrics', {
      onRequest: async (request, reply) => {
        if (isFromThisMachine(request)) return;
        await app.requireCaller(request, reply);
        requireRight(request.caller, 'manage-settings');
      },
      handler: async (request, reply) => {
        if (vitals !== undefined) noteVitals(ctx, vitals());
        await refreshGauges(ctx).catch((error: unknown) =>
          request.log.warn({ err: error }, 'the figures of inbox and outbox are as of the last scrape'),
        );
        return reply.type(ctx.metrics.registry.contentType).send(await ctx.metrics.registry.metrics());
      },
    });
  };
}

function noteVitals({ metrics, database }: Context, { loops, lag }: Vitals): void {
  for (const loop of loops) metrics.loopAge.set({ loop: loop.name }, loop.age() / 1000);
  metrics.eventLoopLag.set({ quantile: '0.5' }, lag.half);
  metrics.eventLoopLag.set({ quantile: '0.99' }, lag.most);
  metrics.eventLoopLag.set({ quantile: '1' }, lag.longest);
  for (const { pool, used, idle, waiting } of database.pools()) {
    metrics.poolConnections.set({ pool, state: 'used' }, used);
    metrics.poolConnections.set({ pool, state: 'idle' }, idle);
    metrics.poolWaiting.set({ pool }, waiting);
  }
}

async function refreshGauges(ctx: Context): Promise<void> {
  const { db } = ctx.database;
  const inbox = await inboxFigures(db, ctx.clock());
  const outbox = await outboxFigures(db, ctx.clock());
  const channel = await readChannel(db, ctx.channel.phoneNumberId);
  ctx.metrics.unheardSeconds.set(channel === null ? 0 : unheardFor(channel, ctx.clock()) / 1000);
  ctx.metrics.inboxPending.set(inbox.pending);
  ctx.metrics.inboxOldestSeconds.set(inbox.oldestSeconds);
  ctx.metrics.inboxUnapplied.set(inbox.unapplied);
  ctx.metrics.outboxPending.set(outbox.pending);
  ctx.metrics.sendsUnconfirmed.set(outbox.unconfirmed);
  ctx.metrics.outboxOldestSeconds.set(outbox.oldestSeconds);
  ctx.metrics.unconfirmedOldestSeconds.set(outbox.unconfirmedOldestSeconds);
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

function isFromThisMachine(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? '';
  const loopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return loopback && FORWARDED.every((name) => request.headers[name] === undefined);
}

async function within(ms: number, work: Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: 'The check takes too long.' }), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
