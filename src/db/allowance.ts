import { sql } from 'kysely';
import type { Share } from '../core/allowance.ts';
import { REST_MS } from '../core/permits.ts';
import type { Tx } from './engine.ts';

/** The shares of a number's allowance, by the database's clock, so that no node's own matters. */

/** How long a share lasts that nobody renews. */
export const SHARE_LEASE_MS = 5_000;

const ms = (value: number) => sql`${value}::float8 * interval '1 millisecond'`;

/**
 * First statement of a division: one node divides at a time. Only the second statement sees what the one before committed.
 * A lease that ends later than any could was written by a clock that has been set back, and is taken for a new one.
 */
export async function lockShares(tx: Tx, channelId: string): Promise<Share[]> {
  await sql`/* keyed */ select 1 from channel where id = ${channelId} for update`.execute(tx);
  const { rows } = await sql<Share>`/* keyed */ select holder, permits,
      least(extract(epoch from lease_until - clock_timestamp()) * 1000, ${SHARE_LEASE_MS})::float8 as "leftMs"
    from allowance_share where channel_id = ${channelId}`.execute(tx);
  return rows;
}

/** Stores a division: the share with a new lease, what rests with one that just ended; forgets what nobody holds. */
export async function saveShare(
  tx: Tx,
  channelId: string,
  share: { holder: string; permits: number; resting: number },
): Promise<void> {
  await sql`/* keyed */ with t as (select clock_timestamp() as now),
    forgotten as (
      delete from allowance_share s using t where s.channel_id = ${channelId} and s.holder <> ${share.holder}::uuid
         and s.lease_until + ${ms(REST_MS)} <= t.now),
    set_back as (
      update allowance_share s set lease_until = t.now + ${ms(SHARE_LEASE_MS)} from t
       where s.channel_id = ${channelId} and s.holder <> ${share.holder}::uuid and s.lease_until > t.now + ${ms(SHARE_LEASE_MS)}),
    rests as (
      insert into allowance_share (channel_id, holder, permits, lease_until)
      select ${channelId}, gen_random_uuid(), ${share.resting}::int, t.now from t where ${share.resting}::int > 0)
    insert into allowance_share as mine (channel_id, holder, permits, lease_until)
    select ${channelId}, ${share.holder}::uuid, ${share.permits}::int, t.now + ${ms(SHARE_LEASE_MS)} from t
    on conflict (channel_id, holder) do update set permits = excluded.permits, lease_until = excluded.lease_until`.execute(
    tx,
  );
}

/** The lease ends now: its holder begins no more calls, and has told how many of its permits still rest. */
export async function endShare(tx: Tx, channelId: string, holder: string, resting: number): Promise<void> {
  await sql`/* keyed */ update allowance_share set lease_until = least(lease_until, clock_timestamp()),
      permits = least(permits, ${resting}::int) where channel_id = ${channelId} and holder = ${holder}::uuid`.execute(
    tx,
  );
}
