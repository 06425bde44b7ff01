import { type RawBuilder, sql } from 'kysely';
import { cut } from '../core/clip.ts';
import type { Purpose } from '../core/purpose.ts';
import { searchForm } from '../core/search-text.ts';
import type { Tx } from './engine.ts';
import { carrierId, carrierType } from './related-records.ts';
import { isUuid, json, texts, time } from './rows.ts';

/** The embedded CRM's tables and records, and the phone index that leads from a number to records of any CRM. */

export type CellValue = string | number | boolean | null;
export type Cells = Record<string, CellValue>;

export interface ColumnRow {
  name: string;
  label: string;
  kind: 'text' | 'phone' | 'email' | 'boolean' | 'number' | 'date' | 'language';
  defaultValue: boolean | string | null;
  custom: boolean;
  /** What a remote CRM calls the two values of a Boolean column. */
  options?: { yes: string; no: string } | null;
  /** All of these words by language; above they stand in the CRM's base language. */
  labels?: { label: Words; yes?: Words; no?: Words } | null;
  /** What column security of a remote CRM leaves us; null where it does not say, or the column is open. */
  security?: { read: boolean | null; update: boolean | null } | null;
  /** Where a remote CRM keeps the column itself; null: whoever may write the record gives it what they like. */
  takes?: { create: boolean; update: boolean } | null;
}

/** By language tag. */
type Words = Record<string, string>;

export async function listColumns(tx: Tx, table: string): Promise<ColumnRow[]> {
  const { rows } = await sql<ColumnRow>`select name, label, kind, default_value as "defaultValue", custom,
     case when yes_label is not null then jsonb_build_object('yes', yes_label, 'no', no_label) end as options, labels, security, takes from crm_column
     where table_name = ${table} order by position, name`.execute(tx);
  return rows;
}

/** False where the table has such a column already. */
export async function insertColumn(
  tx: Tx,
  table: string,
  column: ColumnRow,
  position: number,
): Promise<boolean> {
  const { rows } =
    await sql`insert into crm_column (table_name, name, label, kind, default_value, custom, position)
    values (${table}, ${column.name}, ${column.label}, ${column.kind}, ${json(column.defaultValue)}, ${column.custom}, ${position})
    on conflict do nothing returning name`.execute(tx);
  return rows.length === 1;
}

/** By column, how many records hold Yes, No and nothing. */
export async function booleanCounts(
  tx: Tx,
  table: string,
  columns: readonly string[],
): Promise<Map<string, { yes: number; no: number; empty: number }>> {
  const { rows } = await sql<{ name: string; yes: number; no: number; empty: number }>`
    select n.name, count(*) filter (where data -> n.name = 'true'::jsonb) as yes, count(*) filter (where data -> n.name = 'false'::jsonb) as no,
           count(r.id) filter (where data -> n.name is null or data -> n.name = 'null'::jsonb) as empty
      from unnest(${texts(columns)}) as n(name) left join crm_record r on r.table_name = ${table}
     group by n.name`.execute(tx);
  return new Map(rows.map((row) => [row.name, { yes: row.yes, no: row.no, empty: row.empty }]));
}

export interface CrmRecordRow {
  table: string;
  id: string;
  data: Cells;
  createdAt: number;
  updatedAt: number;
}

const RECORD = sql`r.table_name as "table", r.id, r.data, r.created_at as "createdAt", r.updated_at as "updatedAt"`;

/** `lock`: until the transaction ends, for whoever writes what it reads. */
export async function readRecord(
  tx: Tx,
  table: string,
  id: string,
  lock = false,
): Promise<CrmRecordRow | null> {
  const { rows } = await sql<CrmRecordRow>`select ${RECORD} from crm_record r
     where r.table_name = ${table} and r.id = ${id}::uuid ${lock ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ?? null;
}

/** What the search of records looks through: every text of a record; ids that lookups hold are none. */
export const searchText = (data: Cells): string =>
  cut(
    Object.values(data)
      .filter((value) => typeof value === 'string' && !isUuid(value))
      .join(' ')
      .toLowerCase(),
    4000,
  );

/** Makes it, or replaces what it holds; `createdAt` counts for a new one alone. */
export async function saveRecord(
  tx: Tx,
  record: { table: string; id: string; data: Cells; search: string; createdAt: number; updatedAt: number },
): Promise<void> {
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    values (${record.table}, ${record.id}::uuid, ${json(record.data)}, ${record.search}, ${time(record.createdAt)}, ${time(record.updatedAt)})
    on conflict (table_name, id) do update set data = excluded.data, search = excluded.search, updated_at = excluded.updated_at`.execute(
    tx,
  );
}

