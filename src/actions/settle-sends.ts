import { meaningOfFailure, stoppedBy } from '../core/failure.ts';
import { closeServiceWindow, lockContactPoints, readContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { wakeStatusesOf } from '../db/inbox.ts';
import { stopChannel } from '../db/organisation.ts';
import { type QueuedMessage, type Settled, settleHandovers } from '../db/outbox.ts';
import type { SendOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { recordFacts } from './record-facts.ts';
import { isConnectionLoss } from './retry-inbox.ts';
import { inKeyedTransaction, inTransaction } from './transaction.ts';
import { uploadAgain } from './upload-media.ts';
import { returnToQueue } from './withdraw.ts';

/** How one hand-over ended. */
export interface Ended {
  message: QueuedMessage;
  outcome: Exclude<SendOutcome, { kind: 'held-back' }>;
}

/** An ending that changes the message alone. */
type Plain = Extract<SendOutcome, { kind: 'accepted' | 'unconfirmed' }>;
interface PlainlyEnded extends Ended {
  outcome: Plain;
}
const isPlain = (ended: Ended): ended is PlainlyEnded =>
  ended.outcome.kind === 'accepted' || ended.outcome.kind === 'unconfirmed';

const settledBy = ({ id }: QueuedMessage, outcome: Plain): Settled =>
  outcome.kind === 'accepted'
    ? { id, status: 'sent', whatsappId: outcome.whatsappId, reasonCode: null, reasonText: null }
    : { id, status: 'unconfirmed', whatsappId: null, reasonCode: 'unconfirmed', reasonText: UNCONFIRMED };

/**
 * Stores how hand-overs of this process ended: one transaction at a time, holding all that ended while the one before
 * committed. What is refused or throttled has more to change than itself, and is stored by itself.
 */
export function createSettlement(ctx: Context): (ended: Ended) => Promise<void> {
  let waiting: { ended: PlainlyEnded; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing = false;
  const write = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      // First hear every answer that is at a socket: PGlite answers without going back to the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = waiting;
      waiting = [];
      const all = batch.map((one) => one.ended);
      try {
        const left = await settleTogether(ctx, all).catch((error: unknown) => {
          if (isConnectionLoss(error)) throw error;
          return all;
        });
        for (const { ended, done, failed } of batch)
          if (left.includes(ended)) settleSend(ctx, ended).then(done, failed);
          else done();
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    writing = false;
  };
  return (ended) => {
    if (!isPlain(ended)) return settleSend(ctx, ended);
    return new Promise((done, failed) => {
      waiting.push({ ended, done, failed });
      if (!writing) void write();
    });
  };
}

/** Answers those that somebody else holds at this moment: they are not stored. */
async function settleTogether(ctx: Context, ended: readonly PlainlyEnded[]): Promise<PlainlyEnded[]> {
  const { left, woke } = await inKeyedTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const stored = await settleHandovers(
      tx,
      ended.map(({ message, outcome }) => settledBy(message, outcome)),
      now,
      'pass-over',
    );
    const settled = ended.filter(({ message }) => stored.has(message.id));
    const hints = createHints();
    for (const { message } of settled) hints.conversation(message.conversationId, message.contactPointId);
    const accepted = settled.flatMap(({ outcome }) =>
      outcome.kind === 'accepted' ? [outcome.whatsappId] : [],
    );
    const woken = await wakeStatusesOf(tx, accepted, now);
    await hints.send(tx);
    return { left: ended.filter(({ message }) => !stored.has(message.id)), woke: woken };
  });
  for (const { message, outcome } of ended)
    if (outcome.kind === 'unconfirmed' && !left.some((one) => one.message.id === message.id))
      ctx.log.warn(
        { messageId: message.id, contactPointId: message.contactPointId, detail: outcome.detail },
        'the outcome of a send is unknown',
      );
  if (woke) ctx.wake.inbox();
  ctx.wake.outbox();
  return left;
}

/** Stores how a hand-over ended (product.md §3.9). */
export async function settleSend(ctx: Context, { message, outcome }: Ended): Promise<void> {
  let files = false;
  let templates = false;
  const woke = await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const hints = createHints();
    hints.conversation(message.conversationId, message.contactPointId);
    let woken = false;
    files = false;
    templates = false;
    switch (outcome.kind) {
      case 'accepted':
        await settleHandovers(tx, [settledBy(message, outcome)], now);
        woken = await wakeStatusesOf(tx, [outcome.whatsappId], now);
        break;
      case 'throttled':
        await returnToQueue(tx, ctx, message, Math.max(outcome.until, now + 50));
        break;
      case 'unconfirmed':
        await settleHandovers(tx, [settledBy(message, outcome)], now);
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
        const failed = {
          id: message.id,
          status: 'failed' as const,
          whatsappId: null,
          reasonCode: `whatsapp-${error.code}`,
          reasonText: ctx.provider.explain(error),
        };
        await settleHandovers(tx, [failed], now);
        // Its webhook may be late, or not subscribed to: until it is known, everybody's message fails like this one.
        templates = advice === 'stop-template';
        if (advice === 'stop-channel') {
          await stopChannel(tx, ctx.channel.id, stoppedBy(error));
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
  if (templates) ctx.wake.templates();
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
  const meaning = meaningOfFailure([code], {
    at: now,
    request: message.request,
    lastInboundAt: contact.lastInboundAt,
  });
  const detail = { codes: [code] };
  const personal = { messageId: message.id };
  const lines = meaning.lines.map((line) => ({ ...line, at: now, receivedAt: now, detail, personal }));
  if (meaning.lastInboundAt !== null) await closeServiceWindow(tx, contact.id, meaning.lastInboundAt);
  if (lines.length > 0)
    await recordFacts(tx, ctx, contact, lines, {
      settings: await loadSettings(tx),
      recordTypes: await loadRecordTypes(tx),
    });
}
