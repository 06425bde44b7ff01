import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { texts } from './rows.ts';

/** A record that may be the person of a chat. */
export interface PossibleDuplicate {
  recordType: string;
  id: string;
  name: string;
  phones: string[];
  /** `number`: the same last digits; `name`: a like name. */
  because: 'number' | 'name';
}

/**
 * Records with a number that ends in the same digits first, then those whose texts hold the name. Both look-ups go by an
 * index (migration 0007): the last eight digits, and trigrams of the record's texts.
 */
export async function findDuplicates(
  tx: Tx,
  wanted: { tables: readonly string[]; name: string | null; digits: string | null; limit: number },
): Promise<PossibleDuplicate[]> {
  const name = wanted.name?.trim().toLowerCase() ?? '';
  const like = name.length < 3 ? null : `%${name.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<PossibleDuplicate>`
    with same_number as (
      select distinct record_type as t, record_id as id from record_phone
       where ${wanted.digits}::text is not null and right(match_key, 8) = ${wanted.digits} and record_type = any(${texts(wanted.tables)})
       limit ${wanted.limit}
    ), like_name as (
      select table_name as t, id::text as id from crm_record
       where ${like}::text is not null and table_name = any(${texts(wanted.tables)}) and search like ${like}
       limit ${wanted.limit}
    ), found as (
      select t, id, min(reason) as reason from (
        select t, id, 1 as reason from same_number union all select t, id, 2 from like_name
      ) both_ways group by t, id
    )
    select f.t as "recordType", f.id, case f.reason when 1 then 'number' else 'name' end as because,
           coalesce(nullif(r.data ->> (c.config ->> 'nameColumn'), ''), r.id::text) as name,
           array(select e164 from record_phone p where p.record_type = f.t and p.record_id = f.id order by messaging desc, e164) as phones
      from found f join crm_record r on r.table_name = f.t and r.id = f.id::uuid
      join record_type c on c.table_name = f.t
     order by f.reason, name limit ${wanted.limit}`.execute(tx);
  return rows;
}
