import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time } from './rows.ts';

/**
 * The connection to a remote CRM, shared by all nodes: one allowance of requests, one pause. The organisation counts per
 * user, and all nodes are one user to it.
 */

/** Dataverse takes 6,000 requests in any 300 s. At most 500 at once and 17 a second stay below: 500 + 300 × 17 = 5,600. */
const MOST_AT_ONCE = 500;
const PER_SECOND = 17;

/** Takes so many requests from the allowance. Answers how long to wait where there are not so many, ms, or 0. */
export async function takeRequests(tx: Tx, requests: number, now: number): Promise<number> {
  const { rows } = await sql<{ waitMs: number }>`
    with current as (
      select case when paused_until > ${time(now)} then extract(epoch from paused_until - ${time(now)}) * 1000 else 0 end as paused,
             least(${MOST_AT_ONCE}::float8,
                   tokens + greatest(0, extract(epoch from ${time(now)} - tokens_at)) * ${PER_SECOND}::float8) as has
        from crm_connection for update),
    taken as (
      update crm_connection set tokens = has - ${requests}::float8, tokens_at = ${time(now)}
        from current where paused = 0 and has >= ${requests}::float8 returning 1)
    select case when exists (select 1 from taken) then 0
                when paused > 0 then paused
                else (${requests}::float8 - has) / ${PER_SECOND}::float8 * 1000 end::float8 as "waitMs" from current`.execute(
    tx,
  );
  const waitMs = rows[0]?.waitMs ?? 0;
  return waitMs === 0 ? 0 : Math.max(1, Math.ceil(waitMs));
}

/** Requests that may leave now, none taken. */
export async function spareRequests(tx: Tx, now: number): Promise<number> {
  const { rows } = await sql<{ spare: number }>`
    select case when paused_until > ${time(now)} then 0 else least(${MOST_AT_ONCE}::float8,
             tokens + greatest(0, extract(epoch from ${time(now)} - tokens_at)) * ${PER_SECOND}::float8) end::float8 as spare
      from crm_connection`.execute(tx);
  return rows[0]?.spare ?? 0;
}

/** Nobody asks anything before `until`. */
export async function pauseRequests(tx: Tx, until: number): Promise<void> {
  await sql`update crm_connection set paused_until = greatest(paused_until, ${time(until)})`.execute(tx);
}

export interface Connection {
  pausedUntil: number | null;
  failures: number;
  problemCode: string | null;
  problemText: string | null;
  problemSince: number | null;
  describeAt: number | null;
}

export async function readConnection(tx: Tx): Promise<Connection> {
  const { rows } =
    await sql<Connection>`select paused_until as "pausedUntil", failures, problem_code as "problemCode",
      problem_text as "problemText", problem_since as "problemSince", describe_at as "describeAt" from crm_connection`.execute(
      tx,
    );
  const [row] = rows;
  if (row === undefined) throw new Error('the row of crm_connection is missing');
  return row;
}

/** Nothing gets through: everybody waits until then, and the page says why. */
export async function connectionFails(
  tx: Tx,
  problem: { code: string; text: string },
  until: number,
  now: number,
): Promise<void> {
  await sql`update crm_connection set failures = failures + 1, paused_until = greatest(paused_until, ${time(until)}),
    problem_code = ${problem.code}, problem_text = ${problem.text}, problem_since = coalesce(problem_since, ${time(now)})`.execute(
    tx,
  );
}

/**
 * An answer came. What reading hears says nothing of writing: while a write waits or its answer is missing, what was shown
 * stays, and goes with the next round of writes that is answered.
 */
export async function connectionWorks(tx: Tx, by: 'reading' | 'writing', now: number): Promise<void> {
  const waits = sql`exists (select from crm_write where state = 'pending' and (sent is not null or next_at <= ${time(now)}))`;
  await sql`update crm_connection set failures = 0, problem_code = null, problem_text = null, problem_since = null
    where (failures > 0 or problem_code is not null) and ${by === 'writing' ? sql`true` : sql`not ${waits}`}`.execute(
    tx,
  );
}

/** A pause after a failure ends. One that the CRM asked for stays. */
export async function endOwnPause(tx: Tx): Promise<void> {
  await sql`update crm_connection set paused_until = null where problem_code <> 'throttled'`.execute(tx);
}

/** Null: at once. */
export async function describeNext(tx: Tx, at: number | null): Promise<void> {
  await sql`update crm_connection set describe_at = ${time(at)}`.execute(tx);
}
