import { MOST_FAILED } from '../core/lock-out.ts';
import { deleteOldEmbedTokens } from '../db/embed-tokens.ts';
import type { Tx } from '../db/engine.ts';
import { deleteOldOidcSignIns } from '../db/oidc-sign-ins.ts';
import { insertAudit } from '../db/organisation.ts';
import { activePeople, administrators, ensurePerson, type PersonRow, type Whom } from '../db/people.ts';
import { deleteOldSessions, type SignInOrigin } from '../db/sessions.ts';
import { deleteOldFailures } from '../db/sign-in-failures.ts';
import { deleteOldLinks, insertLink, personOfLink, readLink, useLink } from '../db/sign-in-links.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { Refusal } from './refusal.ts';
import { beginSession, type IssuedToken, LONGEST_SESSION, newToken, readCaller } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/**
 * Signing in by a one-time link that asks for nothing more: the sandbox's, and what the command line prints. Only hashes
 * of tokens are stored, so a copy of the database opens nothing.
 */

const DAY = 24 * 60 * 60_000;

/** The sandbox's people; their ids never change, so that a restart finds them again. */
export const SANDBOX_PEOPLE = [
  { id: '00000000-0000-4000-8000-000000000001', name: 'Ada Administrator', role: 'administrator' },
  { id: '00000000-0000-4000-8000-000000000002', name: 'Alex Agent', role: 'agent' },
  { id: '00000000-0000-4000-8000-000000000003', name: 'Audrey Auditor', role: 'auditor' },
] as const satisfies readonly Omit<PersonRow, 'teams'>[];

export async function ensureSandboxPeople(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    for (const person of SANDBOX_PEOPLE) await ensurePerson(tx, person);
  });
}

/** Makes a link that signs this person in, once, within 24 hours. */
export async function createSignInLink(ctx: Context, personId: string, publicUrl: string): Promise<string> {
  return inTransaction(ctx, (tx) => makeSignInLink(tx, ctx, personId, publicUrl));
}

async function makeSignInLink(tx: Tx, ctx: Context, personId: string, publicUrl: string): Promise<string> {
  const token = newToken(ctx);
  const now = ctx.clock();
  await insertLink(tx, {
    tokenHash: ctx.keys.sha256(token),
    personId,
    purpose: 'sign-in',
    expiresAt: now + DAY,
    now,
    createdBy: null,
  });
  return `${publicUrl}/sign-in?token=${token}`;
}

/**
 * The same for somebody whom `actor` names, on record in the audit. It makes nobody: who would be an administrator with a
 * link and no password would also end the setup link of a new installation. Throws 422 `person-unclear`.
 */
export async function createAuditedSignInLink(
  ctx: Context,
  whom: Whom,
  actor: string,
  publicUrl: string,
): Promise<string> {
  return inTransaction(ctx, async (tx) => {
    const found = await activePeople(tx, whom);
    const [person] = found;
    if (person === undefined || found.length > 1)
      throw new Refusal(422, 'person-unclear', whyNobody(whom, found, await administrators(tx)));
    const { id, ...after } = person;
    const action = 'person.sign-in-link';
    await insertAudit(tx, { at: ctx.clock(), actor, action, subject: id, before: null, after });
    const hints = createHints();
    hints.topic('people');
    await hints.send(tx);
    return makeSignInLink(tx, ctx, id, publicUrl);
  });
}

function whyNobody(
  whom: Whom,
  found: readonly { name: string }[],
  administrators: readonly string[],
): string {
  if (found.length > 1)
    return 'role' in whom
      ? `${found.length} people have the role ${whom.role}: ${found.map(({ name }) => name).join(', ')}. Name one with --email or --name.`
      : `${found.length} people have this name. Name one with --email.`;
  const nobody =
    'role' in whom
      ? `Nobody has the role ${whom.role}`
      : 'email' in whom
        ? `Nobody has the e-mail address “${whom.email}”`
        : `Nobody has the name “${whom.name}”`;
  return administrators.length === 0
    ? `${nobody}, and there is no administrator yet: npm run assent -- setup-link prints a link that makes the first one.`
    : `${nobody}, or they are disabled. An administrator invites people, and enables them, under Configuration, People.`;
}

export type LinkUse =
  | { kind: 'signed-in'; issued: IssuedToken }
  /** The link asks for a password first, on a page of its own. */
  | { kind: 'needs-password' }
  | { kind: 'not-good' };

/** Uses a link up and begins a session; `not-good` where the link is unknown, used or too old. */
export async function signIn(ctx: Context, linkToken: string, origin: SignInOrigin): Promise<LinkUse> {
  const now = ctx.clock();
  const tokenHash = ctx.keys.sha256(linkToken);
  return inTransaction(ctx, async (tx): Promise<LinkUse> => {
    const link = await readLink(tx, tokenHash, now);
    if (link === null) return { kind: 'not-good' };
    if (link.purpose !== 'sign-in' || link.personId === null) return { kind: 'needs-password' };
    if (!(await useLink(tx, tokenHash, now))) return { kind: 'not-good' };
    return { kind: 'signed-in', issued: await beginSession(tx, ctx, link.personId, origin) };
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

/** What served its time: sessions, links, sign-ins that were begun, wrong passwords of long ago. */
export async function deleteStaleSignIns(tx: Tx, now: number): Promise<void> {
  await deleteOldSessions(tx, now, LONGEST_SESSION);
  await deleteOldEmbedTokens(tx, now, LONGEST_SESSION);
  await deleteOldLinks(tx, now);
  await deleteOldOidcSignIns(tx, now);
  await deleteOldFailures(tx, now - DAY, MOST_FAILED);
}
