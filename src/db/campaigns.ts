import { type RawBuilder, sql } from 'kysely';
import type { CampaignState } from '../core/campaign.ts';
import type { ConsentState } from '../core/consent.ts';
import type { MessageStatus } from '../core/delivery.ts';
import type { Tx } from './engine.ts';
import type { Cells, CellValue } from './records.ts';
import { carrierId, carrierType } from './related-records.ts';
import { json, texts, time, uuids } from './rows.ts';

/** Campaigns, whom they reach and how far they are. The row of a campaign is locked while somebody works on it. */

export interface CampaignRow {
  id: string;
  name: string;
  state: CampaignState;
  messageTemplateId: string;
  recordType: string;
  /** Null: every record of the type. */
  recordIds: string[] | null;
  variables: Record<string, string>;
  language: string | null;
  basis: string | null;
  basisText: string | null;
  actor: string;
  actorId: string;
  createdAt: number;
  /** The last record that was looked at, or whose message a cancel looked at. */
  walkedTo: string | null;
  total: number | null;
  done: number;
  queued: number;
  skipped: Record<string, number>;
  withdrawn: number;
  waitsFor: string | null;
  nextAt: number;
  startedAt: number | null;
  lastAt: number | null;
  finishedAt: number | null;
}

const COLUMNS = sql`id, name, state, message_template_id as "messageTemplateId", record_type as "recordType", variables, language,
  basis, basis_text as "basisText", actor, actor_id as "actorId", created_at as "createdAt", walked_to as "walkedTo", total, done,
  queued, skipped, withdrawn, waits_for as "waitsFor", next_at as "nextAt", started_at as "startedAt", last_at as "lastAt",
  finished_at as "finishedAt"`;
/** A page of campaigns does without the ids of their records. */
const NO_IDS = sql`case when record_ids is not null then '{}'::uuid[] end as "recordIds"`;

export type NewCampaign = Pick<
  CampaignRow,
  | 'id'
  | 'name'
  | 'messageTemplateId'
  | 'recordType'
  | 'recordIds'
  | 'variables'
  | 'language'
  | 'basis'
  | 'basisText'
  | 'actor'
  | 'actorId'
  | 'createdAt'
>;

export async function insertCampaign(tx: Tx, campaign: NewCampaign): Promise<void> {
  const ids = campaign.recordIds === null ? null : uuids(campaign.recordIds);
  await sql`insert into campaign (id, name, state, message_template_id, record_type, record_ids, variables, language, basis, basis_text,
      actor, actor_id, created_at, next_at)
    values (${campaign.id}::uuid, ${campaign.name}, 'running', ${campaign.messageTemplateId}::uuid, ${campaign.recordType}, ${ids},
      ${json(campaign.variables)}, ${campaign.language}, ${campaign.basis}, ${campaign.basisText}, ${campaign.actor},
      ${campaign.actorId}, ${time(campaign.createdAt)}, ${time(campaign.createdAt)})`.execute(tx);
}

export async function readCampaign(tx: Tx, id: string): Promise<CampaignRow | null> {
  const { rows } =
    await sql<CampaignRow>`select ${COLUMNS}, ${NO_IDS} from campaign where id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** The same, locked: waits for the set that is under way. */
export async function lockCampaign(tx: Tx, id: string): Promise<CampaignRow | null> {
  const { rows } =
    await sql<CampaignRow>`select ${COLUMNS}, ${NO_IDS} from campaign where id = ${id}::uuid for update`.execute(
      tx,
    );
  return rows[0] ?? null;
}

/** Newest first. */
export async function campaignPage(
  tx: Tx,
  before: { at: number; id: string } | null,
  limit: number,
): Promise<CampaignRow[]> {
  const { rows } = await sql<CampaignRow>`select ${COLUMNS}, ${NO_IDS} from campaign
     where ${time(before?.at ?? null)} is null or (created_at, id) < (${time(before?.at ?? null)}, ${before?.id ?? null}::uuid)
     order by created_at desc, id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The campaign whose turn it is, locked; nodes pass over the one that another works on. */
export async function lockDueCampaign(tx: Tx, now: number): Promise<CampaignRow | null> {
  const { rows } =
    await sql<CampaignRow>`/* keyed */ select ${COLUMNS}, record_ids as "recordIds" from campaign
     where state in ('running', 'cancelling') and next_at <= ${time(now)} order by next_at limit 1 for update skip locked`.execute(
      tx,
    );
  return rows[0] ?? null;
}

/** When the next campaign has its turn, ms; null where none is under way. */
export async function nextCampaignAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`/* keyed */
    select min(next_at) as at from campaign where state in ('running', 'cancelling')`.execute(tx);
  return rows[0]?.at ?? null;
}

