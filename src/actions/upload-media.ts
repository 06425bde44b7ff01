import { fileNameFor } from '../core/file-name.ts';
import type { Tx } from '../db/engine.ts';
import { endWork, type MediaWork, postponeWork, readMediaOfMessage, startUpload } from '../db/media.ts';
import { forgetUpload, readBytes, readUpload, saveUpload } from '../db/media-files.ts';
import { awaitMedia, failWaiting, type QueuedMessage, releaseMedia, waitsForMedia } from '../db/outbox.ts';
import { ProviderUnavailable } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { leaseKeeper, retryAt } from './media-work.ts';
import { inTransaction } from './transaction.ts';

/**
 * Giving WhatsApp the file of a message that waits in the outbox. It happens before the message can be claimed, so that
 * a hand-over stays one short call (its deadline is 100 ms), and it reaches nobody: what goes to the customer is the
 * message, through the gate, at hand-over. A message that is cancelled meanwhile takes its upload with it.
 */

/** WhatsApp keeps an upload for 30 days; the last one is not relied on. */
const KEPT_MS = 29 * 24 * 3_600_000;
const RETRY_SECONDS = [2, 8, 30, 90, 300];

/** One try. Afterwards the message may be claimed, waits for the next try, or has failed. */
export async function uploadMedia(ctx: Context, work: MediaWork, signal: AbortSignal): Promise<void> {
  const { messageId, fileId } = work;
  if (messageId === null || fileId === null) throw new Error(`media ${work.id} has nothing to upload`);
  const { db } = ctx.database;
  if (!(await waitsForMedia(db, messageId))) return done(ctx, work, null);
  const held = await readUpload(db, fileId, ctx.channel.id, ctx.clock());
  if (held !== null) return done(ctx, work, held);
  try {
    const result = await ctx.provider.media.upload(
      ctx.channel.phoneNumberId,
      {
        mimeType: work.mimeType ?? 'application/octet-stream',
        fileName: work.fileName ?? fileNameFor(work.kind, work.mimeType),
        size: work.size ?? 0,
        content: kept(readBytes(db, fileId, 0, (work.size ?? 0) - 1), leaseKeeper(ctx, work.id)),
      },
      signal,
    );
    if (result.kind === 'refused') {
      const text = ctx.provider.explain(result.error);
      return await fail(ctx, work, messageId, { code: `whatsapp-${result.error.code}`, text });
    }
    const until = ctx.clock() + KEPT_MS;
    await inTransaction(ctx, (tx) => saveUpload(tx, fileId, ctx.channel.id, result.mediaId, until));
    await done(ctx, work, result.mediaId);
  } catch (error) {
    if (signal.aborted) return inTransaction(ctx, (tx) => postponeWork(tx, work.id, ctx.clock()));
    if (!(error instanceof ProviderUnavailable)) throw error;
    const at = retryAt(ctx.clock(), RETRY_SECONDS, work.attempts);
    if (at !== null) return inTransaction(ctx, (tx) => postponeWork(tx, work.id, at));
    await fail(ctx, work, messageId, {
      code: 'media-upload-failed',
      text: 'WhatsApp did not take the file. Nothing was sent; try again in a moment.',
    });
  }
}

/** The same bytes; each part taken keeps the lease. */
async function* kept(
  content: AsyncIterable<Uint8Array>,
  keep: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of content) {
    yield bytes;
    await keep();
  }
}

async function done(ctx: Context, work: MediaWork, mediaId: string | null): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    if (mediaId !== null && work.messageId !== null)
      await releaseMedia(tx, work.messageId, mediaId, ctx.clock());
    await endWork(tx, work.id, { state: 'stored', fileId: work.fileId ?? '' });
  });
  ctx.wake.outbox();
}

async function fail(
  ctx: Context,
  work: MediaWork,
  messageId: string,
  reason: { code: string; text: string },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await failWaiting(tx, messageId, reason, ctx.clock());
    await endWork(tx, work.id, { state: 'stored', fileId: work.fileId ?? '' });
    const hints = createHints();
    if (work.conversationId !== null) hints.conversation(work.conversationId);
    await hints.send(tx);
  });
  // What was written after it may go.
  ctx.wake.outbox();
}

/** Hand-overs of one message that WhatsApp lost the file of; those that it put off, or that came too late, count among them. */
const MOST_HAND_OVERS = 5;

/** A send was refused because WhatsApp lost the file: it gets it once more. False where that was tried several times. */
export async function uploadAgain(tx: Tx, ctx: Context, message: QueuedMessage): Promise<boolean> {
  const media = message.attempts >= MOST_HAND_OVERS ? null : await readMediaOfMessage(tx, message.id);
  if (media === null || media.fileId === null) return false;
  await forgetUpload(tx, media.fileId, ctx.channel.id);
  await startUpload(tx, media.id, ctx.clock());
  return awaitMedia(tx, message.id);
}
