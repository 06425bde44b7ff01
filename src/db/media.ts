import { sql } from 'kysely';
import type { MediaKind } from '../core/media.ts';
import type { Tx } from './engine.ts';
import { iso, time } from './rows.ts';

/** Files: what was sent (`media`), and what WhatsApp or we still have to do about it. Bytes are in `db/media-files.ts`. */

export interface MediaRow {
  id: string;
  contactPointId: string | null;
  conversationId: string | null;
  messageId: string | null;
  uploadedBy: string | null;
  kind: MediaKind;
  state: 'pending' | 'stored' | 'failed' | 'refused';
  reasonCode: string | null;
  reasonText: string | null;
  whatsappId: string | null;
  announcedType: string | null;
  announcedSha256: string | null;
  fileName: string | null;
  voice: boolean;
  fileId: string | null;
  attempts: number;
  createdAt: number;
  sha256: string | null;
  size: number | null;
  mimeType: string | null;
  width: number | null;
  height: number | null;
  animated: boolean | null;
  hasThumbnail: boolean;
}

const COLUMNS = sql`d.id, d.contact_point_id as "contactPointId", d.message_id as "messageId",
  (select m.conversation_id from message m where m.id = d.message_id) as "conversationId",
  d.uploaded_by as "uploadedBy", d.kind, d.state, d.reason_code as "reasonCode", d.reason_text as "reasonText",
  d.whatsapp_id as "whatsappId", d.announced_type as "announcedType", d.announced_sha256 as "announcedSha256",
  d.file_name as "fileName", d.voice, d.file_id as "fileId", d.attempts, d.created_at as "createdAt", f.sha256, f.size,
  f.mime_type as "mimeType", f.width, f.height, f.animated, f.thumbnail is not null as "hasThumbnail"`;

