import { type Right, readRoleRights, rightsOf } from '../core/rights.ts';
import { isApiKeyGood } from '../db/api-keys.ts';
import { embedFamilyStands } from '../db/embed-tokens.ts';
import type { Tx } from '../db/engine.ts';
import type { PersonRow } from '../db/people.ts';
import {
  deleteSignIn,
  deleteSignInsOf,
  insertSession,
  readSession,
  replaceSession,
  type SessionRow,
  type SignInMethod,
  type SignInOrigin,
  touchSession,
} from '../db/sessions.ts';
import { deleteLinksOf } from '../db/sign-in-links.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { notFound } from './refusal.ts';
import { SealBroken } from './seal.ts';
import { inTransaction } from './transaction.ts';

/** Sessions: begun by a sign-in, renewed while in use, ended by their person, an administrator or a stolen token. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A session ends when it was not used for this long, */
const IDLE = 12 * HOUR;
/** and in any case after this. */
export const LONGEST_SESSION = 7 * 24 * HOUR;
/** A session in use gets a new token this often. */
const ROTATE = HOUR;
/** A replaced token stays good for requests under way, and for a browser that never saw the answer with the new one. */
const GRACE = MINUTE;
/** Requests that start together all carry the old token; one that comes later did not get the new one. */
const TOGETHER = 5_000;
/** How fine "last seen" is: one write per person and minute. */
const SEEN = MINUTE;

/** The API key of the environment, as a caller. */
export const ADMIN_KEY_ID = 'admin-api-key';

/** A token as the browser gets it: the only time it is known in clear. */
export interface IssuedToken {
  token: string;
  /** Milliseconds from now, so that a browser with another clock keeps it just as long. */
  life: number;
}

/** 256 unguessable bits, URL-safe. */
export function newToken(ctx: Context): string {
  return ctx.make.token() + ctx.make.token();
}

/** Begins a session of a person who has proved who they are. */
export async function beginSession(
  tx: Tx,
  ctx: Context,
  personId: string,
  origin: SignInOrigin,
): Promise<IssuedToken> {
  const now = ctx.clock();
  const issued = { token: newToken(ctx), life: IDLE };
  const signInId = ctx.make.id();
  await insertSession(tx, {
    ...origin,
    idToken: origin.idToken === null ? null : ctx.seal.seal(origin.idToken, idTokenPlace(signInId)),
    tokenHash: ctx.keys.sha256(issued.token),
    signInId,
    personId,
    signedInAt: now,
    now,
    expiresAt: now + issued.life,
  });
  return issued;
}

const idTokenPlace = (signInId: string): string => `session/${signInId}`;

