import { sql } from 'kysely';
import { NOTED_WITHIN_MS } from '../core/silence.ts';
import type { Tx } from './engine.ts';
import { json, time } from './rows.ts';

/** Settings, audit, the channel, record types. */

/** As it was stored, unparsed; null where nobody set it. */
export async function readSetting(tx: Tx, name: string): Promise<unknown> {
  const { rows } = await sql<{ value: unknown }>`select value from setting where name = ${name}`.execute(tx);
  return rows[0]?.value ?? null;
}

/** The whole value. Whoever makes it of the value before holds the setting (`lockSetting`). */
export async function saveSetting(tx: Tx, name: string, value: unknown, now: number): Promise<void> {
  await sql`insert into setting (name, value, updated_at) values (${name}, ${json(value)}, ${time(now)})
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`.execute(tx);
}

/** Holds a setting for a change that is made of what it says now; what others change of it waits. */
export async function lockSetting(tx: Tx, name: string): Promise<void> {
  await sql`insert into setting (name, value) values (${name}, '{}') on conflict (name) do nothing`.execute(
    tx,
  );
  await sql`select 1 from setting where name = ${name} for update`.execute(tx);
}

/** Who changed what, with what it said before and after; null where there was nothing, or is nothing left. */
export async function insertAudit(
  tx: Tx,
  entry: { at: number; actor: string; action: string; subject: string; before: unknown; after: unknown },
): Promise<void> {
  await sql`insert into audit (at, actor, action, subject, before, after)
    values (${time(entry.at)}, ${entry.actor}, ${entry.action}, ${entry.subject}, ${json(entry.before ?? null)}, ${json(entry.after ?? null)})`.execute(
    tx,
  );
}

export interface AuditRow {
  id: number;
  at: number;
  actor: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
}

export async function auditPage(tx: Tx, before: number | null, limit: number): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`select id, at, actor, action, subject, before, after from audit
     where ${before}::bigint is null or id < ${before}::bigint order by id desc limit ${limit}`.execute(tx);
  return rows;
}

export interface ChannelRow {
  id: string;
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string | null;
  verifiedName: string | null;
  status: string;
  quality: string | null;
  stoppedReason: string | null;
  lastWebhookAt: number | null;
  /** See core/silence.ts. */
  unheardSince: number | null;
  templatesSyncedAt: number | null;
}

/** The channel of a number, made where there is none; its id stays. */
export async function ensureChannel(
  tx: Tx,
  channel: { id: string; phoneNumberId: string; businessAccountId: string },
): Promise<void> {
  await sql`insert into channel (id, phone_number_id, business_account_id)
    values (${channel.id}, ${channel.phoneNumberId}, ${channel.businessAccountId})
    on conflict (phone_number_id) do update set business_account_id = excluded.business_account_id`.execute(
    tx,
  );
}

export async function readChannel(tx: Tx, phoneNumberId: string): Promise<ChannelRow | null> {
  const { rows } =
    await sql<ChannelRow>`/* keyed */ select id, phone_number_id as "phoneNumberId", business_account_id as "businessAccountId",
      display_phone_number as "displayPhoneNumber", verified_name as "verifiedName", status, quality,
      stopped_reason as "stoppedReason", last_webhook_at as "lastWebhookAt", unheard_since as "unheardSince",
      templates_synced_at as "templatesSyncedAt"
    from channel where phone_number_id = ${phoneNumberId}`.execute(tx);
  return rows[0] ?? null;
}

export async function saveChannelInfo(
  tx: Tx,
  phoneNumberId: string,
  info: { displayPhoneNumber?: string; verifiedName?: string; status?: string; quality?: string | null },
): Promise<void> {
  await sql`update channel set display_phone_number = coalesce(${info.displayPhoneNumber ?? null}, display_phone_number),
      verified_name = coalesce(${info.verifiedName ?? null}, verified_name), status = coalesce(${info.status ?? null}, status),
      quality = coalesce(${info.quality ?? null}, quality) where phone_number_id = ${phoneNumberId}`.execute(
    tx,
  );
}

/** A webhook of these numbers came: noted every five seconds at most, or each would write this one row. */
export async function markWebhook(tx: Tx, phoneNumberIds: readonly string[], now: number): Promise<void> {
  await sql`update channel set last_webhook_at = ${time(now)} where phone_number_id = any(${phoneNumberIds as string[]}::text[])
     and (last_webhook_at is null or last_webhook_at < ${time(now - 5_000)})`.execute(tx);
}

/**
 * WhatsApp took a message; noted where it is the first since something was heard (core/silence.ts). Waits for nobody: whoever
 * holds the row notes a webhook, or sends more and comes here next. False where somebody does.
 */
