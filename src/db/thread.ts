import { type RawBuilder, sql } from 'kysely';
import type { MediaKind } from '../core/media.ts';
import type { Tx } from './engine.ts';
import { MESSAGE_COLUMNS, type MessageRow } from './messages.ts';

/**
 * Messages as a thread shows them: with their file, what they quote, and what happened to them since. Reactions, edits
 * and deletions are messages of their own, and stay so (they are evidence); they are looked up from the message they are
 * about when it is read, so that nothing depends on which of the two arrived first.
 */

/** The newest of each kind and side. */
export interface MessageEvent {
  kind: 'reaction' | 'edit' | 'revoke';
  direction: 'in' | 'out';
  /** A reaction's emoji, or the new words of an edit. */
  text: string | null;
  actor: string | null;
  at: number;
}

export interface ShownMedia {
  id: string;
  kind: MediaKind;
  state: 'pending' | 'stored' | 'failed' | 'refused';
  reasonCode: string | null;
  reasonText: string | null;
  fileName: string | null;
  voice: boolean;
  mimeType: string | null;
  size: number | null;
  width: number | null;
  height: number | null;
  hasThumbnail: boolean;
}

export interface ShownMessage extends MessageRow {
  media: ShownMedia | null;
  events: MessageEvent[] | null;
  quoted: {
    id: string;
    direction: 'in' | 'out';
    kind: string;
    text: string | null;
    content: Record<string, unknown>;
    events: MessageEvent[] | null;
  } | null;
}

/** `kind in (…)` as the index `message_event_target` has it. */
const EVENT = sql`('reaction', 'edit', 'revoke')`;

/** A customer may send thousands of reactions to one message: only the newest of each kind and side leaves the database. */
const eventsOf = (message: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  (select jsonb_agg(jsonb_build_object('kind', n.kind, 'direction', n.direction, 'text', n.text, 'actor', n.actor, 'at', n.at))
     from (select distinct on (e.kind, e.direction) e.kind, e.direction, coalesce(e.content ->> 'emoji', e.content ->> 'text') as text,
                  e.actor, (extract(epoch from e.at) * 1000)::bigint as at
             from message e
            where e.content ->> 'target' = ${message}.whatsapp_id and e.kind in ${EVENT}
              and e.conversation_id = ${message}.conversation_id and e.status not in ('failed', 'cancelled')
            order by e.kind, e.direction, e.at desc, e.position desc) n)`;

const SHOWN = sql`select ${MESSAGE_COLUMNS},
    (select jsonb_build_object('id', d.id, 'kind', d.kind, 'state', d.state, 'reasonCode', d.reason_code, 'reasonText', d.reason_text,
              'fileName', d.file_name, 'voice', d.voice, 'mimeType', f.mime_type, 'size', f.size, 'width', f.width,
              'height', f.height, 'hasThumbnail', f.thumbnail is not null)
       from media d left join media_file f on f.id = d.file_id where d.message_id = m.id) as media,
    ${eventsOf(sql.raw('m'))} as events,
    (select jsonb_build_object('id', q.id, 'direction', q.direction, 'kind', q.kind, 'text', left(q.text, 500), 'content',
              case when q.kind in ('location', 'contacts') then q.content else '{}'::jsonb end, 'events', ${eventsOf(sql.raw('q'))})
       from message q where q.whatsapp_id = m.reply_to and q.conversation_id = m.conversation_id limit 1) as quoted
  from message m`;

/** What is shown on the message it is about is no row of its own; one that failed is, so that somebody sees it. */
const OWN_ROW = sql`(m.kind not in ${EVENT} or m.status in ('failed', 'cancelled') or not exists (
    select 1 from message t where t.whatsapp_id = m.content ->> 'target' and t.conversation_id = m.conversation_id
       and (m.kind = 'reaction' or t.direction = 'in')))`;

/** One page of a thread, newest first; `before` is the position of the last row of the page before. */
export async function threadPage(
  tx: Tx,
  conversationId: string,
  before: number | null,
  limit: number,
): Promise<ShownMessage[]> {
  const { rows } = await sql<ShownMessage>`${SHOWN}
     where m.conversation_id = ${conversationId}::uuid and (${before}::bigint is null or m.position < ${before}::bigint) and ${OWN_ROW}
     order by m.position desc limit ${limit}`.execute(tx);
  return rows;
}

/** One page of what came after a position: the oldest of it, newest first all the same. */
export async function threadPageAfter(
  tx: Tx,
  conversationId: string,
  after: number,
  limit: number,
): Promise<ShownMessage[]> {
  const { rows } = await sql<ShownMessage>`${SHOWN}
     where m.conversation_id = ${conversationId}::uuid and m.position > ${after}::bigint and ${OWN_ROW}
     order by m.position limit ${limit}`.execute(tx);
  return rows.reverse();
}

export async function readShown(tx: Tx, id: string): Promise<ShownMessage | null> {
  const { rows } = await sql<ShownMessage>`${SHOWN} where m.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** A message of this conversation by our id or WhatsApp's, as one that is quoted or reacted to. */
export async function findInConversation(
  tx: Tx,
  conversationId: string,
  by: { id: string | null; whatsappId: string | null },
): Promise<{
  id: string;
  whatsappId: string | null;
  kind: string;
  position: number;
  deleted: boolean;
} | null> {
  const { rows } = await sql<{
    id: string;
    whatsappId: string | null;
    kind: string;
    position: number;
    deleted: boolean;
  }>`
    select m.id, m.whatsapp_id as "whatsappId", m.kind, m.position,
           exists (select 1 from message e where e.content ->> 'target' = m.whatsapp_id and e.kind in ${EVENT}
                      and e.kind = 'revoke' and e.conversation_id = m.conversation_id) as deleted
      from message m
     where (m.id = ${by.id}::uuid or m.whatsapp_id = ${by.whatsappId}) and m.conversation_id = ${conversationId}::uuid limit 1`.execute(
    tx,
  );
  return rows[0] ?? null;
}