export async function readMedia(tx: Tx, id: string): Promise<MediaRow | null> {
  const { rows } = await sql<MediaRow>`
    select ${COLUMNS} from media d left join media_file f on f.id = d.file_id where d.id = ${id}::uuid`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Bytes that somebody gave us since a moment, and when the first of them came. */
export async function uploadedSince(
  tx: Tx,
  senderId: string,
  since: number,
): Promise<{ bytes: number; firstAt: number | null }> {
  const { rows } = await sql<{ bytes: number; firstAt: number | null }>`
    select coalesce(sum(f.size), 0)::bigint as bytes, min(d.created_at) as "firstAt"
      from media d join media_file f on f.id = d.file_id
     where d.uploaded_by = ${senderId} and d.created_at > ${time(since)}`.execute(tx);
  return rows[0] ?? { bytes: 0, firstAt: null };
}

export interface NewReceivedMedia {
  id: string;
  contactPointId: string;
  /** The message by WhatsApp's id: the row is made for the message that was stored under it, once. */
  messageWhatsappId: string;
  kind: MediaKind;
  whatsappId: string | null;
  announcedType: string | null;
  announcedSha256: string | null;
  fileName: string | null;
  voice: boolean;
  at: number;
}

/** Files of inbound messages, to be fetched at once. One without WhatsApp's id cannot be. */
export async function insertReceived(tx: Tx, rows: readonly NewReceivedMedia[]): Promise<void> {
  if (rows.length === 0) return;
  const given = rows.map((row) => ({ ...row, at: iso(row.at) }));
  await sql`insert into media (id, contact_point_id, message_id, kind, state, reason_code, whatsapp_id, announced_type,
      announced_sha256, file_name, voice, work, next_attempt_at, created_at)
    select r.id, r."contactPointId", m.id, r.kind, case when r."whatsappId" is null then 'failed' else 'pending' end,
           case when r."whatsappId" is null then 'media-expired' end, r."whatsappId", r."announcedType", r."announcedSha256",
           r."fileName", r.voice, case when r."whatsappId" is not null then 'fetch' end, r.at, r.at
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
        as r(id uuid, "contactPointId" uuid, "messageWhatsappId" text, kind text, "whatsappId" text,
             "announcedType" text, "announcedSha256" text, "fileName" text, voice boolean, at timestamptz)
      join message m on m.whatsapp_id = r."messageWhatsappId" and m.contact_point_id = r."contactPointId" and m.direction = 'in'
    on conflict do nothing`.execute(tx);
}

export interface NewUpload {
  id: string;
  uploadedBy: string;
  kind: MediaKind;
  fileName: string | null;
  voice: boolean;
  fileId: string;
  at: number;
}

/** A file somebody uploaded to send it. */
export async function insertUpload(tx: Tx, row: NewUpload): Promise<void> {
  await sql`insert into media (id, uploaded_by, kind, state, file_name, voice, file_id, created_at)
    values (${row.id}::uuid, ${row.uploadedBy}, ${row.kind}, 'stored', ${row.fileName}, ${row.voice}, ${row.fileId}::uuid, ${time(row.at)})`.execute(
    tx,
  );
}

/**
 * Makes an upload the file of a message. One that went with a message before is copied under a new id: each message has
 * its own row, of the same bytes. `upload`: WhatsApp has to get it first.
 */
export async function attachUpload(
  tx: Tx,
  upload: MediaRow,
  to: { copyId: string; messageId: string; contactPointId: string; upload: boolean; at: number },
): Promise<void> {
  const work = to.upload ? 'upload' : null;
  const next = to.upload ? to.at : null;
  // Two sends of one upload may run at the same time: one of them takes it, the other makes a copy.
  const { rows } =
    await sql`update media set message_id = ${to.messageId}::uuid, contact_point_id = ${to.contactPointId}::uuid,
      work = ${work}, next_attempt_at = ${time(next)}, attempts = 0
    where id = ${upload.id}::uuid and message_id is null returning id`.execute(tx);
  if (rows.length === 1) return;
  await sql`insert into media (id, contact_point_id, message_id, uploaded_by, kind, state, file_name, voice, file_id,
      work, next_attempt_at, created_at)
    values (${to.copyId}::uuid, ${to.contactPointId}::uuid, ${to.messageId}::uuid, ${upload.uploadedBy},
      ${upload.kind}, 'stored', ${upload.fileName}, ${upload.voice}, ${upload.fileId}::uuid, ${work}, ${time(next)}, ${time(to.at)})`.execute(
    tx,
  );
}

export type MediaWork = MediaRow & { work: 'fetch' | 'upload' };

/**
 * Takes what is due, and moves it on by the lease: whoever works on it longer says so (`postponeWork`), and what a dead
 * process left behind comes up again by itself.
 */
export async function claimWork(tx: Tx, now: number, leaseUntil: number, most: number): Promise<MediaWork[]> {
  const { rows } = await sql<MediaWork>`
    with due as (
      select id from media where work is not null and next_attempt_at <= ${time(now)}
       order by next_attempt_at limit ${most} for update skip locked),
    claimed as (
      update media d set next_attempt_at = ${time(leaseUntil)}, attempts = d.attempts + 1 from due where d.id = due.id returning d.*)
    select ${COLUMNS}, d.work from claimed d left join media_file f on f.id = d.file_id`.execute(tx);
  return rows;
}

/** Still at it (a longer lease), or not this time (tried again later). */
export async function postponeWork(tx: Tx, id: string, at: number): Promise<void> {
  await sql`update media set next_attempt_at = ${time(at)} where id = ${id}::uuid and work is not null`.execute(
    tx,
  );
}

/** Nothing is left to do. */
export async function endWork(
  tx: Tx,
  id: string,
  end:
    | { state: 'stored'; fileId: string }
    | { state: 'failed' | 'refused'; reasonCode: string; reasonText: string },
): Promise<void> {
  const [fileId, code, text] =
    end.state === 'stored' ? [end.fileId, null, null] : [null, end.reasonCode, end.reasonText];
  await sql`update media set state = ${end.state}, file_id = coalesce(${fileId}::uuid, file_id), reason_code = ${code},
      reason_text = ${text}, work = null, next_attempt_at = null where id = ${id}::uuid`.execute(tx);
}

/** When the next work is due, ms; null where there is none. */
export async function nextWorkAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`
    select min(next_attempt_at) as at from media where work is not null`.execute(tx);
  return rows[0]?.at ?? null;
}

export async function readMediaOfMessage(tx: Tx, messageId: string): Promise<MediaRow | null> {
  const { rows } = await sql<MediaRow>`
    select ${COLUMNS} from media d left join media_file f on f.id = d.file_id where d.message_id = ${messageId}::uuid`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** WhatsApp has to get it (again). */
export async function startUpload(tx: Tx, id: string, now: number): Promise<void> {
  await sql`update media set work = 'upload', attempts = 0, next_attempt_at = ${time(now)} where id = ${id}::uuid`.execute(
    tx,
  );
}
