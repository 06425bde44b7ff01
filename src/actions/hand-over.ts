import { explainGate } from '../core/gate.ts';
import { SERVICE_WINDOW_MS } from '../core/session.ts';
import { requestOfMessage } from '../db/consent.ts';
import { closeServiceWindow, lockContactPoints, pairWait, readContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { wakeStatusesOf, withPendingInbound } from '../db/inbox.ts';
import { markTaken, readChannel, stopChannel } from '../db/organisation.ts';
import {
  cancel,
  dueContactPoints,
  expireLeases,
  lockForClaim,
  markHandingOver,
  nextQueued,
  postpone,
  type QueuedMessage,
  requeue,
  reserveAllowance,
  savePair,
  settleHandover,
} from '../db/outbox.ts';
import { listWhatsAppTemplates } from '../db/templates.ts';
import type { OutboundMessage, SendOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { loadContacts } from './gate-contact.ts';
import { HANDOVER_DEADLINE_MS } from './handovers.ts';
import { judgeQueued } from './judge.ts';
import { createHints } from './live.ts';
import { loadPublished, loadRecordTypes, loadSettings } from './organisation.ts';
import { type NewLine, recordFacts } from './record-facts.ts';
import { neverAsked } from './rejudge-queued.ts';
import { inTransaction } from './transaction.ts';
import { uploadAgain } from './upload-media.ts';

/** A message this process may hand over now, until its deadline on the process's own monotonic clock. */
export interface Claim {
  message: QueuedMessage;
  outbound: OutboundMessage;
  /** `performance.now()` after which it must go back instead. */
  deadline: number;
}

/** A claimer that died leaves `handing-over` behind; after this long the outcome is unknown for good. */
const LEASE_MS = 90_000;
/** Allowance reserved at a time; shorter than the deadline. */
const BLOCK_MS = 50;

export interface ClaimResult {
  claims: Claim[];
  /** When to look again although nobody wakes us, ms from now; null: when woken. */
  againInMs: number | null;
}

/**
 * Claims what may leave now. The contact points are locked first (skipping those that ingest or another node holds), and
 * only a second statement reads what decides: it sees every refusal that was committed before the locks were taken.
 */
export async function claimSends(ctx: Context, most: number, perSecond: number): Promise<ClaimResult> {
  return inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const due = await dueContactPoints(tx, now, most * 2);
    if (due.length === 0) return { claims: [], againInMs: null };
    const locked = await lockForClaim(tx, due);
    if (locked.length === 0) return { claims: [], againInMs: 20 };
    const pending = await withPendingInbound(
      tx,
      locked.map((one) => one.id),
    );
    const free = locked.filter((one) => !pending.has(one.id));
    const queued = (
      await nextQueued(
        tx,
        free.map((one) => one.id),
        now,
      )
    ).slice(0, most);
    const passed = await judgeAll(tx, ctx, queued, now);
    const rested = [];
    for (const one of passed) {
      const point = free.find((candidate) => candidate.id === one.message.contactPointId);
      const pair = pairWait(point?.pairTokens ?? 0, point?.pairAt ?? now, now);
      if (pair.wait > 0) await postpone(tx, one.message.id, now + Math.ceil(pair.wait));
      else rested.push({ ...one, tokens: pair.tokens });
    }
    if (rested.length === 0) return { claims: [], againInMs: queued.length === 0 ? 25 : 0 };
    const allowance = await reserveAllowance(tx, ctx.channel.id, perSecond, rested.length, BLOCK_MS);
    const granted = rested.slice(0, allowance.granted);
    // The deadline counts from before the mark: a slow commit uses it up.
    const marking = performance.now();
    for (const one of granted) ctx.handovers.marked(one.message.id);
    await markHandingOver(
      tx,
      granted.map((one) => ({ id: one.message.id, decision: one.inputs })),
      now,
      LEASE_MS,
    );
    await savePair(
      tx,
      granted.map((one) => ({ id: one.message.contactPointId, tokens: one.tokens })),
      now,
    );
    for (const _ of granted) ctx.metrics.gateDecisions.inc({ code: 'allowed' });
    const deadline = marking + HANDOVER_DEADLINE_MS;
    return {
      claims: granted.map((one) => ({ message: one.message, outbound: one.outbound, deadline })),
      againInMs: granted.length < rested.length ? Math.max(1, Math.ceil(allowance.waitMs)) : 0,
    };
  });
}