/** What a step of a campaign changes of its row. */
export type CampaignStep = Pick<
  CampaignRow,
  | 'id'
  | 'state'
  | 'walkedTo'
  | 'total'
  | 'done'
  | 'queued'
  | 'skipped'
  | 'withdrawn'
  | 'waitsFor'
  | 'nextAt'
  | 'startedAt'
  | 'lastAt'
  | 'finishedAt'
>;

export async function saveStep(tx: Tx, step: CampaignStep): Promise<void> {
  await sql`/* keyed */ update campaign set state = ${step.state}, walked_to = ${step.walkedTo}::uuid, total = ${step.total}::bigint,
      done = ${step.done}::bigint, queued = ${step.queued}::bigint, skipped = ${json(step.skipped)},
      withdrawn = ${step.withdrawn}::bigint, waits_for = ${step.waitsFor}, next_at = ${time(step.nextAt)},
      started_at = ${time(step.startedAt)}, last_at = ${time(step.lastAt)}, finished_at = ${time(step.finishedAt)}
     where id = ${step.id}::uuid`.execute(tx);
}

/** Rows of a table as they are here. */
export async function countRecords(tx: Tx, recordType: string): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`/* keyed */ select count(*) as count from crm_record where table_name = ${recordType}`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Which of these records are not there. */
export async function missingRecords(tx: Tx, recordType: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select w.id from unnest(${uuids(ids)}) as w(id)
     where not exists (select 1 from crm_record r where r.table_name = ${recordType} and r.id = w.id)`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** A record whose turn it is. */
export interface Member {
  recordId: string;
  /** The record whose number and consent count: itself, or the one that its lookup leads to. */
  carrierType: string | null;
  carrierId: string | null;
  e164: string | null;
  /** Null where nobody knows the number yet. */
  contactPointId: string | null;
  /** Of the columns asked for. */
  values: Cells | null;
  /** What the record says of the customer's language where that is another one. */
  carrierLanguage: CellValue;
}

/**
 * The next records of a campaign, in the order of their ids, with number, contact point and the values of `columns`.
 * `carrierLanguage` is the language column of the record type that related records lead to.
 */
export async function nextMembers(
  tx: Tx,
  campaign: Pick<CampaignRow, 'recordType' | 'recordIds' | 'walkedTo'>,
  want: { columns: readonly string[]; carrierLanguage: string | null; limit: number },
): Promise<Member[]> {
  const from = sql`${campaign.walkedTo ?? '00000000-0000-0000-0000-000000000000'}::uuid`;
  const records: RawBuilder<unknown> =
    campaign.recordIds === null
      ? sql`select table_name, id, data from crm_record
             where table_name = ${campaign.recordType} and id > ${from} order by id limit ${want.limit}`
      : // One that was deleted since is still one of the campaign's.
        sql`select ${campaign.recordType}::text as table_name, w.id, c.data
              from (select id from unnest(${uuids(campaign.recordIds)}) as w(id) where id > ${from} order by id limit ${want.limit}) w
              left join crm_record c on c.table_name = ${campaign.recordType} and c.id = w.id`;
  const { rows } = await sql<Member>`/* keyed */
    select r.id as "recordId", ${carrierType} as "carrierType", ${carrierId} as "carrierId", p.e164,
           a.contact_point_id as "contactPointId",
           (select jsonb_object_agg(k.name, r.data -> k.name) from unnest(${texts(want.columns)}) as k(name)) as values,
           case when y.config ->> 'relatedColumn' is not null then
             (select l.data -> ${want.carrierLanguage}::text from crm_record l
               where l.table_name = ${carrierType} and l.id = (${carrierId})::uuid) end as "carrierLanguage"
      from (${records}) r
      left join record_type y on y.table_name = r.table_name
      left join record_phone p on p.record_type = ${carrierType} and p.record_id = ${carrierId} and p.messaging
      left join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
     order by r.id`.execute(tx);
  return rows;
}

/**
 * Locks contact points in id order, as everybody does (`lockContactPoints`), and reads nothing: what is read next sees all
 * that was committed before. Answers those that are there and are nobody else by now.
 */
export async function lockInOrder(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string; merged: boolean }>`/* keyed */
    select id, merged_into is not null as merged from contact_point
     where id = any(${uuids(ids)}) order by id for update`.execute(tx);
  return new Set(rows.flatMap(({ id, merged }) => (merged ? [] : [id])));
}

/**
 * Who of these has the campaign already. By contact point, who has a handful of campaigns: compared as text, because a plan
 * that was made while the table was empty would read all of the campaign for each of them.
 */
export async function reachedBy(
  tx: Tx,
  campaignId: string,
  contactPointIds: readonly string[],
): Promise<Set<string>> {
  if (contactPointIds.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`/* keyed */
    select e.contact_point_id as id from campaign_entry e
     where e.contact_point_id = any(${uuids(contactPointIds)}) and e.message_id is not null
       and e.campaign_id::text = ${campaignId}`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/** What became of a record: the message that was queued, or the reason why none was. */
export interface Entry {
  recordId: string;
  contactPointId: string | null;
  messageId: string | null;
  code: string | null;
}

export async function insertEntries(tx: Tx, campaignId: string, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`/* keyed */ insert into campaign_entry (campaign_id, record_id, contact_point_id, message_id, code)
    select ${campaignId}::uuid, "recordId", "contactPointId", "messageId", code
      from json_to_recordset(${JSON.stringify(entries)}::json)
        as r("recordId" uuid, "contactPointId" uuid, "messageId" uuid, code text)`.execute(tx);
}

/** The next messages that a campaign queued, by record: what a cancel walks. */
export async function queuedEntries(
  tx: Tx,
  campaignId: string,
  after: string | null,
  limit: number,
): Promise<{ recordId: string; contactPointId: string; messageId: string }[]> {
  const { rows } = await sql<{ recordId: string; contactPointId: string; messageId: string }>`/* keyed */
    select e.record_id as "recordId", m.contact_point_id as "contactPointId", e.message_id as "messageId"
      from (select record_id, message_id from campaign_entry
             where campaign_id = ${campaignId}::uuid and record_id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid
               and message_id is not null
             order by record_id limit ${limit}) e
      join message m on m.id = e.message_id
     order by e.record_id`.execute(tx);
  return rows;
}

/** The campaign that queued this message, where it is called off. */
export async function calledOffBy(
  tx: Tx,
  message: { id: string; contactPointId: string },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`/* keyed */
    select c.id from campaign_entry e join campaign c on c.id = e.campaign_id and c.state in ('cancelling', 'cancelled')
     where e.contact_point_id = ${message.contactPointId}::uuid and e.message_id = ${message.id}::uuid`.execute(
    tx,
  );
  return rows[0]?.id ?? null;
}

export async function countWithdrawn(tx: Tx, id: string, more: number): Promise<void> {
  await sql`/* keyed */ update campaign set withdrawn = withdrawn + ${more}::bigint where id = ${id}::uuid`.execute(
    tx,
  );
}

export interface SkippedRow {
  recordId: string;
  contactPointId: string | null;
  code: string;
  name: string | null;
  phone: string | null;
}

/** Who was skipped for one reason, by record id, with the name on the record. */
export async function skippedPage(
  tx: Tx,
  campaign: Pick<CampaignRow, 'id' | 'recordType'>,
  code: string,
  after: string | null,
  limit: number,
): Promise<SkippedRow[]> {
  const { rows } = await sql<SkippedRow>`
    select e.record_id as "recordId", e.contact_point_id as "contactPointId", e.code, c.phone,
           coalesce(r.data ->> (y.config ->> 'nameColumn'), c.name) as name
      from campaign_entry e
      left join contact_point c on c.id = e.contact_point_id
      left join record_type y on y.table_name = ${campaign.recordType}
      left join crm_record r on r.table_name = ${campaign.recordType} and r.id = e.record_id
     where e.campaign_id = ${campaign.id}::uuid and e.code = ${code}
       and (${after}::uuid is null or e.record_id > ${after}::uuid)
     order by e.record_id limit ${limit}`.execute(tx);
  return rows;
}

/** How many of a campaign's messages ended so; what did not go well by its reason. */
export interface OutcomeRow {
  status: MessageStatus;
  code: string | null;
  text: string | null;
  count: number;
}

/** What became of the messages that a campaign queued, most first. Reads all of them. */
export async function campaignOutcomes(tx: Tx, campaignId: string): Promise<OutcomeRow[]> {
  const { rows } = await sql<OutcomeRow>`
    with ended as (
      select m.status, case when m.status in ('failed', 'cancelled') then m.reason_code end as code, m.reason_text as text
        from campaign_entry e join message m on m.id = e.message_id
       where e.campaign_id = ${campaignId}::uuid and e.message_id is not null)
    select status, code, case when code is not null then min(text) end as text, count(*) as count
      from ended group by status, code order by count(*) desc, status, code`.execute(tx);
  return rows;
}

/** Where the customers whom a campaign asked for consent stand today, by the purpose it asked for, most first. */
export async function campaignAnswers(
  tx: Tx,
  campaignId: string,
): Promise<{ state: ConsentState; count: number }[]> {
  const { rows } = await sql<{ state: ConsentState; count: number }>`
    with asked as (
      select coalesce(s.state, 'not-asked') as state
        from campaign_entry e
        join message m on m.id = e.message_id and m.template_type = 'consent'
        left join consent_state s on s.contact_point_id = e.contact_point_id and s.purpose = m.template_purpose
       where e.campaign_id = ${campaignId}::uuid and e.message_id is not null)
    select state, count(*) as count from asked group by state order by count(*) desc, state`.execute(tx);
  return rows;
}

/** Two customers turned out to be one: whom a campaign reached as either, it reached. The caller holds both. */
export async function mergeEntries(tx: Tx, from: string, into: string): Promise<void> {
  await sql`update campaign_entry e set contact_point_id = ${into}::uuid
     where e.contact_point_id = ${from}::uuid and e.message_id is not null
       and not exists (select 1 from campaign_entry o where o.contact_point_id = ${into}::uuid and o.campaign_id = e.campaign_id
                        and o.message_id is not null)`.execute(tx);
}

/**
 * Messages that would reach one person as the second of one campaign, once these two customers are one: still queued, while the
 * other's has left or is on its way, or waits as well. One that failed or was cancelled is no first. The caller holds both.
 */
export async function doubledMessages(tx: Tx, from: string, into: string): Promise<string[]> {
  const reaches = sql`not in ('cancelled', 'failed')`;
  const { rows } = await sql<{ id: string }>`
    select case when f.status = 'queued' and i.status ${reaches} then f.id else i.id end as id
      from campaign_entry a join message f on f.id = a.message_id
      join campaign_entry b on b.campaign_id = a.campaign_id and b.contact_point_id = ${into}::uuid
      join message i on i.id = b.message_id
     where a.contact_point_id = ${from}::uuid
       and ((f.status = 'queued' and i.status ${reaches}) or (i.status = 'queued' and f.status ${reaches}))`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}
