import { sql } from 'kysely';
import {
  type Alias,
  CONTACT_POINT,
  type ContactPoint,
  erasedMeanwhile,
  onlySurvivors,
} from './contact-points.ts';
import type { Tx } from './engine.ts';
import { texts, uuids } from './rows.ts';

/** What a batch of updates names people by. */
export interface PeopleKeys {
  aliases: readonly Alias[];
  /** Our ids of messages, and WhatsApp's: statuses name the person through the message. */
  messageIds: readonly string[];
  whatsappIds: readonly string[];
}

export interface LockedPerson extends ContactPoint {
  /** Those of the keys that lead here; a message is `message` by our id, `whatsapp-message` by theirs. */
  keys: {
    kind: Alias['kind'] | 'message' | 'whatsapp-message';
    value: string;
    /** Of a number that somebody else had before: when they had left it, ms. */
    since: number | null;
  }[];
}

/**
 * Finds who is meant and locks them in id order, in one statement; keys nobody has are absent. One that was merged away
 * between being found and being locked is a collision: the transaction runs again and finds the survivor.
 */
export async function lockPeople(tx: Tx, keys: PeopleKeys): Promise<LockedPerson[]> {
  if (keys.aliases.length + keys.messageIds.length + keys.whatsappIds.length === 0) return [];
  const { rows } = await sql<
    LockedPerson & { mergedInto: string | null }
  >`/* prepared */ select ${CONTACT_POINT}, c.merged_into as "mergedInto", f.keys
      from (select contact_point_id, json_agg(json_build_object('kind', kind, 'value', value, 'since', floor(extract(epoch from since) * 1000))) as keys
              from (select a.contact_point_id, a.kind, a.value, a.since
                      from unnest(${texts(keys.aliases.map((one) => one.kind))}, ${texts(keys.aliases.map((one) => one.value))}) as k(kind, value)
                      join contact_point_alias a on a.kind = k.kind and a.value = k.value
                    union all
                    select m.contact_point_id, 'message', m.id::text, null from message m where m.id = any(${uuids(keys.messageIds)})
                    union all
                    select m.contact_point_id, 'whatsapp-message', m.whatsapp_id, null from message m where m.whatsapp_id = any(${texts(keys.whatsappIds)})) named
             group by contact_point_id) f
      join contact_point c on c.id = f.contact_point_id
     order by c.id for update of c`.execute(tx);
  if (rows.some((row) => row.erased)) throw erasedMeanwhile();
  return onlySurvivors(rows);
}