export async function markTaken(tx: Tx, id: string, now: number): Promise<boolean> {
  const { rows } = await sql`select 1 from channel where id = ${id} for update skip locked`.execute(tx);
  if (rows.length === 0) return false;
  await sql`update channel set unheard_since = ${time(now)} where id = ${id}
     and (unheard_since is null or unheard_since <= last_webhook_at + ${NOTED_WITHIN_MS}::float8 * interval '1 millisecond')`.execute(
    tx,
  );
  return true;
}

export async function markTemplatesSynced(tx: Tx, phoneNumberId: string, now: number): Promise<void> {
  await sql`update channel set templates_synced_at = ${time(now)} where phone_number_id = ${phoneNumberId}`.execute(
    tx,
  );
}

/** A STOP-class error pauses the channel until a person resumes it; null resumes. */
export async function stopChannel(tx: Tx, id: string, reason: string | null): Promise<void> {
  await sql`update channel set stopped_reason = ${reason} where id = ${id}`.execute(tx);
}

export async function listRecordTypes<C>(tx: Tx): Promise<{ table: string; config: C }[]> {
  const { rows } = await sql<{
    table: string;
    config: C;
  }>`select table_name as "table", config from record_type order by table_name`.execute(tx);
  return rows;
}

/** Holds a record type for a change that is made on what it says now; where there is none, there is nothing to hold. */
export async function lockRecordType(tx: Tx, table: string): Promise<void> {
  await sql`select 1 from record_type where table_name = ${table} for update`.execute(tx);
}

export async function saveRecordType(tx: Tx, table: string, config: unknown, now: number): Promise<void> {
  await sql`insert into record_type (table_name, config, updated_at) values (${table}, ${json(config)}, ${time(now)})
    on conflict (table_name) do update set config = excluded.config, updated_at = excluded.updated_at`.execute(
    tx,
  );
}

export async function deleteRecordType(tx: Tx, table: string): Promise<void> {
  await sql`delete from record_type where table_name = ${table}`.execute(tx);
  await sql`delete from record_phone where record_type = ${table}`.execute(tx);
}

export interface IdempotencyRow {
  requestHash: string;
  messageId: string | null;
}

/** Takes the key, or answers what it was used for. A concurrent request with the same key waits here for the first. */
export async function takeIdempotencyKey(
  tx: Tx,
  caller: string,
  key: string,
  requestHash: string,
  now: number,
): Promise<IdempotencyRow | null> {
  const { rows } = await sql`insert into idempotency (caller, key, request_hash, created_at)
    values (${caller}, ${key}, ${requestHash}, ${time(now)}) on conflict do nothing returning key`.execute(
    tx,
  );
  if (rows.length === 1) return null;
  const { rows: used } =
    await sql<IdempotencyRow>`select request_hash as "requestHash", message_id as "messageId"
      from idempotency where caller = ${caller} and key = ${key}`.execute(tx);
  // It was forgotten between the two statements.
  return used[0] ?? takeIdempotencyKey(tx, caller, key, requestHash, now);
}

/**
 * Forgets keys from before `before` in so many pages of the table, from page `from` on; false where it ends before them. It
 * goes through the table as it lies: an index by time would be one more to write with every send, and no migration could
 * build it without stopping those who send.
 */
export async function forgetKeys(tx: Tx, before: number, from: number, pages: number): Promise<boolean> {
  const { rows } = await sql<{ pages: number }>`
    select pg_relation_size('idempotency') / current_setting('block_size')::bigint as pages`.execute(tx);
  if (from >= Number(rows[0]?.pages ?? 0)) return false;
  await sql`delete from idempotency where ctid >= ${`(${from},0)`}::tid and ctid < ${`(${from + pages},0)`}::tid
     and created_at < ${time(before)}`.execute(tx);
  return true;
}

/** What was sent under this key: whoever comes with it again is answered with that message. */
export async function bindIdempotencyKey(
  tx: Tx,
  caller: string,
  key: string,
  messageId: string,
): Promise<void> {
  await sql`update idempotency set message_id = ${messageId}::uuid where caller = ${caller} and key = ${key}`.execute(
    tx,
  );
}

/** As if nobody had come with it. */
export async function freeIdempotencyKey(tx: Tx, caller: string, key: string): Promise<void> {
  await sql`delete from idempotency where caller = ${caller} and key = ${key}`.execute(tx);
}

/** Changes with every change of settings, record types and templates (migration 0016); never says the same twice. */
export const CONFIGURATION_VERSION = sql`(select string_agg(version::text, ' ' order by source) from configuration_version)`;

/** What a process compares its copy of the configuration by. */
export async function configurationVersion(tx: Tx): Promise<string> {
  const { rows } = await sql<{
    version: string;
  }>`/* prepared */ select ${CONFIGURATION_VERSION} as version`.execute(tx);
  return rows[0]?.version ?? '';
}
