import { type RawBuilder, sql } from 'kysely';
import type { Tx } from './engine.ts';
import { uuids } from './rows.ts';

/**
 * Which of several records with one number names the customer: by the priority of its record type, then contact, lead,
 * account, then those in use (Dataverse says so with a `statecode` of 0), then the oldest: a record that comes later renames nobody.
 * `p` has `record_type` and `record_id`.
 */
export const nameOrder: RawBuilder<unknown> = sql`coalesce((y.config ->> 'priority')::int, 1000),
  coalesce(array_position(array['contact', 'lead', 'account'], p.record_type), 4), p.record_type,
  case when r.data ->> 'statecode' is distinct from '0' and r.data ->> 'statecode' is not null then 1 else 0 end,
  r.created_at nulls last, p.record_id`;

/** What `nameOrder` looks at, beside `p`. Ids of records are opaque; those of ours are uuids. */
export const nameOrderJoins: RawBuilder<unknown> = sql`left join record_type y on y.table_name = p.record_type
  left join crm_record r on r.table_name = p.record_type
    and r.id = case when p.record_id ~ '^[0-9a-fA-F-]{36}$' then p.record_id::uuid end`;

/** What the CRM calls the customer of `contactPoint`: a scalar for a select list, null where no record holds their number. */
export const nameInCrm = (contactPoint: RawBuilder<unknown>): RawBuilder<unknown> => sql`(select p.name
    from contact_point_alias a join record_phone p on p.match_key = a.value
    ${nameOrderJoins}
   where a.contact_point_id = ${contactPoint} and a.kind = 'phone' and p.name <> ''
   order by ${nameOrder} limit 1)`;

/** The same for several contact points, by their ids; those without a record are absent. */
export async function namesInCrm(tx: Tx, contactPointIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string | null }>`
    select c.id, ${nameInCrm(sql`c.id`)} as name from unnest(${uuids(contactPointIds)}) as c(id)`.execute(tx);
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}

/** The first of these records, which names the customer and fills the variables; null where there is none. */
export async function firstToName(
  tx: Tx,
  records: readonly { recordType: string; recordId: string }[],
): Promise<{ recordType: string; recordId: string } | null> {
  const [first, second] = records;
  if (first === undefined) return null;
  if (second === undefined) return { recordType: first.recordType, recordId: first.recordId };
  const { rows } = await sql<{ recordType: string; recordId: string }>`
    select p.record_type as "recordType", p.record_id as "recordId"
      from (select "recordType" as record_type, "recordId" as record_id
              from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as k("recordType" text, "recordId" text)) p
      ${nameOrderJoins}
     order by ${nameOrder} limit 1`.execute(tx);
  return rows[0] ?? null;
}
