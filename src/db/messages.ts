import { type RawBuilder, sql } from 'kysely';
import type { Tx } from './engine.ts';
import { indexWords } from './message-search.ts';
import { BEFORE_CAMPAIGNS, dueInLane } from './outbox.ts';
import { iso, texts, time } from './rows.ts';

/** Chats: conversations and their messages. An outbound message is also its own outbox entry (status `queued`). */

export interface MessageRow {
  id: string;
  /** Order of arrival: WhatsApp's clock has whole seconds, so an answer may carry an earlier time than its question. */
  position: number;
  conversationId: string;
  contactPointId: string;
  channelId: string;
  direction: 'in' | 'out';
  kind: string;
  text: string | null;
  content: Record<string, unknown>;
  status: string;
  reasonCode: string | null;
  reasonText: string | null;
  whatsappId: string | null;
  replyTo: string | null;
  actor: string | null;
  automatic: boolean;
  messageTemplateId: string | null;
  templateType: string | null;
  templateName: string | null;
  templateLanguage: string | null;
  at: number;
  statusAt: number | null;
}

export const MESSAGE_COLUMNS = sql`m.id, m.position, m.conversation_id as "conversationId", m.contact_point_id as "contactPointId", m.channel_id as "channelId",
  m.direction, m.kind, m.text, m.content, m.status, m.reason_code as "reasonCode", m.reason_text as "reasonText",
  m.whatsapp_id as "whatsappId", m.reply_to as "replyTo", m.actor, m.automatic, m.message_template_id as "messageTemplateId",
  m.template_type as "templateType", m.template_name as "templateName", m.template_language as "templateLanguage", m.at,
  m.status_at as "statusAt"`;

export interface NewOutboundMessage {
  id: string;
  conversationId: string;
  contactPointId: string;
  channelId: string;
  kind: string;
  text: string;
  content: unknown;
  replyTo: string | null;
  actor: string | null;
  path: string;
  automatic: boolean;
  messageTemplateId: string | null;
  templateType: string | null;
  templatePurpose: string | null;
  templateName: string | null;
  templateLanguage: string | null;
  recordType: string | null;
  recordId: string | null;
  answersLine: string | null;
  decision: unknown;
  /** WhatsApp has to get its file first. */
  waitsForMedia?: boolean;
  at: number;
}

/** The columns of `message` that a queued one fills, by the names of `NewOutboundMessage`. */
const QUEUED = sql`id uuid, "conversationId" uuid, "contactPointId" uuid, "channelId" text, kind text, text text, content jsonb,
  "replyTo" text, actor text, path text, automatic boolean, "messageTemplateId" uuid, "templateType" text, "templatePurpose" text,
  "templateName" text, "templateLanguage" text, "recordType" text, "recordId" text, "answersLine" text, decision jsonb,
  "waitsForMedia" boolean, at timestamptz, due timestamptz`;

/**
 * Queues messages: the promise to send them stands once the transaction commits. The words of what a campaign sends are not
 * kept for the search: a million times the same sentence would hide what people wrote, and be dear.
 */
export async function insertOutbound(tx: Tx, messages: readonly NewOutboundMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const { shared, rows } = apart(
    messages.map((one) => ({
      ...one,
      waitsForMedia: one.waitsForMedia ?? false,
      at: iso(one.at),
      due: iso(dueInLane(one.path, one.at)),
    })),
  );
  await sql`/* keyed */ insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, reply_to,
      actor, path, automatic, message_template_id, template_type, template_purpose, template_name, template_language, record_type,
      record_id, answers_line, decision, waits_for_media, at, next_attempt_at)
    select coalesce(r.id, s.id), coalesce(r."conversationId", s."conversationId"), coalesce(r."contactPointId", s."contactPointId"),
           coalesce(r."channelId", s."channelId"), 'out', coalesce(r.kind, s.kind), coalesce(r.text, s.text),
           coalesce(r.content, s.content), 'queued', coalesce(r."replyTo", s."replyTo"), coalesce(r.actor, s.actor),
           coalesce(r.path, s.path), coalesce(r.automatic, s.automatic), coalesce(r."messageTemplateId", s."messageTemplateId"),
           coalesce(r."templateType", s."templateType"), coalesce(r."templatePurpose", s."templatePurpose"),
           coalesce(r."templateName", s."templateName"), coalesce(r."templateLanguage", s."templateLanguage"),
           coalesce(r."recordType", s."recordType"), coalesce(r."recordId", s."recordId"),
           coalesce(r."answersLine", s."answersLine"), coalesce(r.decision, s.decision),
           coalesce(r."waitsForMedia", s."waitsForMedia"), coalesce(r.at, s.at), coalesce(r.due, s.due)
      from json_to_record(${JSON.stringify(shared)}::json) as s(${QUEUED}),
           json_to_recordset(${JSON.stringify(rows)}::json) as r(${QUEUED})`.execute(tx);
  await indexWords(
    tx,
    messages.filter((one) => one.path !== 'campaign'),
  );
}

