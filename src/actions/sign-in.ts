import {
  deleteOldSessions,
  ensurePerson,
  insertSession,
  insertSignInLink,
  type PersonRow,
  readSession,
  replaceSession,
  useSignInLink,
} from '../db/organisation.ts';
import { continueSession, deleteSignIn, personOfLink } from '../db/sessions.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/**
 * People sign in by a one-time link and then hold a session. Only hashes of tokens are stored, so a copy of the database
 * opens nothing.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A link works once, within this time. */
const LINK_LIFE = 24 * HOUR;
/** A session ends when it was not used for this long, */
const IDLE = 12 * HOUR;
/** and in any case after this. */
const LONGEST = 7 * 24 * HOUR;
/** A session in use gets a new token this often. */
const ROTATE = HOUR;
/** A replaced token stays good for requests under way, and for a browser that never saw the answer with the new one. */
const GRACE = MINUTE;
/** Requests that start together all carry the old token; one that comes later did not get the new one. */
const TOGETHER = 5_000;

/** The sandbox's people; their ids never change, so that a restart finds them again. */
export const SANDBOX_PEOPLE = [
  { id: '00000000-0000-4000-8000-000000000001', name: 'Ada Administrator', role: 'administrator' },
  { id: '00000000-0000-4000-8000-000000000002', name: 'Alex Agent', role: 'agent' },
  { id: '00000000-0000-4000-8000-000000000003', name: 'Audrey Auditor', role: 'auditor' },
] as const satisfies readonly PersonRow[];

export async function ensureSandboxPeople(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    for (const person of SANDBOX_PEOPLE) await ensurePerson(tx, person);
  });
}

/** Makes a link that signs this person in, once, within 24 hours. */
export async function createSignInLink(ctx: Context, personId: string, publicUrl: string): Promise<string> {
  const token = newToken(ctx);
  await inTransaction(ctx, (tx) =>
    insertSignInLink(tx, ctx.keys.sha256(token), personId, ctx.clock() + LINK_LIFE),
  );
  return `${publicUrl}/sign-in?token=${token}`;
}

/** A token as the browser gets it: the only time it is known in clear. */
export interface IssuedToken {
  token: string;
  /** Milliseconds from now, so that a browser with another clock keeps it just as long. */
  life: number;
}

/** Uses a link up and begins a session; null where the link is unknown, used or too old. */
export async function signIn(ctx: Context, linkToken: string): Promise<IssuedToken | null> {
  const now = ctx.clock();
  return inTransaction(ctx, async (tx) => {
    const personId = await useSignInLink(tx, ctx.keys.sha256(linkToken), now);
    if (personId === null) return null;
    await deleteOldSessions(tx, now);
    const issued = { token: newToken(ctx), life: IDLE };
    await insertSession(tx, {
      tokenHash: ctx.keys.sha256(issued.token),
      personId,
      now,
      expiresAt: now + issued.life,
    });
    return issued;
  });
}

/** Whether the holder of this session is the one the link was made for. */
export async function isHolderOfLink(ctx: Context, linkToken: string, token: string): Promise<boolean> {
  const session = await readCaller(ctx, token);
  return (
    session !== null &&
    session.person.id === (await personOfLink(ctx.database.db, ctx.keys.sha256(linkToken)))
  );
}

/** A session that stands. `id` is the hash of its present token and may be kept and compared, never shown. */
export interface Session {
  id: string;
  person: PersonRow;
  rotationDue: boolean;
}

/** Who holds this token; null where nobody does any more. */
export async function readCaller(ctx: Context, token: string): Promise<Session | null> {
  const now = ctx.clock();
  const row = await readSession(ctx.database.db, ctx.keys.sha256(token), now);
  if (row === null) return null;
  return {
    id: row.tokenHash,
    person: row.person,
    rotationDue: row.replacedAt === null ? now - row.seenAt >= ROTATE : now - row.replacedAt >= TOGETHER,
  };
}

/** Whether a session, once read, still stands: long-lived connections ask again. */
export async function sessionStands(ctx: Context, sessionId: string): Promise<boolean> {
  return (await readSession(ctx.database.db, sessionId, ctx.clock())) !== null;
}

/** Gives a session in use its next token; null where another request just did. */
export async function rotate(ctx: Context, token: string): Promise<IssuedToken | null> {
  const now = ctx.clock();
  const tokenHash = ctx.keys.sha256(token);
  return inTransaction(ctx, async (tx) => {
    const row = await readSession(tx, tokenHash, now);
    if (row === null) return null;
    const first = await replaceSession(tx, tokenHash, now, Math.min(now + GRACE, row.expiresAt));
    if (!first && (row.replacedAt === null || now - row.replacedAt < TOGETHER)) return null;
    const issued = { token: newToken(ctx), life: Math.min(IDLE, row.createdAt + LONGEST - now) };
    await continueSession(tx, {
      tokenHash: ctx.keys.sha256(issued.token),
      personId: row.person.id,
      signedInAt: row.createdAt,
      now,
      expiresAt: now + issued.life,
    });
    return issued;
  });
}

/** Ends a sign-in under every token it had; answers the ids of the sessions that are no more. */
export async function signOut(ctx: Context, token: string): Promise<string[]> {
  return inTransaction(ctx, (tx) => deleteSignIn(tx, ctx.keys.sha256(token)));
}

/** 256 unguessable bits, URL-safe. */
function newToken(ctx: Context): string {
  return ctx.make.token() + ctx.make.token();
}
