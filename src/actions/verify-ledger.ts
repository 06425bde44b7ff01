import { type ChainFault, marksOf, verifyBeside, verifyChain } from '../core/evidence.ts';
import { besideChains, chainsAfter, marksAround } from '../db/ledger.ts';
import type { Context } from './context.ts';

export interface LedgerReport {
  chains: number;
  lines: number;
  faults: ChainFault[];
}

const PAGE = 200;

/**
 * Recomputes every hash of every chain, 200 chains at a time, and holds what is kept beside the lines (wordings, what buttons mean,
 * files of evidence) to what the lines say of it.
 */
export async function verifyLedger(ctx: Pick<Context, 'database' | 'keys'>): Promise<LedgerReport> {
  const report: LedgerReport = { chains: 0, lines: 0, faults: [] };
  let after: string | null = null;
  for (;;) {
    const beside = await besideChains(ctx.database.db, after, PAGE);
    const chains = await chainsAfter(ctx.database.db, after, PAGE);
    const last = chains.at(-1);
    if (last === undefined) return report;
    after = last.head.contactPointId;
    // After the lines: an erasure that commits between the two is among these, and no fault.
    const bare = chains.filter(({ lines }) => lines.some(({ salt }) => salt === null));
    const ids = bare.map(({ head }) => head.contactPointId);
    const marks = ids.length === 0 ? [] : marksOf(await marksAround(ctx.database.db, ids));
    for (const { head, lines } of chains) {
      report.chains += lines.length > 0 ? 1 : 0;
      report.lines += lines.length;
      const stored = lines.map(({ salt, personal, at, receivedAt, ...line }) => ({
        ...line,
        at: new Date(at).toISOString(),
        receivedAt: new Date(receivedAt).toISOString(),
        personal: salt === null ? null : { salt, content: personal },
      }));
      const own = beside.get(head.contactPointId);
      report.faults.push(
        ...verifyChain(ctx.keys.sha256, stored, head, marks).map((fault) => ({
          ...fault,
          contactPointId: head.contactPointId,
        })),
        ...(own === undefined ? [] : verifyBeside(ctx.keys.sha256, stored, own)),
      );
    }
  }
}
