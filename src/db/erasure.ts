import { sql } from 'kysely';
import type { Alias } from './contact-points.ts';
import type { Tx } from './engine.ts';
import { texts, time, uuids } from './rows.ts';

/** Deleting what is known of one customer; the ledger's lines, which name nobody, stay (docs/erasure.md). */

/** This contact point and everybody merged into it. */
export async function chainsOf(tx: Tx, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from contact_point where id = ${id}::uuid or merged_into = ${id}::uuid`.execute(tx);
  return rows.map((row) => row.id);
}

export async function aliasesOfContact(tx: Tx, id: string): Promise<Alias[]> {
  const { rows } = await sql<Alias>`
    select kind, value from contact_point_alias where contact_point_id = ${id}::uuid`.execute(tx);
  return rows;
}

/** What stands in the way for a moment: a message on its way to them, and something of theirs that is not taken in yet. */
export async function underWayOf(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from message where contact_point_id = ${id}::uuid and status = 'handing-over'
    union all select 1 from inbox where contact_point_id = ${id}::uuid and status = 'pending' limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

export interface ErasedRows {
  messages: number;
  files: number;
  notes: number;
}

/**
 * `ids`: the locked contact point and those merged into it. `subjects`: how the inbox names them. `marks`: by what a webhook
 * is theirs that nobody could read. Files that no other customer's message shows go with them, and names that the nightly compare
 * noted of records that are gone, theirs among them.
 */
export async function deletePersonal(
  tx: Tx,
  ids: readonly string[],
  subjects: readonly string[],
  marks: readonly string[],
  now: number,
): Promise<ErasedRows> {
  const whose = sql`any(${uuids(ids)})`;
  const chats = sql`any(array(select id from conversation where contact_point_id = ${whose}))`;
  const { rows: media } = await sql<{ fileId: string | null }>`
    delete from media where contact_point_id = ${whose} or message_id in (select id from message where contact_point_id = ${whose})
    returning file_id as "fileId"`.execute(tx);
  await sql`delete from media_file f where f.id = any(${uuids(media.flatMap((row) => row.fileId ?? []))})
      and not exists (select 1 from media d where d.file_id = f.id)`.execute(tx);
  await sql`delete from inbox where subject = any(${texts(subjects)}) or (subject = '-' and event_key in (
      select 's:' || m.whatsapp_id || ':' || s.status from message m, unnest(array['sent', 'delivered', 'read', 'played', 'failed']) as s(status)
       where m.contact_point_id = ${whose} and m.whatsapp_id is not null))`.execute(tx);
  await sql`delete from inbox i using unnest(${texts(marks)}) as m(mark)
     where i.status in ('failed', 'unknown', 'invalid') and i.subject = '-' and strpos(i.raw, m.mark) > 0`.execute(
    tx,
  );
  await sql`update crm_drift d set name = null where d.name is not null
      and not exists (select 1 from crm_record r where r.table_name = d.table_name and r.id = d.record_id)`.execute(
    tx,
  );
  const { rows: notes } = await sql<{ kind: string }>`
    delete from trace where conversation_id = ${chats} returning kind`.execute(tx);
  await sql`delete from discussion where conversation_id = ${chats}`.execute(tx);
  await sql`delete from dismissal where conversation_id = ${chats}`.execute(tx);
  await sql`delete from assignment where conversation_id = ${chats}`.execute(tx);
  await sql`delete from notification where conversation_id = ${chats}`.execute(tx);
  await sql`delete from crm_entry where contact_point_id = ${whose}`.execute(tx);
  await sql`delete from crm_session where contact_point_id = ${whose}`.execute(tx);
  const { rows: messages } = await sql`
    delete from message where contact_point_id = ${whose} returning id`.execute(tx);
  await sql`delete from conversation where contact_point_id = ${whose}`.execute(tx);
  await sql`delete from pending_grant where contact_point_id = ${whose}`.execute(tx);
  await sql`update consent_request set wording = '{"erased": true}', basis_text = null where contact_point_id = ${whose}`.execute(
    tx,
  );
  await sql`delete from ledger_personal where contact_point_id = ${whose}`.execute(tx);
  await sql`delete from ledger_file where contact_point_id = ${whose}`.execute(tx);
  await sql`update contact_point set phone = null, user_id = null, name = null, name_form = null, language = null, key_hash = null,
      last_inbound_at = null, last_word_at = null, last_inbound_whatsapp_id = null, renumbered_at = null,
      erased_at = ${time(now)} where id = ${whose}`.execute(tx);
  return {
    messages: messages.length,
    files: media.length,
    notes: notes.filter((row) => row.kind === 'note').length,
  };
}

/** The keys of a contact point give way to hashes of them. */
export async function replaceAliases(tx: Tx, id: string, marks: readonly string[]): Promise<void> {
  await sql`delete from contact_point_alias where contact_point_id = ${id}::uuid`.execute(tx);
  await sql`insert into erased_key (mark, contact_point_id) select mark, ${id}::uuid from unnest(${texts(marks)}) as m(mark)
    on conflict (mark) do update set contact_point_id = excluded.contact_point_id`.execute(tx);
}

/** Whether anybody's data was ever erased: most installations need no hash to be looked for. */
export async function anyErased(tx: Tx): Promise<boolean> {
  const { rows } = await sql`select 1 from erased_key limit 1`.execute(tx);
  return rows.length > 0;
}

/** Whom these hashes lead to; hashes of nobody are absent. */
export async function ownersOfMarks(
  tx: Tx,
  marks: readonly string[],
): Promise<{ mark: string; contactPointId: string }[]> {
  const { rows } = await sql<{ mark: string; contactPointId: string }>`
    select k.mark, coalesce(c.merged_into, c.id) as "contactPointId"
      from erased_key k join contact_point c on c.id = k.contact_point_id where k.mark = any(${texts(marks)})`.execute(
    tx,
  );
  return rows;
}
