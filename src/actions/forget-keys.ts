import { forgetKeys } from '../db/organisation.ts';
import type { Context } from './context.ts';
import { inRounds } from './rounds.ts';

const DAY = 86_400_000;
/** How long an `Idempotency-Key` is known at least: longer than anybody repeats a request. */
const KEPT_MS = 30 * DAY;
/** Of 8 KB: some 50 keys each. */
const PAGES_AT_ONCE = 256;

/** Where this process is in the table, and when it begins again; another process may be elsewhere. */
const walks = new WeakMap<Context, { page: number; nextAt: number }>();

/** Once a day: forgets what requests were made under keys of 30 days ago. True where there is more of the table. */
export async function forgetOldKeys(ctx: Context): Promise<boolean> {
  const now = ctx.clock();
  const walk = walks.get(ctx) ?? { page: 0, nextAt: now };
  if (now < walk.nextAt) return false;
  let { page } = walk;
  const more = await inRounds(ctx, 1, async (tx) => {
    if (!(await forgetKeys(tx, now - KEPT_MS, page, PAGES_AT_ONCE))) return 0;
    page += PAGES_AT_ONCE;
    return 1;
  });
  walks.set(ctx, more ? { page, nextAt: now } : { page: 0, nextAt: now + DAY });
  return more;
}
