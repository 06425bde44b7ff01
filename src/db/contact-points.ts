import { sql } from 'kysely';
import type { Whereabouts } from '../core/left-number.ts';
import { searchForm } from '../core/search-text.ts';
import { mergeEntries } from './campaigns.ts';
import type { Tx } from './engine.ts';
import { moveWords } from './message-search.ts';
import { mergeOwnership } from './ownership.ts';
import { texts, time, times, uuids } from './rows.ts';

/** One customer identity on WhatsApp. Times are ms by WhatsApp's clock. */
export interface ContactPoint extends Whereabouts {
  id: string;
  userId: string | null;
  name: string | null;
  country: string | null;
  shared: boolean;
  blocked: boolean;
  language: string | null;
  lastInboundAt: number | null;
  lastWordAt: number | null;
  lastInboundWhatsappId: string | null;
  ledgerSeq: number;
  ledgerHead: string | null;
  /** What was known of them was erased, and they have not come back. */
  erased: boolean;
}

/** The columns of a `ContactPoint`, of `contact_point c`. */
export const CONTACT_POINT = sql`c.id, c.phone, c.renumbered_at as "renumberedAt", c.user_id as "userId", c.name, c.country, c.shared, c.blocked, c.language,
  c.last_inbound_at as "lastInboundAt", c.last_word_at as "lastWordAt",
  c.last_inbound_whatsapp_id as "lastInboundWhatsappId", c.ledger_seq as "ledgerSeq", c.ledger_head as "ledgerHead",
  c.erased_at is not null as erased`;

export interface Alias {
  kind: 'phone' | 'user' | 'parent';
  /** `matchKey` of the phone, or the id. */
  value: string;
}

/** Which contact points these keys lead to, key by key, and where those are; keys nobody has are absent. */
export async function findAliases(
  tx: Tx,
  aliases: readonly Alias[],
): Promise<(Alias & Whereabouts & { contactPointId: string })[]> {
  if (aliases.length === 0) return [];
  const { rows } = await sql<Alias & Whereabouts & { contactPointId: string }>`
    select a.kind, a.value, a.contact_point_id as "contactPointId", c.phone, c.renumbered_at as "renumberedAt"
      from jsonb_to_recordset(${JSON.stringify(aliases)}::jsonb) as k(kind text, value text)
      join contact_point_alias a using (kind, value)
      join contact_point c on c.id = a.contact_point_id`.execute(tx);
  return rows;
}

export interface NewContactPoint {
  id: string;
  phone: string | null;
  userId: string | null;
  name: string | null;
  country: string | null;
}

/** Whoever writes a name writes the form in which it is searched. */
const nameForm = (name: string | null): string | null => (name === null ? null : searchForm(name));

export async function insertContactPoints(tx: Tx, rows: readonly NewContactPoint[]): Promise<void> {
  if (rows.length === 0) return;
  const formed = rows.map((row) => ({ ...row, nameForm: nameForm(row.name) }));
  await sql`insert into contact_point (id, phone, user_id, name, name_form, country)
    select id, phone, "userId", name, "nameForm", country from jsonb_to_recordset(${JSON.stringify(formed)}::jsonb)
      as r(id uuid, phone text, "userId" text, name text, "nameForm" text, country text)`.execute(tx);
}

/** Adds keys; one that another contact point took meanwhile stays there, and is not among the answers. */
export async function insertAliases(
  tx: Tx,
  rows: readonly (Alias & { contactPointId: string })[],
): Promise<(Alias & { contactPointId: string })[]> {
  if (rows.length === 0) return [];
  const sorted = [...rows].sort((a, b) => (a.kind + a.value < b.kind + b.value ? -1 : 1));
  const { rows: added } = await sql<Alias & { contactPointId: string }>`
    insert into contact_point_alias (kind, value, contact_point_id)
    select kind, value, "contactPointId" from jsonb_to_recordset(${JSON.stringify(sorted)}::jsonb)
      as r(kind text, value text, "contactPointId" uuid)
    on conflict do nothing
    returning kind, value, contact_point_id as "contactPointId"`.execute(tx);
  return added;
}

/** A number that its customer gave up, and whose it is now. */
export interface PassedNumber {
  /** `matchKey` of the number. */
  value: string;
  contactPointId: string;
  /** Who left it; locked. */
  from: string;
  /** When they had left it, ms: nothing of before is of whoever has it now. */
  since: number | null;
}

/**
 * These numbers lead to somebody else from now on, and so do the records that hold them. One that another transaction passed on
 * before is a collision: this one runs again.
 */
