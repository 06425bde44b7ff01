import { createHash } from 'node:crypto';
import { pino } from 'pino';
import type { Context } from '../../src/actions/context.ts';
import { createHandovers } from '../../src/actions/handovers.ts';
import { createIngest, type Delivery, type Ingest } from '../../src/actions/ingest.ts';
import { makers } from '../../src/actions/keys.ts';
import { createMetrics } from '../../src/actions/metrics.ts';
import { createSeal } from '../../src/actions/seal.ts';
import { UNTRACED } from '../../src/actions/tracer.ts';
import { createWhatsAppSecrets } from '../../src/actions/whatsapp-secrets.ts';
import { createEmbeddedCrm } from '../../src/adapters/embedded-crm/embedded-crm.ts';
import { createOutboundCalls } from '../../src/adapters/outbound/calls.ts';
import type { Update } from '../../src/core/update.ts';
import { type Database, openPostgres } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { ensureChannel } from '../../src/db/organisation.ts';
import type { MayLeave, MessagingProvider, OutboundMessage, SendOutcome } from '../../src/ports.ts';
import { startInbox } from '../../src/workers/inbox.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { startOutbox } from '../../src/workers/outbox.ts';

/** Several nodes on one PostgreSQL database, sharing a WhatsApp that writes down every call. */

export const CHANNEL = {
  id: '200300400500600',
  phoneNumberId: '200300400500600',
  businessAccountId: '100200300400500',
};

export interface Call {
  messageId: string;
  to: string;
  text: string;
  /** `performance.now()` when it left. */
  startedAt: number;
  outcome: SendOutcome['kind'];
}

/** Deterministic chance: the same seed gives the same plan (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Plays WhatsApp: at times it takes long to be reached; mostly it takes a message, at times it asks to wait, at times it leaves
 * the outcome open.
 */
export function recordingWhatsApp(calls: Call[], chance: () => number): MessagingProvider {
  const outcomeOf = (): SendOutcome => {
    const dice = chance();
    if (dice < 0.15)
      return { kind: 'throttled', until: Date.now() + Math.floor(chance() * 20), scope: 'number' };
    if (dice < 0.2) return { kind: 'unconfirmed', detail: 'the connection was cut' };
    return { kind: 'accepted', whatsappId: `wamid.${makers.id()}` };
  };
  return {
    async send(message: OutboundMessage, mayLeave: MayLeave): Promise<SendOutcome> {
      if (chance() < 0.1) await pause(chance() * 250);
      if (!mayLeave()) return { kind: 'held-back' };
      const outcome = outcomeOf();
      const text = message.content.kind === 'text' ? message.content.text : message.content.kind;
      calls.push({
        messageId: message.callbackData,
        to: message.to.phone ?? '',
        text,
        startedAt: performance.now(),
        outcome: outcome.kind,
      });
      await pause(chance() * 25);
      return outcome;
    },
    async markRead() {},
    media: {
      download: async () => ({ kind: 'gone' }),
      upload: async () => ({ kind: 'accepted', mediaId: '1' }),
    },
    explain: (error) => error.title,
    advise: () => 'never',
    templates: async () => [],
    number: async () => ({
      phoneNumberId: CHANNEL.phoneNumberId,
      displayPhoneNumber: '+1',
      verifiedName: 'Test',
      status: 'CONNECTED',
    }),
  };
}

export interface Node {
  ctx: Context;
  ingest: Ingest;
  /** Ends the loops as a stop does, and starts them anew: claims under way are finished first. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startNode(url: string, provider: MessagingProvider): Promise<Node> {
  const database: Database = await openPostgres(url, { poolSize: 8 });
  await migrate(database.db);
  await ensureChannel(database.db, CHANNEL);
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const seal = createSeal([]);
  const keys = {
    sha256: (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex'),
    numberHash: (matchKey: string) => createHash('sha256').update(matchKey).digest('hex'),
    sign: (text: string) => createHash('sha256').update(text).digest('hex'),
  };
  const ctx: Context = {
    database,
    clock: Date.now,
    log,
    crm: await createEmbeddedCrm(database.db),
    provider,
    channel: CHANNEL,
    keys,
    metrics: createMetrics(),
    tracer: UNTRACED,
    make: makers,
    wake: { outbox: () => {}, inbox: () => {}, templates: () => {}, media: () => {}, crm: () => {} },
    handovers: createHandovers(),
    sandbox: true,
    seal,
    secrets: createWhatsAppSecrets({ database, clock: Date.now, log, keys, seal }),
    outbound: createOutboundCalls({ internet: false, networks: ['127.0.0.0/8', '::1'] }),
  };
  let loops: Loop[] = [];
  const start = (): void => {
    const outbox = startOutbox(ctx, { perSecond: 5_000 });
    const inbox = startInbox(ctx);
    loops = [outbox, inbox];
    ctx.wake = {
      outbox: outbox.wake,
      inbox: inbox.wake,
      templates: () => {},
      media: () => {},
      crm: () => {},
    };
  };
  start();
  return {
    ctx,
    ingest: createIngest(ctx),
    async restart() {
      await Promise.all(loops.map((loop) => loop.stop()));
      start();
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await database.close();
    },
  };
}

/** One inbound text as a verified webhook request. */
export function textDelivery(phone: string, text: string, whatsappId: string, at: number): Delivery {
  const update: Update = {
    kind: 'message',
    phoneNumberId: CHANNEL.phoneNumberId,
    eventKey: `m:${whatsappId}`,
    at: Math.floor(at / 1000) * 1000,
    from: { phone },
    whatsappId,
    content: { kind: 'text', text },
    context: null,
  };
  return { updates: [{ update, raw: update }], bodySha256: '0'.repeat(64), receivedAt: at };
}
