import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

/** The bytes of files: rows of some 256 kB under the file's id, and one file per content. */

/** What every part but the last holds. A part is found by division, so it must not change while files are stored. */
export const PART_BYTES = 256 * 1024;

export interface FileAbout {
  sha256: string;
  size: number;
  mimeType: string | null;
  width: number | null;
  height: number | null;
  animated: boolean;
  thumbnail: Uint8Array | null;
}

/** A file whose bytes are still to come. */
export async function beginFile(tx: Tx, id: string, now: number): Promise<void> {
  await sql`insert into media_file (id, created_at) values (${id}::uuid, ${time(now)})`.execute(tx);
}

export async function appendPart(tx: Tx, fileId: string, part: number, content: Uint8Array): Promise<void> {
  await sql`insert into media_chunk (file_id, part, content) values (${fileId}::uuid, ${part}, ${content}::bytea)`.execute(
    tx,
  );
}

/** All bytes are there. Answers the file to use: this one, or the one that held the same bytes before. */
export async function finishFile(tx: Tx, id: string, about: FileAbout): Promise<string> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${about.sha256}, 0))`.execute(tx);
  const { rows } = await sql<{
    id: string;
  }>`select id from media_file where sha256 = ${about.sha256}`.execute(tx);
  const [same] = rows;
  if (same !== undefined) {
    await dropFile(tx, id);
    return same.id;
  }
  await sql`update media_file set sha256 = ${about.sha256}, size = ${about.size}, mime_type = ${about.mimeType}, width = ${about.width},
      height = ${about.height}, animated = ${about.animated}, thumbnail = ${about.thumbnail}::bytea where id = ${id}::uuid`.execute(
    tx,
  );
  return id;
}

export async function dropFile(tx: Tx, id: string): Promise<void> {
  await sql`delete from media_file where id = ${id}::uuid and sha256 is null`.execute(tx);
}

/** Bytes of one part, from an offset in it. */
export async function readPart(
  tx: Tx,
  fileId: string,
  part: number,
  from: number,
  length: number,
): Promise<Uint8Array | null> {
  const { rows } = await sql<{ content: Uint8Array }>`
    select substring(content from ${from + 1}::int for ${length}::int) as content from media_chunk
     where file_id = ${fileId}::uuid and part = ${part}`.execute(tx);
  return rows[0]?.content ?? null;
}

export async function readThumbnail(tx: Tx, fileId: string): Promise<Uint8Array | null> {
  const { rows } = await sql<{ thumbnail: Uint8Array | null }>`
    select thumbnail from media_file where id = ${fileId}::uuid`.execute(tx);
  return rows[0]?.thumbnail ?? null;
}

/** The bytes from `start` to `end` (both included), part by part: each is read when the last one was taken. */
export async function* readBytes(
  tx: Tx,
  fileId: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at <= end; ) {
    const part = Math.floor(at / PART_BYTES);
    const from = at - part * PART_BYTES;
    const bytes = await readPart(tx, fileId, part, from, Math.min(PART_BYTES - from, end - at + 1));
    if (bytes === null || bytes.length === 0) throw new Error(`part ${part} of file ${fileId} is missing`);
    yield bytes;
    at += bytes.length;
  }
}

/** WhatsApp's id of this file for this number, while it may be used. */
export async function readUpload(
  tx: Tx,
  fileId: string,
  channelId: string,
  now: number,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select whatsapp_id as id from media_upload
     where file_id = ${fileId}::uuid and channel_id = ${channelId} and until > ${time(now)}`.execute(tx);
  return rows[0]?.id ?? null;
}

export async function saveUpload(
  tx: Tx,
  fileId: string,
  channelId: string,
  whatsappId: string,
  until: number,
): Promise<void> {
  await sql`insert into media_upload (file_id, channel_id, whatsapp_id, until)
    values (${fileId}::uuid, ${channelId}, ${whatsappId}, ${time(until)})
    on conflict (file_id, channel_id) do update set whatsapp_id = excluded.whatsapp_id, until = excluded.until`.execute(
    tx,
  );
}

/** WhatsApp does not have it any more. */
export async function forgetUpload(tx: Tx, fileId: string, channelId: string): Promise<void> {
  await sql`delete from media_upload where file_id = ${fileId}::uuid and channel_id = ${channelId}`.execute(
    tx,
  );
}

/**
 * Sweeps what nobody will use: files whose bytes stopped coming, uploads that were never sent, and then files that
 * nothing names. Some at a time.
 */
export async function sweepFiles(tx: Tx, before: number, most: number): Promise<number> {
  const { rows: unsent } = await sql<{ fileId: string | null }>`
    delete from media where id in (select id from media where message_id is null and created_at < ${time(before)} limit ${most})
    returning file_id as "fileId"`.execute(tx);
  const { rows: unfinished } = await sql<{ id: string }>`
    select id from media_file where sha256 is null and created_at < ${time(before)} limit ${most}`.execute(
    tx,
  );
  const candidates = [...unsent.flatMap((row) => row.fileId ?? []), ...unfinished.map((row) => row.id)];
  if (candidates.length === 0) return 0;
  await sql`delete from media_file f where f.id = any(${uuids(candidates)})
      and not exists (select 1 from media d where d.file_id = f.id)`.execute(tx);
  return candidates.length;
}
