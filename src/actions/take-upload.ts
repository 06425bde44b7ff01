import { cleanFileName } from '../core/file-name.ts';
import {
  kindOfType,
  type MediaKind,
  type MediaProblem,
  mostBytes,
  tooLarge,
  uploadProblem,
} from '../core/media.ts';
import { insertUpload, type MediaRow, readMedia, uploadedSince } from '../db/media.ts';
import type { Context } from './context.ts';
import { typeOf } from './inspect-media.ts';
import { Refusal } from './refusal.ts';
import { MediaRefused, storeFile } from './store-file.ts';

/**
 * A file somebody wants to send: checked as WhatsApp would check it, by what it is, and kept for a day. Throws 413 or 422
 * with a code, and then nothing of it is kept.
 */
export async function takeUpload(
  ctx: Context,
  upload: {
    content: AsyncIterable<Uint8Array>;
    fileName: string | null;
    /** Null: by what it is. */
    kind: MediaKind | null;
    senderId: string;
    /** How many bytes one sender may give in an hour. */
    mostPerHour: number;
  },
): Promise<MediaRow> {
  await mustHaveRoom(ctx, upload.senderId, upload.mostPerHour);
  const id = ctx.make.id();
  const fileName = upload.fileName === null ? null : cleanFileName(upload.fileName);
  let kind: MediaKind = upload.kind ?? 'document';
  try {
    await storeFile(
      ctx,
      upload.content,
      {
        most: () => mostBytes(kind),
        tooLarge: () => tooLarge(kind),
        async typeOf(head) {
          const mimeType = await typeOf(head, { fileName, asSound: upload.kind === 'audio' });
          kind = upload.kind ?? (mimeType === null ? null : kindOfType(mimeType)) ?? 'document';
          accept(uploadProblem(kind, { mimeType, size: head.length, animated: true }));
          return mimeType;
        },
      },
      async (tx, fileId, file) => {
        accept(uploadProblem(kind, file));
        if ((kind === 'image' || kind === 'sticker') && file.thumbnail === null)
          accept({
            code: 'media-unreadable',
            message: 'This picture is damaged, or larger than anybody can show.',
          });
        await insertUpload(tx, {
          id,
          uploadedBy: upload.senderId,
          kind,
          fileName,
          voice: kind === 'audio' && file.mimeType === 'audio/ogg',
          fileId,
          at: ctx.clock(),
        });
      },
    );
  } catch (error) {
    if (!(error instanceof MediaRefused)) throw error;
    const { code, message } = error.problem;
    throw new Refusal(code === 'media-too-large' ? 413 : 422, code, message);
  }
  const media = await readMedia(ctx.database.db, id);
  if (media === null) throw new Error('an upload that was just stored is gone');
  return media;
}

const HOUR = 3_600_000;

/** Files of others need the room too. The last file may go over it: how large it is, nobody knows before it is here. */
async function mustHaveRoom(ctx: Context, senderId: string, most: number): Promise<void> {
  const now = ctx.clock();
  const { bytes, firstAt } = await uploadedSince(ctx.database.db, senderId, now - HOUR);
  if (bytes < most || firstAt === null) return;
  const seconds = Math.max(1, Math.ceil((firstAt + HOUR - now) / 1000));
  throw new Refusal(
    429,
    'upload-limit-reached',
    'You sent as many files as one person may in an hour. Try again later.',
    { until: now + seconds * 1000, retryAfterSeconds: seconds },
  );
}

function accept(problem: MediaProblem | null): void {
  if (problem !== null) throw new MediaRefused(problem);
}