/** Writes one column of one record, only where it differs. Answers whether it did. */
export async function writeCell(
  tx: Tx,
  table: string,
  id: string,
  column: string,
  value: CellValue,
  now: number,
): Promise<boolean> {
  const { rows } =
    await sql`/* keyed */ update crm_record set data = jsonb_set(data, array[${column}::text], ${json(value)}), updated_at = ${time(now)}
     where table_name = ${table} and id = ${id}::uuid and coalesce(data -> ${column}::text, 'null'::jsonb) <> ${json(value)} returning id`.execute(
      tx,
    );
  return rows.length === 1;
}

export interface ListedRecord extends CrmRecordRow {
  phones: { e164: string; messaging: boolean }[] | null;
  service: string | null;
  marketing: string | null;
  decidedAt: number | null;
  source: string | null;
  projects: boolean | null;
  onHold: boolean;
  contactPointId: string | null;
  /** Several people use its number: its own state is another one than that of the number. */
  shared: boolean;
  conversationId: string | null;
  /** The record whose number and consent these are, where it is another one. */
  related: { table: string; id: string; data: Cells } | null;
}

/** A record `r` of `from` with its messaging number's decision beside it; the same columns for lists, pages and exports. */
export const listedFrom = (from: RawBuilder<unknown>): RawBuilder<unknown> => sql`select ${RECORD},
    (select jsonb_agg(jsonb_build_object('e164', e164, 'messaging', messaging) order by messaging desc, e164)
       from record_phone where record_type = ${carrierType} and record_id = ${carrierId}) as phones,
    s.state as service, k.state as marketing, s.decided_at as "decidedAt", s.source, s.projects,
    s.on_hold_at is not null or k.on_hold_at is not null as "onHold", a.contact_point_id as "contactPointId",
    coalesce((select c.shared from contact_point c where c.id = a.contact_point_id), false) as shared,
    (select id from conversation where contact_point_id = a.contact_point_id order by last_message_at desc nulls last limit 1) as "conversationId",
    case when y.config ->> 'relatedColumn' is not null then
      (select jsonb_build_object('table', c.table_name, 'id', c.id, 'data', c.data) from crm_record c
        where c.table_name = ${carrierType} and c.id = (${carrierId})::uuid) end as related
  from ${from}
  left join record_type y on y.table_name = r.table_name
  left join record_phone p on p.record_type = ${carrierType} and p.record_id = ${carrierId} and p.messaging
  left join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
  left join consent_state s on s.contact_point_id = a.contact_point_id and s.purpose = 'service'
  left join consent_state k on k.contact_point_id = a.contact_point_id and k.purpose = 'marketing'`;

export async function readListed(tx: Tx, table: string, id: string): Promise<ListedRecord | null> {
  const { rows } =
    await sql<ListedRecord>`${listedFrom(sql`crm_record r`)} where r.table_name = ${table} and r.id = ${id}::uuid`.execute(
      tx,
    );
  return rows[0] ?? null;
}

/** How many records are in each state, `on-hold` counted beside. */
export async function stateCounts(tx: Tx, table: string): Promise<{ state: string; count: number }[]> {
  const { rows } = await sql<{ state: string; count: number }>`
    with states as (
      select coalesce(s.state, 'not-asked') as state, s.on_hold_at is not null or k.on_hold_at is not null as held
        from crm_record r
        left join record_type y on y.table_name = r.table_name
        left join record_phone p on p.record_type = ${carrierType} and p.record_id = ${carrierId} and p.messaging
        left join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
        left join consent_state s on s.contact_point_id = a.contact_point_id and s.purpose = 'service'
        left join consent_state k on k.contact_point_id = a.contact_point_id and k.purpose = 'marketing'
       where r.table_name = ${table})
    select state, count(*) as count from states group by state
    union all select 'on-hold', count(*) from states where held`.execute(tx);
  return rows;
}