async function judgeAll(tx: Tx, ctx: Context, queued: readonly QueuedMessage[], now: number) {
  if (queued.length === 0) return [];
  const settings = await loadSettings(tx);
  const recordTypes = await loadRecordTypes(tx);
  const inputs = {
    now,
    settings,
    channel: await readChannel(tx, ctx.channel.phoneNumberId),
    whatsappTemplates: await listWhatsAppTemplates(tx),
    published: await loadPublished(tx),
  };
  const contacts = await lockContactPoints(tx, [...new Set(queued.map((one) => one.contactPointId))]);
  const loaded = await loadContacts(tx, contacts, now, settings, recordTypes);
  const passed: { message: QueuedMessage; outbound: OutboundMessage; inputs: unknown }[] = [];
  const hints = createHints();
  for (const message of queued) {
    const contact = loaded.get(message.contactPointId);
    if (contact === undefined) continue;
    const verdict = await judgeQueued(tx, message, contact, inputs);
    if (!verdict.allowed) {
      if (verdict.code === 'channel-disconnected') {
        await postpone(tx, message.id, now + 60_000);
        continue;
      }
      await cancel(tx, message.id, verdict.code, explainGate(verdict.code), now);
      ctx.metrics.gateDecisions.inc({ code: verdict.code });
      hints.conversation(message.conversationId, message.contactPointId);
      const lines = await neverAsked(tx, [{ message, code: verdict.code }], now);
      if (lines.length > 0) await recordFacts(tx, ctx, contact.contact, lines, { settings, recordTypes });
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
    // Written by send-message and automatic-answer alone, in the port's own shape.
    content: message.content as OutboundMessage['content'],
  };
}

/**
 * Hands one claimed message to WhatsApp and stores how it ended. The only place that sends. Past the deadline nothing is
 * sent: the message goes back and is judged again.
 */
export function handOver(ctx: Context, claim: Claim): Promise<void> {
  const { id, contactPointId, attempts } = claim.message;
  const attributes = {
    'assent.message_id': id,
    'assent.contact_point_id': contactPointId,
    'assent.attempts': attempts,
  };
  // Every try of a message is in one trace, which its id finds.
  return ctx.tracer.span('hand over', { kind: 'client', trace: id, attributes }, async (note) =>
    note({ 'assent.outcome': await handOverNow(ctx, claim) }),
  );
}

async function handOverNow(ctx: Context, claim: Claim): Promise<SendOutcome['kind'] | 'past-deadline'> {
  if (performance.now() > claim.deadline) {
    ctx.handovers.passed(claim.message.id);
    await inTransaction(ctx, (tx) => requeue(tx, claim.message.id, ctx.clock()));
    ctx.metrics.sends.inc({ outcome: 'past-deadline' });
    return 'past-deadline';
  }
  ctx.metrics.handoverWindow.observe(
    Math.max(0, performance.now() - claim.deadline + HANDOVER_DEADLINE_MS) / 1000,
  );
  const outcome = await ctx.provider
    .send(claim.outbound)
    .finally(() => ctx.handovers.passed(claim.message.id));
  ctx.metrics.sends.inc({ outcome: outcome.kind });
  await settleSend(ctx, claim.message, outcome);
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
  await inTransaction(ctx, (tx) => markTaken(tx, ctx.channel.id, now));
}

/** Stores how a hand-over ended (product.md §3.9). */
export async function settleSend(ctx: Context, message: QueuedMessage, outcome: SendOutcome): Promise<void> {
  let files = false;
  const woke = await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const hints = createHints();
    hints.conversation(message.conversationId, message.contactPointId);
    let woken = false;
    files = false;
    switch (outcome.kind) {
      case 'accepted':
        await settleHandover(
          tx,
          message.id,
          { status: 'sent', whatsappId: outcome.whatsappId, reasonCode: null, reasonText: null },
          now,
        );
        woken = await wakeStatusesOf(tx, outcome.whatsappId, now);
        break;
      case 'throttled':
        await requeue(tx, message.id, Math.max(outcome.until, now + 50));
        break;
      case 'unconfirmed':
        await settleHandover(
          tx,
          message.id,
          { status: 'unconfirmed', whatsappId: null, reasonCode: 'unconfirmed', reasonText: UNCONFIRMED },
          now,
        );
        ctx.log.warn(
          { messageId: message.id, contactPointId: message.contactPointId, detail: outcome.detail },
          'the outcome of a send is unknown',
        );
        break;
      case 'refused': {
        const { error, advice } = outcome;
        if (advice === 'upload-again' && (await uploadAgain(tx, ctx, message))) {
          files = true;
          break;
        }
        const code = `whatsapp-${error.code}`;
        await settleHandover(
          tx,
          message.id,
          { status: 'failed', whatsappId: null, reasonCode: code, reasonText: ctx.provider.explain(error) },
          now,
        );
        if (advice === 'stop-channel') {
          await stopChannel(tx, ctx.channel.id, `${error.code}: ${error.details ?? error.title}`);
          hints.topic('channel');
        }
        await recordRefusal(tx, ctx, message, error.code, now);
        break;
      }
    }
    await hints.send(tx);
    return woken;
  });
  if (woke) ctx.wake.inbox();
  if (files) ctx.wake.media();
  ctx.wake.outbox();
}

export const UNCONFIRMED =
  'WhatsApp did not tell whether it took this message. It is not sent again by itself; a delivery status or a person settles it.';

/** WhatsApp refused a hand-over: a request was never asked, a stop or a closed window becomes known. */
async function recordRefusal(
  tx: Tx,
  ctx: Context,
  message: QueuedMessage,
  code: number,
  now: number,
): Promise<void> {
  const survivor = await readContactPoint(tx, message.contactPointId);
  const [contact] = survivor === null ? [] : await lockContactPoints(tx, [survivor.id]);
  if (contact === undefined) return;
  const base = {
    at: now,
    receivedAt: now,
    source: 'whatsapp',
    actor: null,
    detail: { codes: [code] },
    personal: { messageId: message.id },
  };
  const lines: NewLine[] = [];
  if (message.templateType === 'consent') {
    const request = await requestOfMessage(tx, message.id);
    if (request !== null)
      lines.push({
        ...base,
        act: { act: 'request-failed', requestId: request.id },
        purposes: [request.purpose],
      });
  }
  if (code === 131050)
    lines.push({
      ...base,
      act: { act: 'platform', value: 'stop' },
      purposes: ['marketing'],
      source: 'platform',
      actor: 'customer',
    });
  if (code === 131047 && contact.lastInboundAt !== null)
    await closeServiceWindow(tx, contact.id, now - SERVICE_WINDOW_MS);
  if (lines.length > 0)
    await recordFacts(tx, ctx, contact, lines, {
      settings: await loadSettings(tx),
      recordTypes: await loadRecordTypes(tx),
    });
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