/** What all rows have alike, said once, and of each row the rest: a third less to write and to read. */
function apart<T extends object>(all: readonly T[]): { shared: Partial<T>; rows: Partial<T>[] } {
  const [first] = all;
  const shared: Partial<T> = {};
  if (first === undefined) return { shared, rows: [] };
  const own: (keyof T)[] = [];
  for (const key of Object.keys(first) as (keyof T)[])
    if (all.every((one) => one[key] === first[key])) shared[key] = first[key];
    else own.push(key);
  const rows = all.map((one) => {
    const row: Partial<T> = {};
    for (const key of own) row[key] = one[key];
    return row;
  });
  return { shared, rows };
}

export async function readMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const { rows } =
    await sql<MessageRow>`select ${MESSAGE_COLUMNS} from message m where m.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

export async function statusOf(tx: Tx, id: string): Promise<string | null> {
  const { rows } = await sql<{ status: string }>`select status from message where id = ${id}::uuid`.execute(
    tx,
  );
  return rows[0]?.status ?? null;
}

/** What we had said last before a moment, by our ids. */
export interface LastWord {
  before: string | null;
  /** A question that left soon after it, by our clock. */
  soonAfter: string | null;
}

/**
 * The newest of our own messages (no automatic answer) that was handed over before a moment and had not failed by then, per
 * contact point: a failure that WhatsApp dates later changes nothing, whichever of the two it told us first. And the newest
 * Consent Template of the `soonMs` after it.
 */
export async function lastOutboundBefore(
  tx: Tx,
  wanted: readonly { key: string; contactPointId: string; at: number; soonMs: number }[],
): Promise<Map<string, LastWord>> {
  if (wanted.length === 0) return new Map();
  const rows = wanted.map((one) => ({
    ...one,
    at: iso(one.at),
    next: iso(one.at + 1_000),
    until: iso(one.at + one.soonMs + 1_000),
  }));
  const newest = (more: RawBuilder<unknown>) => sql`(
      select id from message
       where contact_point_id = w."contactPointId" and direction = 'out' and not automatic and handed_at is not null
         and status not in ('queued', 'cancelled') and (status <> 'failed' or status_at >= w.at) and ${more}
       order by handed_at desc limit 1)`;
  const { rows: found } = await sql<LastWord & { key: string }>`
    select w.key, ${newest(sql`date_trunc('second', handed_at) <= w.at`)} as before,
           ${newest(sql`template_type = 'consent' and handed_at >= w.next and handed_at < w.until`)} as "soonAfter"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as w(key text, "contactPointId" uuid, at timestamptz, next timestamptz, until timestamptz)`.execute(
    tx,
  );
  return new Map(found.map(({ key, ...word }) => [key, word]));
}

/**
 * Contact points with a template queued, oldest first: whom a change of templates concerns. What campaigns queued, which may be
 * a million, is judged again at hand-over alone.
 */
export async function awaitingTemplates(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select contact_point_id as id from message where status = 'queued' and message_template_id is not null and not automatic and ${BEFORE_CAMPAIGNS}
     group by contact_point_id order by min(position) limit ${limit}`.execute(tx);
  return rows.map((row) => row.id);
}

/** Sets statuses by our id; `reason` only where given. */
export async function setStatuses(
  tx: Tx,
  changes: readonly {
    id: string;
    status: string;
    at: number;
    whatsappId: string | null;
    reasonCode: string | null;
    reasonText: string | null;
  }[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((one) => ({ ...one, at: iso(one.at) }));
  await sql`update message m set status = s.status, status_at = s.at, whatsapp_id = coalesce(s."whatsappId", m.whatsapp_id),
        reason_code = s."reasonCode", reason_text = s."reasonText", lease_until = null
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as s(id uuid, status text, at timestamptz, "whatsappId" text, "reasonCode" text, "reasonText" text)
     where m.id = s.id`.execute(tx);
}

/** A message that somebody sent from the WhatsApp Business app: shown, and our last word for what follows it. */
export async function insertEcho(
  tx: Tx,
  echo: {
    id: string;
    conversationId: string;
    contactPointId: string;
    channelId: string;
    whatsappId: string;
    at: number;
  },
): Promise<void> {
  await sql`insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, content, status, whatsapp_id, actor, at, handed_at)
    select ${echo.id}::uuid, ${echo.conversationId}::uuid, ${echo.contactPointId}::uuid, ${echo.channelId}, 'out', 'other', '{}'::jsonb,
           'sent', ${echo.whatsappId}, 'WhatsApp Business app', ${time(echo.at)}, ${time(echo.at)}
     where not exists (select 1 from message where whatsapp_id = ${echo.whatsappId})`.execute(tx);
}

/**
 * The automatic answer to a stop word for all of these purposes went to the contact point (or is on its way) since a
 * moment. `answers_line` names the line it answers as `factId` does: chain/seq.
 */
export async function stopWordAnsweredSince(
  tx: Tx,
  contactPointId: string,
  purposes: readonly string[],
  since: number,
): Promise<boolean> {
  const { rows } =
    await sql`/* keyed */ select 1 as found from message m where m.contact_point_id = ${contactPointId}::uuid and m.automatic
     and m.template_type = 'opt-out' and m.status not in ('cancelled', 'failed') and m.at > ${time(since)}
     and exists (select 1 from ledger l where l.contact_point_id = split_part(m.answers_line, '/', 1)::uuid
       and l.seq = split_part(m.answers_line, '/', 2)::integer and l.act = 'stop-word'
       and l.purposes @> ${texts(purposes)}) limit 1`.execute(tx);
  return rows.length > 0;
}
