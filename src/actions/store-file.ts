import { createHash } from 'node:crypto';
import { type MediaProblem, READABLE, RECEIVE_LIMIT } from '../core/media.ts';
import type { Tx } from '../db/engine.ts';
import { appendPart, beginFile, dropFile, finishFile, PART_BYTES } from '../db/media-files.ts';
import type { Context } from './context.ts';
import { readPicture } from './inspect-media.ts';
import { inTransaction } from './transaction.ts';

/** A file that is not taken, for what it is. */
export class MediaRefused extends Error {
  readonly problem: MediaProblem;
  constructor(problem: MediaProblem) {
    super(problem.message);
    this.name = 'MediaRefused';
    this.problem = problem;
  }
}

/** What is known of a file when its last byte is there. */
export interface StoredFile {
  sha256: string;
  size: number;
  mimeType: string | null;
  width: number | null;
  height: number | null;
  animated: boolean;
  thumbnail: Uint8Array | null;
}

export interface FileRules {
  /** Bytes that may come at most, asked again as they come; more of them throw what `tooLarge` answers. */
  most: () => number;
  tooLarge: () => MediaProblem;
  /** The type, from the first bytes (256 kB, or all there are). Throws `MediaRefused` before anything is stored. */
  typeOf: (head: Uint8Array) => Promise<string | null>;
  /** A part was stored. */
  progress?: () => Promise<void>;
}

/**
 * Stores a stream in parts, each in a transaction of its own, so that neither memory nor a lock holds a whole file (but
 * for a picture, which is read once). `finish` runs in the last transaction, with the file to refer to: an earlier one
 * where the same bytes are here already. Whatever is thrown leaves nothing behind.
 */
export async function storeFile<T>(
  ctx: Context,
  content: AsyncIterable<Uint8Array>,
  rules: FileRules,
  finish: (tx: Tx, fileId: string, file: StoredFile) => Promise<T>,
): Promise<T> {
  const fileId = ctx.make.id();
  const hash = createHash('sha256');
  const picture: Uint8Array[] = [];
  let begun = false;
  let mimeType: string | null = null;
  let size = 0;
  let part = 0;
  const store = async (bytes: Uint8Array): Promise<void> => {
    if (!begun) {
      mimeType = await rules.typeOf(bytes);
      await inTransaction(ctx, (tx) => beginFile(tx, fileId, ctx.clock()));
      begun = true;
    }
    hash.update(bytes);
    if (mimeType !== null && READABLE.has(mimeType) && size <= RECEIVE_LIMIT.image) picture.push(bytes);
    const index = part;
    await inTransaction(ctx, (tx) => appendPart(tx, fileId, index, bytes));
    part += 1;
    await rules.progress?.();
  };
  try {
    for await (const bytes of inParts(content, (arrived) => {
      size += arrived;
      if (size > rules.most()) throw new MediaRefused(rules.tooLarge());
    }))
      await store(bytes);
    if (!begun) throw new MediaRefused({ code: 'media-empty', message: 'The file is empty.' });
    const about = await aboutOf(picture, mimeType, size);
    const file = { sha256: hash.digest('hex'), size, mimeType, ...about };
    return await inTransaction(ctx, async (tx) => finish(tx, await finishFile(tx, fileId, file), file));
  } catch (error) {
    if (begun) await inTransaction(ctx, (tx) => dropFile(tx, fileId)).catch(() => {});
    throw error;
  }
}

async function aboutOf(
  parts: readonly Uint8Array[],
  mimeType: string | null,
  size: number,
): Promise<Pick<StoredFile, 'width' | 'height' | 'animated' | 'thumbnail'>> {
  const nothing = { width: null, height: null, animated: false, thumbnail: null };
  if (parts.length === 0 || mimeType === null || size > RECEIVE_LIMIT.image) return nothing;
  return (await readPicture(Buffer.concat(parts), mimeType)) ?? nothing;
}

/** The same bytes in parts of `PART_BYTES`, the last one shorter. */
async function* inParts(
  content: AsyncIterable<Uint8Array>,
  arrived: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of content) {
    arrived(bytes.length);
    for (let from = 0; from < bytes.length; ) {
      const taken = bytes.subarray(from, from + PART_BYTES - length);
      waiting.push(taken);
      length += taken.length;
      from += taken.length;
      if (length < PART_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}
