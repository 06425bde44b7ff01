import { createHash, createHmac, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Context } from '../src/actions/context.ts';
import { createHandovers } from '../src/actions/handovers.ts';
import { createMetrics } from '../src/actions/metrics.ts';
import { createSeal } from '../src/actions/seal.ts';
import { UNTRACED } from '../src/actions/tracer.ts';
import { createWhatsAppSecrets } from '../src/actions/whatsapp-secrets.ts';
import { createEmbeddedCrm } from '../src/adapters/embedded-crm/embedded-crm.ts';
import { createOutboundCalls } from '../src/adapters/outbound/calls.ts';
import { createWhatsAppCloud } from '../src/adapters/whatsapp-cloud/client.ts';
import { createPermits, type Permit } from '../src/core/permits.ts';
import type { Database } from '../src/db/engine.ts';
import { migrate } from '../src/db/migrate.ts';
import { ensureChannel } from '../src/db/organisation.ts';
import type { MessagingProvider } from '../src/ports.ts';
import { openTestDatabase } from './db/database.ts';

export interface TestContext {
  ctx: Context;
  /** Moves the clock every action reads; it stands still otherwise. */
  setNow(ms: number): void;
  /** Closes the database, unless it was given. */
  close(): Promise<void>;
}

/** Where the clock of a test stands at first. */
export const NOON = Date.parse('2026-05-12T12:00:00.000Z');

/**
 * The real thing with a clock that the test moves: migrated database of its own (unless one is given), embedded
 * CRM, one channel. Nobody answers at the provider's address unless a provider is given.
 */
export async function createTestContext(
  options: { engine?: Database; provider?: MessagingProvider; sandbox?: boolean } = {},
): Promise<TestContext> {
  const database = options.engine ?? (await openTestDatabase());
  await migrate(database.db);
  const channel = {
    id: '200300400500600',
    phoneNumberId: '200300400500600',
    businessAccountId: '100200300400500',
  };
  await ensureChannel(database.db, channel);
  let now = NOON;
  const clock = (): number => now;
  const nobody = (): MessagingProvider =>
    createWhatsAppCloud({
      apiUrl: 'http://127.0.0.1:9',
      apiVersion: 'v26.0',
      phoneNumberId: channel.phoneNumberId,
      businessAccountId: channel.businessAccountId,
      accessToken: 'no-token',
      timeoutMs: 1_000,
      now: clock,
    });
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const seal = createSeal(['a-seal-key-for-tests-that-is-long-enough']);
  const keys = {
    sha256: (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex'),
    numberHash: (matchKey: string) => createHmac('sha256', 'test pepper').update(matchKey).digest('hex'),
    sign: (text: string) => createHmac('sha256', 'test key').update(text).digest('hex'),
  };
  const ctx: Context = {
    database,
    clock,
    log,
    crm: await createEmbeddedCrm(database.db),
    provider: options.provider ?? nobody(),
    channel,
    keys,
    metrics: createMetrics(),
    tracer: UNTRACED,
    make: { id: () => uuidV7(now), token: () => randomBytes(16).toString('base64url') },
    wake: { outbox: () => {}, inbox: () => {}, templates: () => {}, media: () => {}, crm: () => {} },
    sandbox: options.sandbox ?? true,
    handovers: createHandovers(),
    seal,
    secrets: createWhatsAppSecrets({ database, clock, log, keys, seal }),
    outbound: createOutboundCalls({ internet: false, networks: ['127.0.0.0/8', '::1'] }),
  };
  return {
    ctx,
    setNow(ms) {
      now = ms;
    },
    async close() {
      if (options.engine === undefined) await database.close();
    },
  };
}

/** Permits for so many calls at once, of a number without a limit. */
export function freePermits(count: number): Permit[] {
  const permits = createPermits();
  const now = performance.now();
  permits.grant(1_000_000, Number.POSITIVE_INFINITY, now);
  return permits.take(now, count);
}

/** RFC 9562: 48 bits of time, then the version, then chance. */
function uuidV7(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  const chance = randomBytes(10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-8${chance.slice(3, 6)}-${chance.slice(6, 18)}`;
}
