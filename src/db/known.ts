import { sql } from 'kysely';
import type { RequestRow } from './consent.ts';
import type { Tx } from './engine.ts';
import { type NewInboxRow, storingInbox } from './inbox.ts';
import { CONFIGURATION_VERSION } from './organisation.ts';
import { texts, uuids } from './rows.ts';

/** What a batch of updates has to know of the world before it is applied; the people it concerns are locked. */

export interface WantedKnowledge {
  /** Stored where they are new; empty where they are stored already. */
  inbox: readonly NewInboxRow[];
  now: number;
  channelId: string;
  contactPointIds: readonly string[];
  /** Those of them who did something: a refusal of theirs waits for what is on its way to them. */
  heardIds: readonly string[];
  /** Those of them who have a ledger: only they can have been asked. */
  askedIds: readonly string[];
  messageIds: readonly string[];
  whatsappIds: readonly string[];
  tokens: readonly string[];
}

export interface KnownMessage {
  id: string;
  contactPointId: string;
  conversationId: string;
  whatsappId: string | null;
  direction: 'in' | 'out';
  status: string;
  templateType: string | null;
  /** WhatsApp's id of what it quotes. */
  replyTo: string | null;
  at: number;
}

export interface KnownToken {
  token: string;
  /** Whom the request was sent to, as the contact point is called today. */
  contactPointId: string;
  requestId: string;
  label: string;
  meaning: 'yes' | 'no';
}

export interface Knowledge {
  configurationVersion: string;
  /** The new rows of the inbox by their key, with their ids. */
  added: { id: number; subject: string; eventKey: string }[];
  conversations: { id: string; contactPointId: string }[];
  /** By our ids and by WhatsApp's, each once. */
  messages: KnownMessage[];
  /** All of the people asked, newest first. */
  requests: RequestRow[];
  tokens: KnownToken[];
  /** On their way to WhatsApp at this moment, to those who did something, with ms since their mark. */
  underWay: { id: string; ageMs: number }[];
}

/**
 * Stores the updates and reads all of it, in one statement under the locks of the people: ten statements, each planned anew,
 * took three times as long as the commit.
 */
export async function storeAndRead(tx: Tx, wanted: WantedKnowledge): Promise<Knowledge> {
  const ids = uuids(wanted.contactPointIds);
  const asked = uuids(wanted.askedIds);
  const { rows } = await sql<{
    [K in keyof Knowledge]: Knowledge[K] | null;
  }>`/* prepared */ with added as (${storingInbox(wanted.inbox, wanted.now)})
    select ${CONFIGURATION_VERSION} as "configurationVersion",
      (select json_agg(json_build_object('id', id, 'subject', subject, 'eventKey', event_key)) from added) as added,
      (select json_agg(json_build_object('id', v.id, 'contactPointId', v.contact_point_id)) from conversation v
        where v.contact_point_id = any(${ids}) and v.channel_id = ${wanted.channelId}) as conversations,
      (select json_agg(json_build_object('id', id, 'contactPointId', contact_point_id, 'conversationId', conversation_id,
                 'whatsappId', whatsapp_id, 'direction', direction, 'status', status, 'templateType', template_type,
                 'replyTo', reply_to, 'at', floor(extract(epoch from at) * 1000)))
         from (select * from message where id = any(${uuids(wanted.messageIds)})
               union all select * from message where whatsapp_id = any(${texts(wanted.whatsappIds)})
                and not id = any(${uuids(wanted.messageIds)})) m) as messages,
      (select json_agg(json_build_object('id', r.id, 'contactPointId', coalesce(c.merged_into, c.id), 'messageId', r.message_id,
                 'whatsappId', m.whatsapp_id, 'purpose', r.purpose, 'at', floor(extract(epoch from r.requested_at) * 1000),
                 'language', r.language, 'recordType', r.record_type, 'recordId', r.record_id,
                 'messageTemplateId', r.message_template_id, 'actorId', r.actor_id,
                 'buttons', (select json_agg(json_build_object('label', t.label, 'meaning', t.meaning) order by t.button)
                               from consent_token t where t.contact_point_id = r.contact_point_id and t.request_id = r.id))
                order by r.requested_at desc)
         from contact_point c join consent_request r on r.contact_point_id = c.id left join message m on m.id = r.message_id
        where c.id = any(${asked}) or c.merged_into = any(${asked})) as requests,
      (select json_agg(json_build_object('token', t.token, 'contactPointId', coalesce(c.merged_into, c.id), 'requestId', t.request_id,
                 'label', t.label, 'meaning', t.meaning))
         from consent_token t join contact_point c on c.id = t.contact_point_id
        where t.token = any(${texts(wanted.tokens)})) as tokens,
      (select json_agg(json_build_object('id', id, 'ageMs', extract(epoch from clock_timestamp() - marked_at) * 1000)) from message
        where contact_point_id = any(${uuids(wanted.heardIds)}) and status = 'handing-over') as "underWay"`.execute(
    tx,
  );
  const [row] = rows;
  return {
    configurationVersion: row?.configurationVersion ?? '',
    added: row?.added ?? [],
    conversations: row?.conversations ?? [],
    messages: row?.messages ?? [],
    requests: row?.requests ?? [],
    tokens: row?.tokens ?? [],
    underWay: row?.underWay ?? [],
  };
}
