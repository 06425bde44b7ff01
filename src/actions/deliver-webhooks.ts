import { endingOf, GIVE_UP_MS, pauseAfter, retryAfterMs } from '../core/webhook-retry.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit } from '../db/organisation.ts';
import {
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryEnd,
  endDelivery,
  NOBODY,
  purgeDeliveries,
} from '../db/webhook-deliveries.ts';
import {
  deleteOldWebhookSecrets,
  endpointFails,
  endpointWorks,
  setDisabled,
  webhookSecretName,
  webhookSecrets,
} from '../db/webhook-endpoints.ts';
import type { OutboundAnswer } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { webhookHeaders } from './sign-webhook.ts';
import { inTransaction } from './transaction.ts';

/** Consent events to other systems: claimed by a lease, signed, tried again for days, at least once. */

/** Longer than a call may take. */
const LEASE_MS = 60_000;
/** Of one endpoint at once: one that hangs holds up no other. */
const EACH = 4;
/** Deliveries that are over stay to be looked at, and sent again, for so long. */
const KEEP_MS = 30 * 86_400_000;
const PURGED_AT_ONCE = 5_000;
/** What switches an endpoint off by itself, in the audit. */
const OURSELVES = 'Assent';

export interface Claim {
  delivery: ClaimedDelivery;
  lease: string;
}

export async function claimWebhooks(ctx: Context, most: number): Promise<Claim[]> {
  const lease = ctx.make.id();
  const now = ctx.clock();
  const claimed = await inTransaction(ctx, (tx) =>
    claimDeliveries(tx, lease, now, now + LEASE_MS, { all: most, each: EACH }),
  );
  return claimed.map((delivery) => ({ delivery, lease }));
}

/** One try, and what comes of it. */
export async function deliverWebhook(ctx: Context, claim: Claim, signal: AbortSignal): Promise<void> {
  const { delivery, lease } = claim;
  const { endpointId, eventId } = delivery;
  const body = bodyOf(delivery);
  const now = ctx.clock();
  const secrets = (await webhookSecrets(ctx.database.db, [endpointId], now)).map(({ id, value }) =>
    ctx.seal.open(value, webhookSecretName(id)),
  );
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Assent',
    ...webhookHeaders(eventId, now, body, secrets),
  };
  const answer = await ctx.outbound.post(delivery.url, headers, body, signal);
  // We are stopping: it may have arrived. Its lease runs out, and it is sent again under the same id.
  if (signal.aborted) return;
  const ending = endingOf(answer.kind === 'answered' ? answer.status : null);
  ctx.metrics.webhookTries.inc({ result: ending });
  await inTransaction(ctx, async (tx) => {
    const end = endOf(ctx, delivery, answer);
    if (!(await endDelivery(tx, delivery, lease, end))) return;
    if (ending === 'delivered') return endpointWorks(tx, endpointId, end.now);
    if (ending === 'gone') return switchOff(tx, ctx, delivery, 'gone');
    const since = await endpointFails(tx, endpointId, end.now);
    if (end.now - since >= GIVE_UP_MS) await switchOff(tx, ctx, delivery, 'failing');
  });
}

/** `{type, timestamp, data}`; names nobody but by number and ids, and holds no text of anybody's. */
function bodyOf({ type, at, data, contactPointId, phone, userId }: ClaimedDelivery): string {
  const about = contactPointId === NOBODY ? {} : { contactPoint: { id: contactPointId, phone, userId } };
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { ...about, ...data } });
}

function endOf(ctx: Context, { attempts }: ClaimedDelivery, answer: OutboundAnswer): DeliveryEnd {
  const now = ctx.clock();
  const status = answer.kind === 'answered' ? answer.status : null;
  const ending = endingOf(status);
  if (ending === 'delivered') return { state: 'delivered', nextAt: now, status, problem: null, now };
  const problem = answer.kind === 'failed' ? answer.why : isRedirect(answer.status) ? 'redirect' : 'status';
  const asked = answer.kind === 'answered' ? retryAfterMs(answer.retryAfter, now) : null;
  const pause = ending === 'gone' ? null : pauseAfter(attempts, asked, Math.random());
  return pause === null
    ? { state: 'failed', nextAt: now, status, problem, now }
    : { state: 'pending', nextAt: now + pause, status, problem, now };
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

async function switchOff(
  tx: Tx,
  ctx: Context,
  { endpointId, url }: ClaimedDelivery,
  reason: 'gone' | 'failing',
): Promise<void> {
  const at = ctx.clock();
  await setDisabled(tx, endpointId, reason, at);
  await insertAudit(tx, {
    at,
    actor: OURSELVES,
    action: 'webhook.disable',
    subject: endpointId,
    before: { name: url, enabled: true },
    after: { name: url, enabled: false, reason },
  });
  const hints = createHints();
  hints.topic('settings');
  await hints.send(tx);
  ctx.log.warn({ endpointId, reason }, 'a webhook endpoint was switched off');
}

/** What is over for long goes, and so do secrets whose time is over. */
export async function sweepWebhooks(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await deleteOldWebhookSecrets(tx, ctx.clock());
    await purgeDeliveries(tx, ctx.clock() - KEEP_MS, PURGED_AT_ONCE);
  });
}
