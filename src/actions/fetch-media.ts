import { cleanFileName } from '../core/file-name.ts';
import { type MediaProblem, RECEIVE_LIMIT, receiveProblem, sha256Hex } from '../core/media.ts';
import type { InboundContent } from '../core/update.ts';
import type { Tx } from '../db/engine.ts';
import { endWork, insertReceived, type MediaWork, type NewReceivedMedia, postponeWork } from '../db/media.ts';
import { type MediaDownload, ProviderUnavailable } from '../ports.ts';
import type { Context } from './context.ts';
import { typeOf } from './inspect-media.ts';
import { createHints } from './live.ts';
import { leaseKeeper, retryAt } from './media-work.ts';
import { MediaRefused, storeFile } from './store-file.ts';
import { inTransaction } from './transaction.ts';

/** Files of inbound messages: promised when the message is stored, fetched afterwards, never during ingest. */

export interface ArrivedMedia {
  contactPointId: string;
  whatsappId: string;
  content: InboundContent;
}

/** Notes the files of messages that were just stored; to be fetched once their transaction is committed. */
export async function promiseMedia(tx: Tx, ctx: Context, arrived: readonly ArrivedMedia[]): Promise<void> {
  const now = ctx.clock();
  const rows = arrived.flatMap(({ content, contactPointId, whatsappId }): NewReceivedMedia[] => {
    if (content.kind !== 'media') return [];
    return [
      {
        id: ctx.make.id(),
        contactPointId,
        messageWhatsappId: whatsappId,
        kind: content.media,
        whatsappId: content.mediaId ?? null,
        announcedType: content.mimeType ?? null,
        announcedSha256: content.sha256 ?? null,
        fileName: content.filename === undefined ? null : cleanFileName(content.filename),
        voice: content.voice ?? false,
        at: now,
      },
    ];
  });
  await insertReceived(tx, rows);
}

/** 7 s to some 8 hours: WhatsApp keeps what a customer sent for 7 days. */
const RETRY_SECONDS = [7, 20, 60, 300, 1_500, 7_200, 28_800];
/** WhatsApp says that it has no such file: asked once more, in case it was a slip. */
const GONE_TRIES = 2;
/** The bytes are not those WhatsApp names: perhaps damaged on the way. */
const DAMAGED_TRIES = 3;

class Damaged extends Error {}

/** Fetches one file and stores it, or notes why not. Never throws for what the other side does. */
export async function fetchMedia(ctx: Context, work: MediaWork, signal: AbortSignal): Promise<void> {
  // A file at which the process itself dies would be tried for ever.
  if (work.attempts > RETRY_SECONDS.length + 1) return end(ctx, work, 'failed', 'media-unavailable');
  try {
    const download = await ctx.provider.media.download(work.whatsappId ?? '', signal);
    if (download.kind === 'found') await store(ctx, work, download);
    else if (download.kind === 'untrusted') {
      ctx.log.warn(
        { mediaId: work.id, contactPointId: work.contactPointId, detail: download.detail },
        'a file is not at an address of WhatsApp',
      );
      await end(ctx, work, 'refused', 'media-untrusted');
    } else if (work.attempts >= GONE_TRIES) await end(ctx, work, 'failed', 'media-expired');
    else await again(ctx, work);
  } catch (error) {
    if (signal.aborted) return inTransaction(ctx, (tx) => postponeWork(tx, work.id, ctx.clock()));
    if (error instanceof MediaRefused)
      await end(ctx, work, 'refused', error.problem.code, error.problem.message);
    else if (error instanceof Damaged && work.attempts >= DAMAGED_TRIES)
      await end(ctx, work, 'failed', 'media-damaged');
    else if (error instanceof Damaged || error instanceof ProviderUnavailable) await again(ctx, work);
    else throw error;
  }
}

const REASONS: Record<string, string> = {
  'media-expired': 'WhatsApp does not have this file any more. Ask the customer to send it again.',
  'media-unavailable': 'WhatsApp did not give us this file. Ask the customer to send it again.',
  'media-damaged': 'What WhatsApp gave us is not the file the customer sent. Ask them to send it again.',
  'media-untrusted': 'This file is not at an address of WhatsApp, so it was not fetched.',
};

async function store(
  ctx: Context,
  work: MediaWork,
  download: Extract<MediaDownload, { kind: 'found' }>,
): Promise<void> {
  const most = RECEIVE_LIMIT[work.kind];
  const tooLarge = (): MediaProblem => ({
    code: 'media-too-large',
    message: `The file is larger than the ${Math.floor(most / 1024 / 1024)} MB we keep.`,
  });
  if ((download.size ?? 0) > most) throw new MediaRefused(tooLarge());
  // An older version stored it as the webhook had it.
  const expected = [download.sha256, sha256Hex(work.announcedSha256)].filter((one) => one !== null);
  await storeFile(
    ctx,
    download.content,
    {
      most: () => most,
      tooLarge,
      progress: leaseKeeper(ctx, work.id),
      async typeOf(head) {
        const { fileName, kind } = work;
        const mimeType = await typeOf(head, { fileName, asSound: kind === 'audio' });
        const problem = receiveProblem(kind, { mimeType, fileName });
        if (problem !== null) throw new MediaRefused(problem);
        return mimeType;
      },
    },
    async (tx, fileId, file) => {
      if (expected.some((hash) => hash !== file.sha256)) throw new Damaged();
      await endWork(tx, work.id, { state: 'stored', fileId });
      await tell(tx, work);
    },
  );
}

async function again(ctx: Context, work: MediaWork): Promise<void> {
  const at = retryAt(ctx.clock(), RETRY_SECONDS, work.attempts);
  if (at === null) return end(ctx, work, 'failed', 'media-unavailable');
  await inTransaction(ctx, (tx) => postponeWork(tx, work.id, at));
}

async function end(
  ctx: Context,
  work: MediaWork,
  state: 'failed' | 'refused',
  reasonCode: string,
  reasonText = REASONS[reasonCode] ?? reasonCode,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await endWork(tx, work.id, { state, reasonCode, reasonText });
    await tell(tx, work);
  });
}

async function tell(tx: Tx, work: MediaWork): Promise<void> {
  if (work.conversationId === null) return;
  const hints = createHints();
  hints.conversation(work.conversationId);
  await hints.send(tx);
}
