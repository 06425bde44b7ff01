import { sql } from 'kysely';
import { searchForm } from '../core/search-text.ts';
import { type Touch, touching } from './conversations.ts';
import type { Tx } from './engine.ts';
import { wordsOfMessages } from './message-search.ts';
import { jsonColumn, texts, times, uuids } from './rows.ts';

/** What customers wrote: everything that a batch of new messages changes by itself, in one statement. */

export interface NewInboundMessage {
  id: string;
  conversationId: string;
  contactPointId: string;
  channelId: string;
  kind: string;
  text: string | null;
  content: unknown;
  whatsappId: string;
  replyTo: string | null;
  at: number;
}

/** What inbound messages change about their sender; times only move forward. */
export interface Heard {
  id: string;
  name: string | null;
  /** As WhatsApp names them today: replies go there, exactly as received. */
  phone: string | null;
  /** Of that phone. */
  country: string | null;
  userId: string | null;
  /** `windowOpensAt`. */
  lastInboundAt: number;
  lastInboundWhatsappId: string;
  lastWordAt: number | null;
}

export interface Arrivals {
  /** None of them is stored yet: their senders are locked, and the caller looked. */
  messages: readonly NewInboundMessage[];
  heard: readonly Heard[];
  touches: readonly Touch[];
  /** Conversations that whoever dismissed them sees again. */
  shown: readonly string[];
  /** Goes out when the transaction commits; null for none. */
  notice: { channel: string; text: string } | null;
}

/** The number that a message `h` came from is the one of its sender `c` from then on: nothing newer named another. */
const NAMES_NUMBER = sql`h.phone is not null and (c.last_inbound_at is null or h.at >= c.last_inbound_at)
               and (c.renumbered_at is null or h.at > c.renumbered_at)`;

/** A channel nobody listens to. */
const NOBODY = 'assent_nobody';

/**
 * Stores messages with their words, and notes them on their senders and conversations. Answers the conversations of
 * `shown` that are closed; their rows are locked now. Five statements, each planned anew, were most of what a message cost.
 */
export async function storeArrivals(tx: Tx, arrivals: Arrivals): Promise<string[]> {
  const { messages, heard } = arrivals;
  const words = wordsOfMessages(messages);
  const { rows } = await sql<{ id: string | null }>`/* prepared */ with stored as (
      insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, whatsapp_id, reply_to, at)
      select id, conversation_id, contact_point_id, channel_id, 'in', kind, text, content::jsonb, 'received', whatsapp_id, reply_to, at
        from rows from (
          unnest(${uuids(messages.map((one) => one.id))}, ${uuids(messages.map((one) => one.conversationId))},
            ${uuids(messages.map((one) => one.contactPointId))}, ${texts(messages.map((one) => one.channelId))},
            ${texts(messages.map((one) => one.kind))}, ${texts(messages.map((one) => one.text))},
            ${texts(messages.map((one) => one.whatsappId))}, ${texts(messages.map((one) => one.replyTo))},
            ${times(messages.map((one) => one.at))}),
          ${jsonColumn(messages.map((one) => one.content))})
          as r(id, conversation_id, contact_point_id, channel_id, kind, text, whatsapp_id, reply_to, at, content)
      returning position, id, conversation_id, at),
    words as (
      insert into message_search (position, message_id, conversation_id, at, words)
      select s.position, s.id, s.conversation_id, s.at, array_to_tsvector(string_to_array(r.words, ' '))
        from unnest(${uuids(words.map((one) => one.id))}, ${texts(words.map((one) => one.words.join(' ')))}) as r(id, words)
        join stored s on s.id = r.id),
    heard as (
      update contact_point c
         set name = coalesce(h.name, c.name), name_form = coalesce(h.name_form, c.name_form),
             phone = case when ${NAMES_NUMBER} then h.phone else c.phone end,
             country = case when ${NAMES_NUMBER} then coalesce(h.country, c.country) else c.country end,
             renumbered_at = case when h.phone is distinct from c.phone and ${NAMES_NUMBER} then h.at else c.renumbered_at end,
             user_id = case when c.last_inbound_at is null or h.at >= c.last_inbound_at
               then coalesce(h.user_id, c.user_id) else c.user_id end,
             last_inbound_whatsapp_id = case when c.last_inbound_at is null or h.at >= c.last_inbound_at
               then h.whatsapp_id else c.last_inbound_whatsapp_id end,
             last_inbound_at = greatest(c.last_inbound_at, h.at), last_word_at = greatest(c.last_word_at, h.word_at)
        from unnest(${uuids(heard.map((one) => one.id))}, ${texts(heard.map((one) => one.name))},
               ${texts(heard.map(({ name }) => (name === null ? null : searchForm(name))))},
               ${texts(heard.map((one) => one.phone))}, ${texts(heard.map((one) => one.country))},
               ${texts(heard.map((one) => one.userId))}, ${times(heard.map((one) => one.lastInboundAt))},
               ${texts(heard.map((one) => one.lastInboundWhatsappId))},
               ${times(heard.map((one) => one.lastWordAt))})
          as h(id, name, name_form, phone, country, user_id, at, whatsapp_id, word_at)
       where c.id = h.id),
    shown as (delete from dismissal where conversation_id = any(${uuids(arrivals.shown)})),
    touched as (${touching(arrivals.touches)} returning c.id, c.status)
    select id from touched where status = 'closed' and id = any(${uuids(arrivals.shown)})
    union all
    select null from pg_notify(${arrivals.notice?.channel ?? NOBODY}, ${arrivals.notice?.text ?? ''})`.execute(
    tx,
  );
  return rows.flatMap((row) => row.id ?? []);
}
