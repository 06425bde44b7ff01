import { type Fact, isOutrun } from '../core/consent.ts';
import type { Purpose } from '../core/purpose.ts';
import { type PendingGrant, waitingGrantsOf } from '../db/consent.ts';
import type { Tx } from '../db/engine.ts';
import type { WaitingFile } from '../db/evidence-files.ts';
import { factsOf } from '../db/ledger.ts';
import type { Context } from './context.ts';
import { loadSettings } from './organisation.ts';
import { Refusal } from './refusal.ts';

/** Grants that wait for a second person: one for a customer and purpose, and none that a refusal made void is approved. */

export interface PendingEvidence {
  text?: string;
  reason?: string | null;
  file?: WaitingFile | null;
  /** The last line of the ledger when it was recorded. */
  knowsSeq?: number;
  requestedByRole?: string | null;
}

/** When a grant was recorded, and the last line known then; line numbers are those of the chain it was recorded in. */
export function waitedSince({ requestedAt, merged, evidence }: PendingGrant): {
  at: number;
  knowsSeq: number;
} {
  return { at: requestedAt, knowsSeq: merged ? 0 : ((evidence as PendingEvidence).knowsSeq ?? 0) };
}

/** Those that the customer refused after they were recorded: they can only be rejected. */
export async function refusedMeanwhile(
  tx: Tx,
  ctx: Context,
  grants: readonly PendingGrant[],
): Promise<Set<PendingGrant>> {
  const { requestOpenDays } = await loadSettings(tx);
  const facts = await factsOf(tx, [...new Set(grants.map((grant) => grant.contactPointId))]);
  return new Set(
    grants.filter((grant) => {
      const known = facts.get(grant.contactPointId) ?? [];
      const chain = grant.contactPointId;
      const line = { chain, seq: lastOf(known, chain) + 1, ...waitedSince(grant) };
      return isOutrun(known, line, grant.purpose, { now: ctx.clock(), requestOpenDays });
    }),
  );
}

const lastOf = (facts: readonly Fact[], chain: string): number =>
  Math.max(0, ...facts.map((fact) => (fact.chain === chain ? fact.seq : 0)));

export const isVoid = async (tx: Tx, ctx: Context, grant: PendingGrant): Promise<boolean> =>
  (await refusedMeanwhile(tx, ctx, [grant])).has(grant);

/** The grant of a customer that counts once a second person approves it; one that a refusal made void is none. */
export async function firstWaitingGrant(
  tx: Tx,
  ctx: Context,
  contactPointId: string,
  purpose: Purpose,
): Promise<PendingGrant | null> {
  const waiting = await waitingGrantsOf(tx, contactPointId, purpose);
  if (waiting.length === 0) return null;
  const outrun = await refusedMeanwhile(tx, ctx, waiting);
  return waiting.find((one) => !outrun.has(one)) ?? null;
}

/** Throws 409 where a grant of this customer waits already, unless a refusal made that one void. The contact point is locked. */
export async function mustBeFirst(
  tx: Tx,
  ctx: Context,
  contactPointId: string,
  purpose: Purpose,
): Promise<void> {
  const first = await firstWaitingGrant(tx, ctx, contactPointId, purpose);
  if (first !== null)
    throw new Refusal(
      409,
      'grant-waits-already',
      `A grant of this customer waits for a second person already, recorded by ${first.requestedBy}. That one stands.`,
    );
}
