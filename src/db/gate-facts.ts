import { sql } from 'kysely';
import type { Fact } from '../core/consent.ts';
import { CONTACT_POINT, type ContactPoint } from './contact-points.ts';
import type { Tx } from './engine.ts';
import { type StoredFact, toFact } from './ledger.ts';
import { CONFIGURATION_VERSION } from './organisation.ts';
import type { LinkedRecord } from './records.ts';
import { uuids } from './rows.ts';

/** A record as the gate sees it. */
export interface GateRecord extends LinkedRecord {
  /** The service field as last read or written; undefined where it was never seen. */
  value: boolean | null | undefined;
  /** When a CRM behind a network last said so, ms; null for one that is not. */
  readAt: number | null;
}

/** All that decides whether something may be sent to somebody, but for the message itself. */
export interface GateFacts {
  contact: ContactPoint;
  /** Of the contact point and everybody merged into it. */
  facts: Fact[];
  records: GateRecord[];
  configurationVersion: string;
}

interface Row extends ContactPoint {
  configurationVersion: string;
  facts: StoredFact[] | null;
  records: (Omit<GateRecord, 'value'> & { seen: boolean; value: boolean | null })[] | null;
}

/**
 * The state of these contact points as it is now, in one statement: seven of them, each planned anew, took seven times as
 * long (bench/gate.ts).
 */
export async function readGateFacts(tx: Tx, ids: readonly string[]): Promise<Map<string, GateFacts>> {
  if (ids.length === 0) return new Map();
  const { rows } =
    await sql<Row>`/* prepared */ select ${CONTACT_POINT}, ${CONFIGURATION_VERSION} as "configurationVersion",
      (select json_agg(json_build_object('chain', l.contact_point_id, 'seq', l.seq, 'act', l.act,
                 'at', floor(extract(epoch from l.at) * 1000), 'detail', l.detail))
         from (select c.id union all select m.id from contact_point m where m.merged_into = c.id) chain(id)
         join ledger l on l.contact_point_id = chain.id) as facts,
      (select json_agg(json_build_object('contactPointId', c.id, 'recordType', p.record_type, 'recordId', p.record_id,
                 'matchKey', p.match_key, 'e164', p.e164, 'messaging', p.messaging, 'name', p.name,
                 'seen', f.record_id is not null, 'value', f.value,
                 'readAt', case when t.table_name is not null then
                   floor(extract(epoch from greatest(t.read_at, r.fetched_at, to_timestamp(0))) * 1000) end)
                order by p.messaging desc, p.record_type, p.record_id)
         from contact_point_alias a
         join record_phone p on p.match_key = a.value
         left join record_field f on f.record_type = p.record_type and f.record_id = p.record_id and f.purpose = 'service'
         left join crm_table t on t.table_name = p.record_type
         left join crm_record r on r.table_name = t.table_name
          and r.id = case when p.record_id ~ '^[0-9a-fA-F-]{36}$' then p.record_id::uuid end
        where a.kind = 'phone' and a.contact_point_id = c.id) as records
      from contact_point c where c.id = any(${uuids(ids)})`.execute(tx);
  return new Map(
    rows.map(({ configurationVersion, facts, records, ...contact }) => [
      contact.id,
      {
        contact,
        configurationVersion,
        facts: (facts ?? []).map(toFact),
        records: (records ?? []).map(({ seen, value, ...record }) => ({
          ...record,
          value: seen ? value : undefined,
        })),
      },
    ]),
  );
}
