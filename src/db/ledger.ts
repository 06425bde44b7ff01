import { sql } from 'kysely';
import type { Act, Fact } from '../core/consent.ts';
import type { BesideChain } from '../core/evidence.ts';
import type { Tx } from './engine.ts';
import { iso, uuids } from './rows.ts';

/** The append-only ledger: appends and reads, nothing else. A trigger refuses update and delete. */

/** The act's own fields without personal data; `Act` minus its `act`, plus what explains it (rule, list version …). */
export type Detail = Record<string, unknown>;

export interface LedgerRow {
  contactPointId: string;
  seq: number;
  act: string;
  purposes: string[];
  at: number;
  receivedAt: number;
  source: string;
  actor: string | null;
  detail: Detail;
  personalHash: string | null;
  prevHash: string | null;
  hash: string;
}

export interface PersonalRow {
  contactPointId: string;
  seq: number;
  salt: string;
  content: unknown;
}

/** Appends finished lines with their personal parts, and moves each chain's head. The caller holds the locks. */
export async function appendLines(
  tx: Tx,
  lines: readonly LedgerRow[],
  personal: readonly PersonalRow[],
): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map((line) => ({ ...line, at: iso(line.at), receivedAt: iso(line.receivedAt) }));
  await sql`/* keyed */ insert into ledger (contact_point_id, seq, act, purposes, at, received_at, source, actor, detail, personal_hash, prev_hash, hash)
    select "contactPointId", seq, act, array(select jsonb_array_elements_text(purposes)), at, "receivedAt", source, actor, detail,
           "personalHash", "prevHash", hash
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r("contactPointId" uuid, seq integer, act text, purposes jsonb, at timestamptz, "receivedAt" timestamptz, source text,
             actor text, detail jsonb, "personalHash" text, "prevHash" text, hash text)`.execute(tx);
  if (personal.length > 0)
    await sql`/* keyed */ insert into ledger_personal (contact_point_id, seq, salt, content)
      select "contactPointId", seq, salt, content from jsonb_to_recordset(${JSON.stringify(personal)}::jsonb)
        as r("contactPointId" uuid, seq integer, salt text, content jsonb)`.execute(tx);
  const heads = new Map(
    lines.map((line) => [line.contactPointId, { id: line.contactPointId, seq: line.seq, head: line.hash }]),
  );
  await sql`/* keyed */ update contact_point c set ledger_seq = h.seq, ledger_head = h.head
      from jsonb_to_recordset(${JSON.stringify([...heads.values()])}::jsonb) as h(id uuid, seq integer, head text)
     where c.id = h.id`.execute(tx);
}

