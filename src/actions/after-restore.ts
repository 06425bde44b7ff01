import { restoredReason } from '../core/restored.ts';
import { insertAudit, stopChannel } from '../db/organisation.ts';
import { doubtQueued, type KnownUntil, knownUntil } from '../db/restored.ts';
import type { Context } from './context.ts';
import { UNCONFIRMED } from './settle-sends.ts';
import { inTransaction } from './transaction.ts';
import { type LedgerReport, verifyLedger } from './verify-ledger.ts';

export interface Restored {
  ledger: LedgerReport;
  known: KnownUntil;
  /** Messages that had not left when the backup was made: nobody knows whether they have since. */
  doubted: number;
}

/**
 * What a restored database needs before a node runs on it. Refusals since the backup are missing, and what waited in it
 * may have been sent since: so the channel stands until an administrator resumes it, and nothing that waited is sent
 * again by itself.
 */
export async function afterRestore(ctx: Context, actor: string): Promise<Restored> {
  const ledger = await verifyLedger(ctx);
  return inTransaction(ctx, async (tx) => {
    const known = await knownUntil(tx);
    const doubted = await doubtQueued(tx, UNCONFIRMED, ctx.clock());
    const until = known.webhook === null ? null : new Date(known.webhook).toISOString();
    await stopChannel(tx, ctx.channel.id, restoredReason(until));
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'database.restore',
      subject: ctx.channel.phoneNumberId,
      before: null,
      after: { lastWebhookAt: until, doubted, ledgerFaults: ledger.faults.length },
    });
    return { ledger, known, doubted };
  });
}