export async function passNumbers(tx: Tx, numbers: readonly PassedNumber[]): Promise<void> {
  if (numbers.length === 0) return;
  const { rows } = await sql`update contact_point_alias a set contact_point_id = r.id, since = r.since
      from unnest(${texts(numbers.map((one) => one.value))}, ${uuids(numbers.map((one) => one.contactPointId))},
             ${uuids(numbers.map((one) => one.from))}, ${times(numbers.map((one) => one.since))}) as r(value, id, left_by, since)
     where a.kind = 'phone' and a.value = r.value and a.contact_point_id = r.left_by returning a.value`.execute(
    tx,
  );
  if (rows.length < numbers.length)
    throw Object.assign(new Error('a number was passed on meanwhile'), { code: COLLISION });
}

/** Contact points made in a race that somebody else won. Nothing can refer to them yet. */
export async function deleteContactPoints(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql`delete from contact_point where id = any(${uuids(ids)})`.execute(tx);
}

/**
 * Locks in id order, so that two transactions never wait for each other crosswise. One that was merged away between being
 * found and being locked is a collision like any other: the transaction runs again and finds the survivor.
 */
export async function lockContactPoints(tx: Tx, ids: readonly string[]): Promise<ContactPoint[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ContactPoint & { mergedInto: string | null }>`
    select ${CONTACT_POINT}, c.merged_into as "mergedInto" from contact_point c
     where c.id = any(${uuids(ids)}) order by c.id for update`.execute(tx);
  return onlySurvivors(rows);
}

/** Throws a collision where one was merged away while we waited for its lock. */
export function onlySurvivors<T extends { mergedInto: string | null }>(rows: T[]): T[] {
  if (rows.some((row) => row.mergedInto !== null))
    throw Object.assign(new Error('a contact point was merged meanwhile'), { code: COLLISION });
  return rows;
}

/** Between being found by a key and being locked: the transaction runs again, and finds them by what stays of the key. */
export const erasedMeanwhile = (): Error =>
  Object.assign(new Error('a contact point was erased meanwhile'), { code: COLLISION });

/** PostgreSQL's code of a serialization failure: nothing happened, run the transaction again. */
export const COLLISION = '40001';

/** By its id, or by one that was merged into it; not locked. */
export async function readContactPoint(tx: Tx, id: string): Promise<ContactPoint | null> {
  const { rows } = await sql<ContactPoint>`
    select ${CONTACT_POINT} from contact_point c
     where c.id = coalesce((select merged_into from contact_point where id = ${id}::uuid), ${id}::uuid)`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** WhatsApp says that the window is closed (131047): our clock was wrong, theirs decides. */
export async function closeServiceWindow(tx: Tx, id: string, before: number): Promise<void> {
  await sql`update contact_point set last_inbound_at = least(last_inbound_at, ${time(before)}) where id = ${id}::uuid`.execute(
    tx,
  );
}

export async function setLanguage(tx: Tx, id: string, language: string): Promise<void> {
  await sql`/* keyed */ update contact_point set language = ${language} where id = ${id}::uuid`.execute(tx);
}

export async function setShared(tx: Tx, id: string, shared: boolean): Promise<void> {
  await sql`update contact_point set shared = ${shared} where id = ${id}::uuid`.execute(tx);
}

/** The number that counts now, since when, and the country it is of. */
export type Numbered = Pick<ContactPoint, 'phone' | 'renumberedAt' | 'country'>;

export interface NewIdentity extends Omit<Numbered, 'renumberedAt'> {
  userId: string | null;
  /** When the customer changed, ms. */
  at: number;
  /** They changed from the number that we know: of two changes within a second, the later one. */
  fromPresent: boolean;
}

/**
 * The newest keys of a person; what WhatsApp no longer names stays as an alias. A change that is older than the last one
 * leaves the number as it is.
 */
export async function setIdentity(
  tx: Tx,
  id: string,
  { phone, country, userId, at, fromPresent }: NewIdentity,
): Promise<Numbered> {
  const { rows } = await sql<Numbered>`update contact_point c
       set user_id = coalesce(${userId}, c.user_id), phone = case when n.newer then ${phone} else c.phone end,
           country = case when n.newer then coalesce(${country}, c.country) else c.country end,
           renumbered_at = case when n.newer then ${time(at)} else c.renumbered_at end
      from (select ${phone}::text is not null and (renumbered_at is null or renumbered_at < ${time(at)}
                     or (renumbered_at = ${time(at)} and ${fromPresent}::boolean)) as newer
              from contact_point where id = ${id}::uuid) n
     where c.id = ${id}::uuid returning c.phone, c.renumbered_at as "renumberedAt", c.country`.execute(tx);
  return onlyRow(rows);
}

function onlyRow<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('a contact point that is locked is gone');
  return row;
}

