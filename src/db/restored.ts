import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time } from './rows.ts';

/** What a database that was restored from a backup knows of, and what it must forget about sending. */

/** The latest moments it knows of, ms; null where there is nothing of the kind. */
export interface KnownUntil {
  /** The last update of WhatsApp that was stored. */
  webhook: number | null;
  /** The last line of the consent ledger. */
  ledger: number | null;
  /** The last message, in or out. */
  message: number | null;
}

/** The newest of each that the backup holds, ms; null where it holds none. */
export async function knownUntil(tx: Tx): Promise<KnownUntil> {
  const { rows } = await sql<KnownUntil>`
    select (select max(received_at) from inbox) as webhook, (select max(received_at) from ledger) as ledger,
           (select max(at) from message) as message`.execute(tx);
  return rows[0] ?? { webhook: null, ledger: null, message: null };
}

/** What had not left when the backup was made may have left since: nobody knows. Answers how many. */
export async function doubtQueued(tx: Tx, text: string, now: number): Promise<number> {
  const { rows } =
    await sql`update message set status = 'unconfirmed', reason_code = 'unconfirmed', reason_text = ${text},
      status_at = ${time(now)}, handed_at = coalesce(handed_at, ${time(now)}), lease_until = null, waits_for_media = false
     where status in ('queued', 'handing-over') returning id`.execute(tx);
  return rows.length;
}