/** The facts of these contact points, and of everybody merged into them, for the fold. */
export async function factsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, Fact[]>> {
  const facts = new Map<string, Fact[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return facts;
  const { rows } = await sql<{
    owner: string;
    chain: string;
    seq: number;
    act: string;
    purposes: string[];
    at: number;
    detail: Detail;
  }>`/* keyed */
    select coalesce(c.merged_into, c.id) as owner, l.contact_point_id as chain, l.seq, l.act, l.purposes, l.at, l.detail
      from contact_point c join ledger l on l.contact_point_id = c.id
     where c.id = any(${uuids(ids)}) or c.merged_into = any(${uuids(ids)})`.execute(tx);
  for (const row of rows) facts.get(row.owner)?.push(toFact(row));
  return facts;
}

/**
 * The last line of a chain that whoever changed this record (`table/id`) knew: what was there by then, and the No of the
 * record itself. `at` is when that No was seen, ms.
 */
export async function knownUntil(
  tx: Tx,
  id: string,
  then: number,
  record: string,
): Promise<{ seq: number; at: number | null }> {
  const { rows } = await sql<{ seq: number; at: number | null }>`
    select coalesce(max(seq) filter (where received_at <= ${iso(then)}::timestamptz or own), 0) as seq,
           max(at) filter (where own) as at
      from (select seq, at, received_at,
                   act = 'crm' and detail ->> 'record' = ${record} and detail ->> 'value' = 'false' as own
              from ledger where contact_point_id = ${id}::uuid) l`.execute(tx);
  return rows[0] ?? { seq: 0, at: null };
}

/** The columns of a line that the fold reads. */
export interface StoredFact {
  chain: string;
  seq: number;
  act: string;
  at: number;
  detail: Detail;
}

/** A stored line as the fold sees it. Only this module and `appendLines` know the columns, so the cast stands here. */
export function toFact(row: StoredFact): Fact {
  return {
    ...(row.detail as Partial<Act>),
    act: row.act,
    chain: row.chain,
    seq: row.seq,
    at: row.at,
  } as Fact;
}

export interface HistoryRow extends LedgerRow {
  salt: string | null;
  personal: Record<string, unknown> | null;
}

/** All lines of a contact point and of everybody merged into it, oldest first, with what is left of the personal part. */
export async function historyOf(tx: Tx, id: string): Promise<HistoryRow[]> {
  const { rows } = await sql<HistoryRow>`
    select l.contact_point_id as "contactPointId", l.seq, l.act, l.purposes, l.at, l.received_at as "receivedAt", l.source, l.actor,
           l.detail, l.personal_hash as "personalHash", l.prev_hash as "prevHash", l.hash, p.salt, p.content as personal
      from contact_point c
      join ledger l on l.contact_point_id = c.id
      left join ledger_personal p on p.contact_point_id = l.contact_point_id and p.seq = l.seq
     where c.id = ${id}::uuid or c.merged_into = ${id}::uuid
     order by l.received_at, l.contact_point_id, l.seq`.execute(tx);
  return rows;
}

/** One line of a chain, with what is left of its personal part. */
export async function readLine(tx: Tx, chain: string, seq: number): Promise<HistoryRow | null> {
  const { rows } = await sql<HistoryRow>`
    select l.contact_point_id as "contactPointId", l.seq, l.act, l.purposes, l.at, l.received_at as "receivedAt", l.source, l.actor,
           l.detail, l.personal_hash as "personalHash", l.prev_hash as "prevHash", l.hash, p.salt, p.content as personal
      from ledger l left join ledger_personal p using (contact_point_id, seq)
     where l.contact_point_id = ${chain}::uuid and l.seq = ${seq}`.execute(tx);
  return rows[0] ?? null;
}

export interface ChainHead {
  contactPointId: string;
  seq: number;
  hash: string | null;
}

/**
 * Chains in id order, each with its head, for verification page by page. One statement reads both: of two, a line that is written
 * in between would look like a chain that was tampered with.
 */
export async function chainsAfter(
  tx: Tx,
  after: string | null,
  limit: number,
): Promise<{ head: ChainHead; lines: HistoryRow[] }[]> {
  const { rows } = await sql<HistoryRow & { headId: string; headSeq: number; headHash: string | null }>`
    select c.id as "headId", c.ledger_seq as "headSeq", c.ledger_head as "headHash",
           l.contact_point_id as "contactPointId", l.seq, l.act, l.purposes, l.at, l.received_at as "receivedAt", l.source, l.actor,
           l.detail, l.personal_hash as "personalHash", l.prev_hash as "prevHash", l.hash, p.salt, p.content as personal
      from (select id, ledger_seq, ledger_head from contact_point
             where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit}) c
      left join ledger l on l.contact_point_id = c.id
      left join ledger_personal p on p.contact_point_id = l.contact_point_id and p.seq = l.seq
     order by c.id, l.seq`.execute(tx);
  const chains = new Map<string, { head: ChainHead; lines: HistoryRow[] }>();
  for (const { headId, headSeq, headHash, ...line } of rows) {
    const head = { contactPointId: headId, seq: headSeq, hash: headHash };
    const chain = chains.get(headId) ?? { head, lines: [] };
    chains.set(headId, chain);
    // Of a chain without a line there is one row that holds none.
    if (line.contactPointId !== null) chain.lines.push(line);
  }
  return [...chains.values()];
}

/**
 * What is kept beside the lines of the same chains. Read before them: what is erased or recorded in between is then gone from the
 * lines, or not asked for.
 */
export async function besideChains(
  tx: Tx,
  after: string | null,
  limit: number,
): Promise<Map<string, BesideChain>> {
  const page = sql`(select id from contact_point where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit})`;
  const { rows: requests } = await sql<{
    contactPointId: string;
    id: string;
    wording: unknown;
    buttons: { button: number; meaning: string }[];
  }>`select r.contact_point_id as "contactPointId", r.id, r.wording,
            coalesce((select json_agg(json_build_object('button', t.button, 'meaning', t.meaning)) from consent_token t
                       where t.contact_point_id = r.contact_point_id and t.request_id = r.id), '[]'::json) as buttons
       from consent_request r where r.contact_point_id in ${page}`.execute(tx);
  const { rows: files } = await sql<{ contactPointId: string; seq: number; sha256: string }>`
    select contact_point_id as "contactPointId", seq, encode(sha256(content), 'hex') as sha256
      from ledger_file where contact_point_id in ${page}`.execute(tx);
  const chains = new Map<
    string,
    { requests: Map<string, (typeof requests)[number]>; files: Map<number, string> }
  >();
  const of = (id: string) => {
    const chain = chains.get(id) ?? { requests: new Map(), files: new Map() };
    chains.set(id, chain);
    return chain;
  };
  for (const one of requests) of(one.contactPointId).requests.set(one.id, one);
  for (const one of files) of(one.contactPointId).files.set(one.seq, one.sha256);
  return chains;
}

/** The last line of each of these chains, by the contact points' rows; `hash` null where there is none. */
export async function headsOf(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { seq: number; hash: string | null }>> {
  const { rows } = await sql<ChainHead>`
    select id as "contactPointId", ledger_seq as seq, ledger_head as hash from contact_point where id = any(${uuids(ids)})`.execute(
    tx,
  );
  return new Map(rows.map(({ contactPointId, ...head }) => [contactPointId, head]));
}

/** What this transaction reads is of one moment: lines, their heads and what follows from them agree. Its first statement. */
export async function readAsOfOneMoment(tx: Tx): Promise<void> {
  await sql`set transaction isolation level repeatable read, read only`.execute(tx);
}

/** The lines of these chains alone (nobody merged), by chain and number. */
export async function linesOfChains(tx: Tx, ids: readonly string[]): Promise<HistoryRow[]> {
  const { rows } = await sql<HistoryRow>`
    select l.contact_point_id as "contactPointId", l.seq, l.act, l.purposes, l.at, l.received_at as "receivedAt", l.source, l.actor,
           l.detail, l.personal_hash as "personalHash", l.prev_hash as "prevHash", l.hash, p.salt, p.content as personal
      from ledger l left join ledger_personal p using (contact_point_id, seq)
     where l.contact_point_id = any(${uuids(ids)}) order by l.contact_point_id, l.seq`.execute(tx);
  return rows;
}

/** The lines of erasures and merges of everybody whom these chains belong to: of the survivor and of all that were merged into it. */
export async function marksAround(
  tx: Tx,
  ids: readonly string[],
): Promise<{ contactPointId: string; seq: number; act: string; detail: Detail }[]> {
  const { rows } = await sql<{ contactPointId: string; seq: number; act: string; detail: Detail }>`
    with survivor as (select distinct coalesce(merged_into, id) as id from contact_point where id = any(${uuids(ids)}))
    select l.contact_point_id as "contactPointId", l.seq, l.act, l.detail
      from ledger l join contact_point c on c.id = l.contact_point_id join survivor s on s.id = coalesce(c.merged_into, c.id)
     where l.act in ('erased', 'merged')`.execute(tx);
  return rows;
}