/** Records of a table by id, page by page from `after`, for taking them in. */
export async function recordsAfter(
  tx: Tx,
  table: string,
  after: string | null,
  limit: number,
): Promise<CrmRecordRow[]> {
  const { rows } = await sql<CrmRecordRow>`select ${RECORD} from crm_record r
     where r.table_name = ${table} and (${after}::uuid is null or r.id > ${after}::uuid) order by r.id limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export interface PhoneLink {
  recordType: string;
  recordId: string;
  matchKey: string;
  e164: string;
  messaging: boolean;
  name: string;
}

/** Takes links of records of one table out of the index, and puts others in or makes them what they are now. */
export async function savePhoneLinks(
  tx: Tx,
  recordType: string,
  gone: readonly Pick<PhoneLink, 'recordId' | 'matchKey'>[],
  links: readonly PhoneLink[],
): Promise<void> {
  if (gone.length > 0)
    await sql`delete from record_phone p using json_to_recordset(${JSON.stringify(gone)}::json) as r("recordId" text, "matchKey" text)
     where p.record_type = ${recordType} and p.record_id = r."recordId" and p.match_key = r."matchKey"`.execute(
      tx,
    );
  if (links.length === 0) return;
  const formed = links.map((link) => ({
    id: link.recordId,
    key: link.matchKey,
    e164: link.e164,
    messaging: link.messaging,
    name: link.name,
    form: searchForm(link.name),
  }));
  await sql`insert into record_phone (record_type, record_id, match_key, e164, messaging, name, name_form)
      select ${recordType}, id, key, e164, messaging, name, form from json_to_recordset(${JSON.stringify(formed)}::json)
        as r(id text, key text, e164 text, messaging boolean, name text, form text)
      on conflict (record_type, record_id, match_key) do update set e164 = excluded.e164, messaging = excluded.messaging, name = excluded.name,
        name_form = excluded.name_form
        -- an index of trigrams is dear to write, and most readings change nothing
        where (record_phone.e164, record_phone.messaging, record_phone.name, record_phone.name_form)
          is distinct from (excluded.e164, excluded.messaging, excluded.name, excluded.name_form)`.execute(
    tx,
  );
}

export async function linksOfRecords(
  tx: Tx,
  recordType: string,
  recordIds: readonly string[],
): Promise<PhoneLink[]> {
  const { rows } =
    await sql<PhoneLink>`select record_type as "recordType", record_id as "recordId", match_key as "matchKey", e164,
      messaging, name from record_phone where record_type = ${recordType} and record_id = any(${texts(recordIds)})`.execute(
      tx,
    );
  return rows;
}

/** A record that carries one of a contact point's numbers. */
export interface LinkedRecord extends PhoneLink {
  contactPointId: string;
}

/** The records of these contact points, those whose messaging number it is first. */
export async function recordsOfContactPoints(tx: Tx, ids: readonly string[]): Promise<LinkedRecord[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<LinkedRecord>`/* keyed */
    select a.contact_point_id as "contactPointId", p.record_type as "recordType", p.record_id as "recordId",
           p.match_key as "matchKey", p.e164, p.messaging, p.name
      from contact_point_alias a join record_phone p on p.match_key = a.value
     where a.kind = 'phone' and a.contact_point_id = any(${ids as string[]}::uuid[])
     order by p.messaging desc, p.record_type, p.record_id`.execute(tx);
  return rows;
}

/** The same for a number that no contact point has yet. */
export async function recordsOfNumber(tx: Tx, matchKey: string): Promise<LinkedRecord[]> {
  const { rows } = await sql<LinkedRecord>`
    select '' as "contactPointId", record_type as "recordType", record_id as "recordId", match_key as "matchKey", e164, messaging, name
      from record_phone where match_key = ${matchKey} order by messaging desc, record_type, record_id`.execute(
    tx,
  );
  return rows;
}

export interface FieldSeen {
  recordId: string;
  purpose: Purpose;
  value: boolean | null;
}

/** The values that these records' fields were last read or written with; absent where one was never seen. */
export async function readFieldsSeen(
  tx: Tx,
  recordType: string,
  recordIds: readonly string[],
): Promise<FieldSeen[]> {
  const { rows } = await sql<FieldSeen>`
    select record_id as "recordId", purpose, value from record_field
     where record_type = ${recordType} and record_id = any(${texts(recordIds)})`.execute(tx);
  return rows;
}

/** What the fields of these records say, seen at `now`, ms. */
export async function saveFieldsSeen(
  tx: Tx,
  recordType: string,
  seen: readonly FieldSeen[],
  now: number,
): Promise<void> {
  if (seen.length === 0) return;
  await sql`/* keyed */ insert into record_field (record_type, record_id, purpose, value, seen_at)
    select ${recordType}, "recordId", purpose, value, ${time(now)}
      from json_to_recordset(${JSON.stringify(seen)}::json) as r("recordId" text, purpose text, value boolean)
    on conflict (record_type, record_id, purpose) do update set value = excluded.value, seen_at = excluded.seen_at`.execute(
    tx,
  );
}

/** Another column, or another meaning of it, was chosen: its values are found for the first time. */
export async function forgetFieldsSeen(tx: Tx, recordType: string, purpose: Purpose): Promise<void> {
  await sql`delete from record_field where record_type = ${recordType} and purpose = ${purpose}`.execute(tx);
}

/** By `type/id`, what the field of a purpose was last seen to say: the gate's view of the CRM. Who was never seen is not in it. */
export async function fieldsSeen(
  tx: Tx,
  records: readonly { recordType: string; recordId: string }[],
  purpose: Purpose,
): Promise<Map<string, { value: boolean | null; seenAt: number }>> {
  if (records.length === 0) return new Map();
  const { rows } = await sql<{ recordType: string; recordId: string; value: boolean | null; seenAt: number }>`
    select f.record_type as "recordType", f.record_id as "recordId", f.value, f.seen_at as "seenAt"
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as k("recordType" text, "recordId" text)
      join record_field f on f.record_type = k."recordType" and f.record_id = k."recordId" and f.purpose = ${purpose}`.execute(
    tx,
  );
  return new Map(
    rows.map((row) => [`${row.recordType}/${row.recordId}`, { value: row.value, seenAt: row.seenAt }]),
  );
}
