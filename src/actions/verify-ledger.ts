import { type ChainFault, marksOf, verifyChain } from '../core/evidence.ts';
import { chainHeads, linesOfChains, marksAround } from '../db/ledger.ts';
import type { Context } from './context.ts';

export interface LedgerReport {
  chains: number;
  lines: number;
  faults: ChainFault[];
}

/** Recomputes every hash of every chain, 200 chains at a time. */
export async function verifyLedger(ctx: Pick<Context, 'database' | 'keys'>): Promise<LedgerReport> {
  const report: LedgerReport = { chains: 0, lines: 0, faults: [] };
  let after: string | null = null;
  for (;;) {
    const heads = await chainHeads(ctx.database.db, after, 200);
    const last = heads.at(-1);
    if (last === undefined) return report;
    after = last.contactPointId;
    const lines = await linesOfChains(
      ctx.database.db,
      heads.map((head) => head.contactPointId),
    );
    // After the lines: an erasure that commits between the two is among these, and no fault.
    const bare = new Set(lines.filter((line) => line.salt === null).map((line) => line.contactPointId));
    const marks = bare.size === 0 ? [] : marksOf(await marksAround(ctx.database.db, [...bare]));
    for (const head of heads) {
      const mine = lines.filter((line) => line.contactPointId === head.contactPointId);
      report.chains += mine.length > 0 ? 1 : 0;
      report.lines += mine.length;
      const faults = verifyChain(
        ctx.keys.sha256,
        mine.map(({ salt, personal, at, receivedAt, ...line }) => ({
          ...line,
          at: new Date(at).toISOString(),
          receivedAt: new Date(receivedAt).toISOString(),
          personal: salt === null ? null : { salt, content: personal },
        })),
        head,
        marks,
      );
      report.faults.push(...faults.map((fault) => ({ ...fault, contactPointId: head.contactPointId })));
    }
  }
}
