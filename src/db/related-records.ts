import { type RawBuilder, sql } from 'kysely';
import type { Tx } from './engine.ts';

/**
 * Records that take their number from another one: an opportunity from its contact. Nothing is copied: whoever asks for
 * their number is led to the other record by the lookup as it is now.
 */

/** `y` is the record type of the row `r` of `crm_record`: the record whose number, field and consent count for `r`. */
export const carrierType: RawBuilder<string> = sql`case when y.config ->> 'relatedColumn' is null then r.table_name
  else y.config ->> 'relatedTable' end`;
export const carrierId: RawBuilder<string> = sql`case when y.config ->> 'relatedColumn' is null then r.id::text
  else r.data ->> (y.config ->> 'relatedColumn') end`;

export interface RecordName {
  recordType: string;
  recordId: string;
}

/** The record whose number counts for this one, itself for most. Null where its lookup is empty, or it is gone. */
export async function carrierOf(tx: Tx, record: RecordName): Promise<RecordName | null> {
  const { rows } = await sql<{ recordType: string; recordId: string | null }>`
    select y.config ->> 'relatedTable' as "recordType", ${carrierId} as "recordId"
      from record_type y
      left join crm_record r on r.table_name = y.table_name and r.id = ${record.recordId}::uuid
     where y.table_name = ${record.recordType} and y.config ->> 'relatedColumn' is not null`.execute(tx);
  const [related] = rows;
  if (related === undefined) return { recordType: record.recordType, recordId: record.recordId };
  return related.recordId === null ? null : { recordType: related.recordType, recordId: related.recordId };
}
