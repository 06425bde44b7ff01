import { PASSWORD_RULES } from '../core/password.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit } from '../db/organisation.ts';
import {
  administrators,
  insertPerson,
  isEmailTaken,
  lockPeople,
  readPerson,
  setTeamsOf,
} from '../db/people.ts';
import type { SignInOrigin } from '../db/sessions.ts';
import { clearFailures } from '../db/sign-in-failures.ts';
import {
  deleteLinksOf,
  insertLink,
  type LinkPurpose,
  type LinkRow,
  readLink,
  useLink,
} from '../db/sign-in-links.ts';
import { EVERYONE } from '../db/teams.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { hashPassword } from './password-hash.ts';
import { checkNewPassword, emailHash, replacePassword } from './passwords.ts';
import { Refusal } from './refusal.ts';
import { beginSession, type IssuedToken, newToken } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/** Links behind which a person chooses a password: invitation, reset, and the setup of the first administrator. */

const DAY = 24 * 60 * 60_000;
const LIFE = { invitation: 7 * DAY, reset: DAY, setup: DAY } as const;

export interface MadeLink {
  url: string;
  expiresAt: number;
}

/** Makes a link; an earlier one for the same is void. */
export async function makeLink(
  tx: Tx,
  ctx: Context,
  link: { purpose: 'invitation' | 'reset' | 'setup'; personId: string | null; createdBy: string | null },
  publicUrl: string,
): Promise<MadeLink> {
  const token = newToken(ctx);
  const now = ctx.clock();
  const expiresAt = now + LIFE[link.purpose];
  if (link.personId !== null) await deleteLinksOf(tx, link.personId, ['invitation', 'reset']);
  await insertLink(tx, { ...link, tokenHash: ctx.keys.sha256(token), now, expiresAt });
  return { url: `${publicUrl}/welcome-in?token=${token}`, expiresAt };
}

/** The link of the first administrator; null where there is an administrator, who invites everybody else. */
export async function createSetupLink(ctx: Context, publicUrl: string): Promise<MadeLink | null> {
  return inTransaction(ctx, async (tx) =>
    (await administrators(tx)).length > 0
      ? null
      : makeLink(tx, ctx, { purpose: 'setup', personId: null, createdBy: null }, publicUrl),
  );
}

export interface LinkInfo {
  purpose: LinkPurpose;
  name: string;
  email: string | null;
  expiresAt: number;
  passwordRules: { minLength: number; maxLength: number };
}

/** What a link is for. Looking does not use it up. Throws 410 `link-not-good`. */
export async function readLinkInfo(ctx: Context, token: string): Promise<LinkInfo> {
  const { db } = ctx.database;
  const link = await goodLink(db, ctx, token);
  const person = link.personId === null ? null : await readPerson(db, link.personId);
  return {
    purpose: link.purpose,
    name: person?.name ?? '',
    email: person?.email ?? null,
    expiresAt: link.expiresAt,
    passwordRules: PASSWORD_RULES,
  };
}

export interface Acceptance {
  token: string;
  password: string;
  name?: string | undefined;
  email?: string | undefined;
}

/** Uses the link up: the person has the password and is signed in. A password that is not taken leaves the link good. */
export async function acceptLink(
  ctx: Context,
  given: Acceptance,
  origin: Omit<SignInOrigin, 'method' | 'idToken'>,
): Promise<IssuedToken> {
  const link = await goodLink(ctx.database.db, ctx, given.token);
  const person = await personBehind(ctx, link, given);
  checkNewPassword(given.password, person);
  const hash = await hashPassword(given.password);
  return inTransaction(ctx, async (tx) => {
    if (link.purpose === 'setup') await makeFirstAdministrator(tx, ctx, person);
    if (!(await useLink(tx, ctx.keys.sha256(given.token), ctx.clock()))) throw linkNotGood();
    // Disabled while the hash was computed.
    const now = await readPerson(tx, person.id);
    if (now === null || now.disabledAt !== null) throw linkNotGood();
    await clearFailures(tx, emailHash(ctx, person.email));
    await replacePassword(tx, ctx, person.id, hash, null);
    return beginSession(tx, ctx, person.id, { ...origin, method: 'password', idToken: null });
  });
}

interface Behind {
  id: string;
  name: string;
  email: string;
}

async function personBehind(ctx: Context, link: LinkRow, given: Acceptance): Promise<Behind> {
  if (link.purpose === 'setup') {
    if (given.name === undefined || given.email === undefined)
      throw new Refusal(422, 'invalid-request', 'Give the name and the e-mail address of the administrator.');
    return { id: ctx.make.id(), name: given.name, email: given.email };
  }
  const person = link.personId === null ? null : await readPerson(ctx.database.db, link.personId);
  // A link that only signs in sets no password.
  if (link.purpose === 'sign-in' || person === null || person.email === null) throw linkNotGood();
  return { id: person.id, name: person.name, email: person.email };
}

async function makeFirstAdministrator(tx: Tx, ctx: Context, person: Behind): Promise<void> {
  await lockPeople(tx);
  if ((await administrators(tx)).length > 0) throw linkNotGood();
  if (await isEmailTaken(tx, person.email, null)) throw emailTaken();
  const now = ctx.clock();
  await insertPerson(tx, { ...person, role: 'administrator', oidcSubject: null, now });
  await setTeamsOf(tx, person.id, [EVERYONE]);
  await insertAudit(tx, {
    at: now,
    actor: person.name,
    action: 'person.setup',
    subject: person.id,
    before: null,
    after: { name: person.name, email: person.email, role: 'administrator' },
  });
  const hints = createHints();
  hints.topic('people');
  await hints.send(tx);
}

/** After the first administrator is there, no setup link opens anything. */
async function goodLink(tx: Tx, ctx: Context, token: string): Promise<LinkRow> {
  const link = await readLink(tx, ctx.keys.sha256(token), ctx.clock());
  if (link === null) throw linkNotGood();
  if (link.purpose === 'setup' && (await administrators(tx)).length > 0) throw linkNotGood();
  return link;
}

const linkNotGood = (): Refusal =>
  new Refusal(
    410,
    'link-not-good',
    'This link was used already, is too old, or is not complete. Ask your administrator for a new one.',
  );

export const emailTaken = (): Refusal =>
  new Refusal(422, 'email-taken', 'Somebody here has this e-mail address already.');
