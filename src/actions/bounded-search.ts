import type { Tx } from '../db/engine.ts';
import { limitSearch, limitTime } from '../db/message-search.ts';
import type { Context } from './context.ts';
import { Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

const SEARCH_MS = 2_000;
/** A page of a file that is being written: it would break off in the middle. */
const UNATTENDED_MS = 60_000;

/** A search gets a time limit, and no plan that reads a whole table in the hope of an early end. */
export const boundedSearch = <T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inTime(ctx, (tx) => limitSearch(tx, SEARCH_MS), work);

/** A limit for what may read a table where that is the shortest way; the same, unless nobody sits before it. */
export const boundedRead = <T>(
  ctx: Context,
  work: (tx: Tx) => Promise<T>,
  { unattended = false }: { unattended?: boolean } = {},
): Promise<T> => inTime(ctx, (tx) => limitTime(tx, unattended ? UNATTENDED_MS : SEARCH_MS), work);

async function inTime<T>(
  ctx: Context,
  limit: (tx: Tx) => Promise<void>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await inTransaction(ctx, async (tx) => {
      await limit(tx);
      return work(tx);
    });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === QUERY_CANCELED)
      throw new Refusal(
        422,
        'search-too-broad',
        'Too many messages or customers match. Add another word, or more of the name or number.',
      );
    throw error;
  }
}

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
const QUERY_CANCELED = '57014';