/** Null where its key is gone: the session stands, and its sign-out ends it here alone. */
function openIdToken(ctx: Context, { idToken, signInId }: SessionRow): string | null {
  if (idToken === null) return null;
  try {
    return ctx.seal.open(idToken, idTokenPlace(signInId));
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

/** A session that stands. `id` is the hash of its present token and may be kept and compared, never shown. */
export interface Session {
  id: string;
  /** What the person sees and revokes. */
  signInId: string;
  method: SignInMethod;
  idToken: string | null;
  person: PersonRow;
  rights: ReadonlySet<Right>;
  rotationDue: boolean;
}

/** Who holds this token; null where nobody does any more. */
export async function readCaller(ctx: Context, token: string): Promise<Session | null> {
  const now = ctx.clock();
  const row = await readSession(ctx.database.db, ctx.keys.sha256(token));
  if (row === null) return null;
  if (row.expiresAt <= now) {
    if (row.replacedAt !== null) await endStolen(ctx, row);
    return null;
  }
  if (now - row.usedAt >= SEEN)
    await inTransaction(ctx, (tx) => touchSession(tx, row.tokenHash, row.person.id, now));
  return {
    id: row.tokenHash,
    signInId: row.signInId,
    method: row.method,
    idToken: openIdToken(ctx, row),
    person: row.person,
    rights: rightsOf(row.person.role, readRoleRights(row.roleRights)),
    rotationDue: row.replacedAt === null ? now - row.seenAt >= ROTATE : now - row.replacedAt >= TOGETHER,
  };
}

/**
 * A token that was replaced and comes back after its grace is in two hands, the person's and somebody else's, and nobody
 * knows whose is whose: the whole sign-in ends.
 */
async function endStolen(ctx: Context, row: SessionRow): Promise<void> {
  ctx.log.warn({ signIn: row.signInId }, 'a replaced session token came back: its sign-in is ended');
  await inTransaction(ctx, async (tx) => {
    await deleteSignIn(tx, row.signInId);
    const hints = createHints();
    hints.access(row.person.id);
    await hints.send(tx);
  });
}

/** Whether a caller, once read, still may be here: long-lived connections ask again. */
export async function callerStands(
  ctx: Context,
  caller: { callerId: string; sessionId: string | null; frame: string | null },
): Promise<boolean> {
  const now = ctx.clock();
  if (caller.sessionId !== null) {
    const row = await readSession(ctx.database.db, caller.sessionId);
    return row !== null && row.expiresAt > now;
  }
  if (caller.frame !== null) return embedFamilyStands(ctx.database.db, caller.frame, now);
  return caller.callerId === ADMIN_KEY_ID || isApiKeyGood(ctx.database.db, caller.callerId, now);
}

/** Gives a session in use its next token; null where another request just did. */
export async function rotate(ctx: Context, token: string): Promise<IssuedToken | null> {
  const now = ctx.clock();
  const tokenHash = ctx.keys.sha256(token);
  return inTransaction(ctx, async (tx) => {
    const row = await readSession(tx, tokenHash);
    if (row === null || row.expiresAt <= now) return null;
    const first = await replaceSession(tx, tokenHash, now, Math.min(now + GRACE, row.expiresAt));
    if (!first && (row.replacedAt === null || now - row.replacedAt < TOGETHER)) return null;
    const issued = { token: newToken(ctx), life: Math.min(IDLE, row.createdAt + LONGEST_SESSION - now) };
    await insertSession(tx, {
      tokenHash: ctx.keys.sha256(issued.token),
      signInId: row.signInId,
      personId: row.person.id,
      signedInAt: row.createdAt,
      now,
      expiresAt: now + issued.life,
      method: row.method,
      userAgent: row.userAgent,
      address: row.address,
      idToken: row.idToken,
    });
    return issued;
  });
}

/** Ends a sign-in under every token it had; answers the ids of the sessions that are no more. */
export async function signOut(ctx: Context, token: string): Promise<string[]> {
  return inTransaction(ctx, async (tx) => {
    const row = await readSession(tx, ctx.keys.sha256(token));
    if (row === null) return [];
    const ended = await deleteSignIn(tx, row.signInId);
    await tellAccess(tx, row.person.id);
    return ended;
  });
}

/** A person ends one of their sign-ins, or all but the one they ask with. */
export async function endSessions(
  ctx: Context,
  personId: string,
  which: { only: string } | { except: string | null },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const filter =
      'only' in which ? { only: which.only } : which.except === null ? {} : { except: which.except };
    const ended = await deleteSignInsOf(tx, personId, filter);
    if (ended === 0 && 'only' in which) throw notFound('session');
    await tellAccess(tx, personId);
  });
}

/** All sign-ins of a person, and the links that could begin another. */
export async function endAccess(tx: Tx, personId: string): Promise<number> {
  await deleteLinksOf(tx, personId, ['sign-in', 'invitation', 'reset']);
  return deleteSignInsOf(tx, personId);
}

/** Live streams of this person, or key, end on every node, and come back if they may. */
async function tellAccess(tx: Tx, callerId: string): Promise<void> {
  const hints = createHints();
  hints.access(callerId);
  await hints.send(tx);
}
