import { divideAllowance } from '../core/allowance.ts';
import { createPermits, type Permits } from '../core/permits.ts';
import { endShare, lockShares, SHARE_LEASE_MS, saveShare } from '../db/allowance.ts';
import type { Context } from './context.ts';
import { inKeyedTransaction } from './transaction.ts';

/** What one run of this process may send of the number's allowance. */
export interface Allowance {
  permits: Permits;
  /** Asks for the share: what is free of an even part, until the lease ends. Throws where the database does not answer. */
  renew(): Promise<void>;
  /** Renews it where that is due: beside what else happens while the lease runs, else before it resolves. Throws as `renew`. */
  keep(): Promise<void>;
  /** Leaves the share to others. Nothing may be under way any more. */
  end(): Promise<void>;
}

/** A lease counts from before it was asked for, and our clock may run slower than the database's by this much in it. */
const DRIFT_MS = 20;
const RENEW_AFTER_MS = 1_500;
/** While others still hold a part of what is ours. */
const ASK_AGAIN_AFTER_MS = 100;

/** `perSecond`: what the number may send in all, messages in any second. */
export function createAllowance(ctx: Context, perSecond: number): Allowance {
  const permits = createPermits();
  const holder = ctx.make.id();
  let askedAt = Number.NEGATIVE_INFINITY;
  let more = false;
  let renewing: Promise<void> | null = null;

  /** One division; true where it left us more than our part. */
  async function divide(): Promise<boolean> {
    askedAt = performance.now();
    const asking = { holder, keeps: permits.held(), resting: permits.givenUpResting(askedAt) };
    const division = await inKeyedTransaction(ctx, async (tx) => {
      const shares = await lockShares(tx, ctx.channel.id);
      const made = divideAllowance(perSecond, shares, asking);
      await saveShare(tx, ctx.channel.id, { holder, ...made });
      return made;
    });
    permits.handedOn();
    permits.grant(division.permits, askedAt + SHARE_LEASE_MS - DRIFT_MS, performance.now());
    more = division.more;
    permits.shrinkTo(division.fair);
    return division.permits > division.fair;
  }

  async function renew(): Promise<void> {
    // What is given up is others' when the database has heard of it.
    if (await divide()) await divide();
  }

  return {
    permits,
    renew,
    async keep() {
      const now = performance.now();
      if (now < Math.min(permits.until(), askedAt + (more ? ASK_AGAIN_AFTER_MS : RENEW_AFTER_MS))) return;
      renewing ??= renew().finally(() => {
        renewing = null;
      });
      if (now >= permits.until()) return renewing;
      renewing.catch((error: unknown) => ctx.log.debug({ err: error }, 'a share was not renewed yet'));
    },
    async end() {
      await renewing?.catch(() => {});
      permits.shrinkTo(0);
      const resting = permits.givenUpResting(performance.now());
      await inKeyedTransaction(ctx, (tx) => endShare(tx, ctx.channel.id, holder, resting));
    },
  };
}