/** Somebody whose data was erased is known again, by what they are called now. */
export async function nameErased(
  tx: Tx,
  id: string,
  { phone, country, userId, name }: Pick<ContactPoint, 'phone' | 'country' | 'userId' | 'name'>,
): Promise<void> {
  await sql`update contact_point set phone = coalesce(${phone}, phone), country = coalesce(${country}, country), user_id = coalesce(${userId}, user_id),
      name = coalesce(${name}, name), name_form = coalesce(${nameForm(name)}, name_form), erased_at = null
    where id = ${id}::uuid`.execute(tx);
}

/**
 * Makes `from` part of `into`: its keys, chats and messages move, its ledger stays as it is. The caller has locked both.
 * Of two numbers the one stays that was changed to last, or else that of `into`.
 */
export async function mergeContactPoint(tx: Tx, from: string, into: string): Promise<Numbered> {
  await sql`update contact_point_alias set contact_point_id = ${into}::uuid where contact_point_id = ${from}::uuid`.execute(
    tx,
  );
  await sql`update contact_point set merged_into = ${into}::uuid where id = ${from}::uuid or merged_into = ${from}::uuid`.execute(
    tx,
  );
  const { rows } = await sql<Numbered>`update contact_point c
       set last_inbound_at = greatest(c.last_inbound_at, f.last_inbound_at),
           last_word_at = greatest(c.last_word_at, f.last_word_at),
           phone = case when f.leads then f.phone else c.phone end,
           country = case when f.leads then coalesce(f.country, c.country) else c.country end,
           renumbered_at = greatest(c.renumbered_at, f.renumbered_at), user_id = coalesce(c.user_id, f.user_id), name = coalesce(c.name, f.name),
           name_form = case when c.name is null then f.name_form else c.name_form end,
           blocked = c.blocked or f.blocked, shared = c.shared or f.shared
      from (select f.*, f.phone is not null and (i.phone is null or (f.renumbered_at is not null
                     and f.renumbered_at > coalesce(i.renumbered_at, '-infinity'))) as leads
              from contact_point f, contact_point i where f.id = ${from}::uuid and i.id = ${into}::uuid) f
     where c.id = ${into}::uuid returning c.phone, c.renumbered_at as "renumberedAt", c.country`.execute(tx);
  await sql`update conversation set contact_point_id = ${into}::uuid
     where contact_point_id = ${from}::uuid
       and not exists (select 1 from conversation o where o.contact_point_id = ${into}::uuid and o.channel_id = conversation.channel_id)`.execute(
    tx,
  );
  await sql`update message m set conversation_id = coalesce(o.id, m.conversation_id), contact_point_id = ${into}::uuid
      from conversation old
      left join conversation o on o.contact_point_id = ${into}::uuid and o.channel_id = old.channel_id
     where m.contact_point_id = ${from}::uuid and old.id = m.conversation_id`.execute(tx);
  await moveWords(tx, into);
  await mergeEntries(tx, from, into);
  await sql`update media set contact_point_id = ${into}::uuid where contact_point_id = ${from}::uuid`.execute(
    tx,
  );
  const newer = sql`old.last_message_at > coalesce(o.last_message_at, '-infinity')`;
  await sql`update conversation o set unread = o.unread + old.unread, last_message_at = greatest(o.last_message_at, old.last_message_at),
           last_text = case when ${newer} then old.last_text else o.last_text end,
           last_direction = case when ${newer} then old.last_direction else o.last_direction end,
           last_status = case when ${newer} then old.last_status else o.last_status end
      from conversation old
     where old.contact_point_id = ${from}::uuid and o.contact_point_id = ${into}::uuid and o.channel_id = old.channel_id`.execute(
    tx,
  );
  await mergeOwnership(tx, from, into);
  await sql`delete from conversation where contact_point_id = ${from}::uuid`.execute(tx);
  await sql`update inbox set contact_point_id = ${into}::uuid where contact_point_id = ${from}::uuid and status = 'pending'`.execute(
    tx,
  );
  await sql`delete from consent_state where contact_point_id = ${from}::uuid`.execute(tx);
  return onlyRow(rows);
}
