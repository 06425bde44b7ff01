import { takeFromPair } from '../core/pair-limit.ts';
import type { Permit } from '../core/permits.ts';
import type { Tx } from '../db/engine.ts';
import { markTaken, readChannel } from '../db/organisation.ts';
import {
  cancel,
  expireLeases,
  lockDue,
  markHandingOver,
  nextDueAt,
  postpone,
  type QueuedMessage,
  readClaimable,
} from '../db/outbox.ts';
import type { OutboundMessage, SendOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { loadFreshOf } from './gate-contact.ts';
import { LEAVES_WITHIN_MS } from './handovers.ts';
import { channelConnected, judgeQueued } from './judge.ts';
import { createHints } from './live.ts';
import { recordFacts } from './record-facts.ts';
import { neverAsked } from './rejudge-queued.ts';
import { type Ended, settleSend, UNCONFIRMED } from './settle-sends.ts';
import { inKeyedTransaction, inTransaction } from './transaction.ts';
import { returnToQueue } from './withdraw.ts';

/** A message this process may hand over now, until its deadline on the process's own monotonic clock. */
export interface Claim {
  message: QueuedMessage;
  outbound: OutboundMessage;
  /** `performance.now()` after which it must go back instead. */
  deadline: number;
  /** The number's permit for this one call. */
  permit: Permit;
}

/** A claimer that died leaves `handing-over` behind; after this long the outcome is unknown for good. */
const LEASE_MS = 90_000;

export interface ClaimResult {
  claims: Claim[];
  /** When to look again although nobody wakes us, ms from now; null: when woken. */
  againInMs: number | null;
}

/**
 * Claims what may leave now, one message for each permit at most, and gives back the permits it has no message for. The
 * contact points are locked first (skipping those that ingest or another node holds), and only a second statement reads what
 * decides: it sees every refusal that was committed before the locks were taken.
 */
export async function claimSends(ctx: Context, permits: readonly Permit[]): Promise<ClaimResult> {
  let used = 0;
  try {
    const result = await claimWith(ctx, permits);
    used = result.claims.length;
    return result;
  } finally {
    for (const permit of permits.slice(used)) permit.giveBack();
  }
}

/** What a transaction marked that came to nothing is forgotten: of that mark nothing will leave. */
async function claimWith(ctx: Context, permits: readonly Permit[]): Promise<ClaimResult> {
  const marked: string[] = [];
  const forget = (): void => {
    for (const id of marked.splice(0)) ctx.handovers.passed(id);
  };
  try {
    return await inKeyedTransaction(ctx, (tx) => {
      // A collision brings it here again.
      forget();
      return claimIn(tx, ctx, permits, (id) => {
        ctx.handovers.marked(id);
        marked.push(id);
      });
    });
  } catch (error) {
    forget();
    throw error;
  }
}

async function claimIn(
  tx: Tx,
  ctx: Context,
  permits: readonly Permit[],
  mark: (messageId: string) => void,
): Promise<ClaimResult> {
  const now = ctx.clock();
  const locked = await lockDue(tx, now, permits.length * 2);
  if (locked.length === 0) {
    // What is due and was not locked is held by somebody, or stands behind what may not leave.
    const next = await nextDueAt(tx);
    return { claims: [], againInMs: next !== null && next <= now ? 20 : null };
  }
  const claimable = await readClaimable(
    tx,
    locked.map((one) => one.id),
    now,
  );
  const queued = claimable.slice(0, permits.length);
  const passed = await judgeAll(tx, ctx, queued, now);
  const pairs = new Map(locked.map((one) => [one.id, one]));
  const granted: ((typeof passed)[number] & { tokens: number })[] = [];
  for (const one of passed) {
    const point = pairs.get(one.message.contactPointId);
    const pair = takeFromPair({ tokens: point?.pairTokens ?? 0, at: point?.pairAt ?? now }, now);
    if (pair.wait > 0) await postpone(tx, one.message.id, now + Math.ceil(pair.wait));
    else granted.push({ ...one, tokens: pair.tokens });
  }
  if (granted.length === 0) return { claims: [], againInMs: queued.length === 0 ? 25 : 0 };
  // The deadline counts from before the mark: a slow commit uses it up.
  const marking = performance.now();
  for (const one of granted) mark(one.message.id);
  await markHandingOver(
    tx,
    granted.map(({ message: { id, contactPointId }, inputs, tokens }) => ({
      id,
      contactPointId,
      decision: inputs,
      tokens,
    })),
    now,
    LEASE_MS,
  );
  for (const _ of granted) ctx.metrics.gateDecisions.inc({ code: 'allowed' });
  const deadline = marking + LEAVES_WITHIN_MS;
  const claims = permits.slice(0, granted.length).flatMap((permit, index) => {
    const one = granted[index];
    return one === undefined ? [] : [{ message: one.message, outbound: one.outbound, deadline, permit }];
  });
  return { claims, againInMs: 0 };
}

async function judgeAll(tx: Tx, ctx: Context, queued: readonly QueuedMessage[], now: number) {
  const passed: { message: QueuedMessage; outbound: OutboundMessage; inputs: unknown }[] = [];
  const fresh = await loadFreshOf(
    tx,
    ctx,
    queued.map((one) => one.contactPointId),
  );
  if (fresh === null) return passed;
  const { loaded, configuration } = fresh;
  const connected = channelConnected(await readChannel(tx, ctx.channel.phoneNumberId));
  const hints = createHints();
  for (const message of queued) {
    const contact = loaded.get(message.contactPointId);
    if (contact === undefined) continue;
    const verdict = await judgeQueued(tx, message, contact, { ...configuration, now, connected });
    if (!verdict.allowed) {
      if (verdict.code === 'channel-disconnected') {
        await postpone(tx, message.id, now + 60_000);
        continue;
      }
      await cancel(tx, message.id, verdict.code, verdict.text, now);
      ctx.metrics.gateDecisions.inc({ code: verdict.code });
      hints.conversation(message.conversationId, message.contactPointId);
      const lines = neverAsked([{ message, code: verdict.code }], now);
      if (lines.length > 0) await recordFacts(tx, ctx, contact.contact, lines, configuration);
      continue;
    }
    passed.push({ message, outbound: toOutbound(ctx, message, contact.contact), inputs: verdict.inputs });
  }
  await hints.send(tx);
  return passed;
}

function toOutbound(
  ctx: Context,
  message: QueuedMessage,
  contact: { phone: string | null; userId: string | null },
): OutboundMessage {
  return {
    phoneNumberId: ctx.channel.phoneNumberId,
    to: {
      ...(contact.phone === null ? {} : { phone: contact.phone }),
      ...(contact.userId === null || contact.phone !== null ? {} : { userId: contact.userId }),
    },
    callbackData: message.id,
    ...(message.replyTo === null ? {} : { replyTo: message.replyTo }),
    // Whoever queues a message writes it in the port's own shape (`insertOutbound`).
    content: message.content as OutboundMessage['content'],
  };
}

/**
 * Hands one claimed message to WhatsApp, not before its permit's moment, and has it stored how it ended. The only place that
 * sends. Past the deadline, or the lease of the permit, nothing is sent: the message goes back and is judged again. Both are
 * looked at when the connection stands, right before the first byte (decision 26).
 */
export function handOver(
  ctx: Context,
  claim: Claim,
  settle: (ended: Ended) => Promise<void> = (ended) => settleSend(ctx, ended),
): Promise<void> {
  const { id, contactPointId, attempts } = claim.message;
  const attributes = {
    'assent.message_id': id,
    'assent.contact_point_id': contactPointId,
    'assent.attempts': attempts,
  };
  // Every try of a message is in one trace, which its id finds.
  return ctx.tracer.span('hand over', { kind: 'client', trace: id, attributes }, async (note) =>
    note({ 'assent.outcome': await handOverNow(ctx, claim, settle) }),
  );
}

async function handOverNow(
  ctx: Context,
  claim: Claim,
  settle: (ended: Ended) => Promise<void>,
): Promise<SendOutcome['kind'] | 'past-deadline'> {
  const { permit } = claim;
  let left = false;
  const mayLeave = (): boolean => {
    const now = performance.now();
    if (now > claim.deadline || !permit.begin(now)) return false;
    left = true;
    // Once it is written.
    setImmediate(() => permit.began(performance.now()));
    ctx.metrics.handoverWindow.observe(Math.max(0, now - claim.deadline + LEAVES_WITHIN_MS) / 1000);
    return true;
  };
  // A timer may ring a little early.
  for (let early = permit.from - performance.now(); early > 0; early = permit.from - performance.now())
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(early)));
  const outcome = await ctx.provider
    .send(claim.outbound, mayLeave)
    .finally(() => ctx.handovers.passed(claim.message.id));
  if (!left) permit.giveBack();
  if (outcome.kind === 'held-back') {
    await inTransaction(ctx, (tx) => returnToQueue(tx, ctx, claim.message, ctx.clock()));
    ctx.metrics.sends.inc({ outcome: 'past-deadline' });
    return 'past-deadline';
  }
  ctx.metrics.sends.inc({ outcome: outcome.kind });
  await settle({ message: claim.message, outcome });
  if (outcome.kind === 'accepted') await noteTaken(ctx);
  return outcome.kind;
}

const NOTE_TAKEN_MS = 5_000;
const notedAt = new WeakMap<Context, number>();

/** Apart from the transaction that settles a send: nobody waits for the number's row with a message locked. */
async function noteTaken(ctx: Context): Promise<void> {
  const now = ctx.clock();
  const noted = notedAt.get(ctx);
  if (noted !== undefined && now >= noted && now < noted + NOTE_TAKEN_MS) return;
  notedAt.set(ctx, now);
  if (!(await inTransaction(ctx, (tx) => markTaken(tx, ctx.channel.id, now)))) notedAt.delete(ctx);
}

/** Claims whose process died: their outcome is unknown, so they are shown as that and never sent again. */
export async function sweepLeases(ctx: Context): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const swept = await expireLeases(tx, ctx.clock(), UNCONFIRMED);
    const hints = createHints();
    for (const one of swept) hints.conversation(one.conversationId, one.contactPointId);
    await hints.send(tx);
    return swept.length;
  });
}
