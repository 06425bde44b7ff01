import { lockedUntil } from '../core/lock-out.ts';
import { explainPassword, passwordProblem } from '../core/password.ts';
import type { Tx } from '../db/engine.ts';
import { type Account, accountByEmail, accountById, renewPasswordHash, setPassword } from '../db/people.ts';
import { deleteSignInsOf, type SignInOrigin } from '../db/sessions.ts';
import { clearFailures, countFailure, lockFailures } from '../db/sign-in-failures.ts';
import { deleteLinksOf } from '../db/sign-in-links.ts';
import { isCommonPassword } from './common-passwords.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { hashPassword, isOutdated, verifyPassword } from './password-hash.ts';
import { Refusal } from './refusal.ts';
import { beginSession, type IssuedToken } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/**
 * Passwords: signing in with one, and changing it.
 *
 * An address that nobody has goes the very same way as one of a person: the same statements, the same counting and
 * closing, one hash computed. So neither the answer nor its time tells who has an account.
 */

/** Under which an address's wrong passwords are counted. */
export const emailHash = (ctx: Context, email: string): string =>
  ctx.keys.numberHash(`e-mail ${email.trim().toLowerCase()}`);

/** Throws 401 `wrong-credentials`, or 423 `locked` with the time it opens again. */
export async function signInWithPassword(
  ctx: Context,
  given: { email: string; password: string },
  origin: Omit<SignInOrigin, 'method' | 'idToken'>,
): Promise<IssuedToken> {
  const email = given.email.trim();
  const account = await tryAccount(ctx, email, (tx) => accountByEmail(tx, email));
  if (!(await verifyPassword(account?.passwordHash ?? null, given.password)) || account === null)
    throw wrongCredentials();
  const renewed = await renewedHash(account, given.password);
  return inTransaction(ctx, async (tx) => {
    await stillValid(tx, account, wrongCredentials);
    await clearFailures(tx, emailHash(ctx, email));
    if (renewed !== null) await renewPasswordHash(tx, account.id, account.passwordHash ?? '', renewed);
    return beginSession(tx, ctx, account.id, { ...origin, method: 'password', idToken: null });
  });
}

/** A person replaces their own password; their other sessions end. A stolen session cannot guess for long. */
export async function changePassword(
  ctx: Context,
  person: { id: string; signInId: string },
  given: { current: string; next: string },
): Promise<void> {
  const before = await accountById(ctx.database.db, person.id);
  if (before?.passwordHash == null || before.email === null)
    throw new Refusal(409, 'no-password', 'You sign in without a password here, so there is none to change.');
  const account = await tryAccount(ctx, before.email, (tx) => accountById(tx, person.id));
  if (account === null || !(await verifyPassword(account.passwordHash, given.current)))
    throw new Refusal(422, 'wrong-password', 'That is not your present password.');
  checkNewPassword(given.next, account);
  const next = await hashPassword(given.next);
  await inTransaction(ctx, async (tx) => {
    await stillValid(tx, account, wrongCredentials);
    await clearFailures(tx, emailHash(ctx, account.email ?? ''));
    await replacePassword(tx, ctx, person.id, next, person.signInId);
  });
}

/** Stores a new password and ends every session but one, and every link that could set another. */
export async function replacePassword(
  tx: Tx,
  ctx: Context,
  personId: string,
  hash: string,
  keptSignInId: string | null,
): Promise<void> {
  await setPassword(tx, personId, hash, ctx.clock());
  await deleteLinksOf(tx, personId, ['invitation', 'reset']);
  await deleteSignInsOf(tx, personId, keptSignInId === null ? {} : { except: keptSignInId });
  const hints = createHints();
  hints.access(personId);
  hints.topic('people');
  await hints.send(tx);
}

/** Throws 422 with what is wrong. */
export function checkNewPassword(password: string, person: { name: string; email: string | null }): void {
  const problem = passwordProblem(password, {
    words: [person.name, person.email ?? '', 'Assent', 'WhatsApp'],
    isCommon: isCommonPassword,
  });
  if (problem !== null) throw new Refusal(422, problem, explainPassword(problem));
}

/** Counts a try before it is judged, so that tries that come together count one by one; throws 423 where it is one too many. */
async function tryAccount(
  ctx: Context,
  email: string,
  find: (tx: Tx) => Promise<Account | null>,
): Promise<Account | null> {
  const now = ctx.clock();
  const hash = emailHash(ctx, email);
  const tried = await inTransaction(ctx, async (tx) => {
    const { failed, lastAt } = await lockFailures(tx, hash, now);
    const until = lockedUntil(failed, lastAt, now);
    const account = await find(tx);
    if (until === null) await countFailure(tx, hash, now);
    return { until, account };
  });
  if (tried.until !== null) throw locked(tried.until);
  return tried.account;
}

async function renewedHash(account: Account, password: string): Promise<string | null> {
  return account.passwordHash !== null && isOutdated(account.passwordHash) ? hashPassword(password) : null;
}

/** While the hash was computed the person may have been disabled, or got another password. */
async function stillValid(tx: Tx, account: Account, refusal: () => Refusal): Promise<void> {
  const now = await accountById(tx, account.id);
  if (now === null || now.passwordHash !== account.passwordHash) throw refusal();
}

const wrongCredentials = (): Refusal =>
  new Refusal(401, 'wrong-credentials', 'This e-mail address and this password do not belong together.');

function locked(until: number): Refusal {
  return Number.isFinite(until)
    ? new Refusal(
        423,
        'locked',
        'Too many wrong passwords. Wait before you try again, or ask an administrator to unlock you.',
        { until },
      )
    : new Refusal(
        423,
        'locked',
        'Too many wrong passwords. Ask an administrator to unlock you, or for a link to set a new one.',
      );
}
