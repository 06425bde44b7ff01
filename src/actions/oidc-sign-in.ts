import type { Role } from '../core/rights.ts';
import type { Tx } from '../db/engine.ts';
import { insertOidcSignIn, takeOidcSignIn } from '../db/oidc-sign-ins.ts';
import { insertAudit } from '../db/organisation.ts';
import {
  insertPerson,
  lockPeople,
  type PersonDetails,
  personOfSubject,
  setEntraObjectId,
  setTeamsOf,
  updatePerson,
} from '../db/people.ts';
import type { SignInOrigin } from '../db/sessions.ts';
import { EVERYONE } from '../db/teams.ts';
import type { OidcIdentity, OidcProvider, OidcRequest } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { Refusal } from './refusal.ts';
import { beginSession, endAccess, type IssuedToken, newToken } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/**
 * Signing in by OpenID Connect. A person is known by issuer and subject alone: an e-mail address is what the issuer lets
 * people write there. They are made when they first come, and their role is what their groups say, each time anew.
 */

const LIFE = 10 * 60_000;

/** Which group gives which role; the first role of the order below that a group of the person gives is theirs. */
export interface RoleMap {
  role: Role;
  group: string;
}
const BY_RANK: readonly Role[] = ['administrator', 'agent', 'auditor'];

/** Begins a sign-in of this browser; answers where it goes. */
export async function beginOidcSignIn(
  ctx: Context,
  provider: OidcProvider,
  browser: string,
  redirectUri: string,
  next: string | null,
): Promise<string> {
  const request = { state: newToken(ctx), nonce: newToken(ctx), codeVerifier: newToken(ctx) };
  const url = await provider.begin(request, redirectUri);
  await inTransaction(ctx, (tx) =>
    insertOidcSignIn(tx, {
      stateHash: ctx.keys.sha256(request.state),
      browserHash: ctx.keys.sha256(browser),
      nonce: request.nonce,
      codeVerifier: request.codeVerifier,
      next,
      expiresAt: ctx.clock() + LIFE,
    }),
  );
  return url;
}

/** The sign-in that comes back, once; null where this browser began none like it, or too long ago. */
export async function takeOidcRequest(
  ctx: Context,
  state: string,
  browser: string,
): Promise<{ request: OidcRequest; next: string | null } | null> {
  const { sha256 } = ctx.keys;
  const begun = await inTransaction(ctx, (tx) =>
    takeOidcSignIn(tx, sha256(state), sha256(browser), ctx.clock()),
  );
  if (begun === null) return null;
  const { nonce, codeVerifier, next } = begun;
  return { request: { state, nonce, codeVerifier }, next };
}

/** Throws 403: `no-role`, `too-many-groups` or `person-disabled`. */
export async function signInIdentity(
  ctx: Context,
  identity: OidcIdentity,
  roleMap: readonly RoleMap[],
  origin: Omit<SignInOrigin, 'method' | 'idToken'>,
): Promise<IssuedToken> {
  const role = roleOf(identity, roleMap);
  if (role === null) {
    await leave(ctx, identity);
    throw new Refusal(
      403,
      'no-role',
      'You are signed in at your organisation, but none of your groups has a role in Assent. Ask your administrator to add you to one that has.',
    );
  }
  return inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const known = await personOfSubject(tx, subjectOf(identity));
    if (known !== null && known.disabledAt !== null)
      throw new Refusal(
        403,
        'person-disabled',
        'Your account here is disabled. Ask an administrator of Assent to enable it.',
      );
    const id = known === null ? await join(tx, ctx, identity, role) : known.id;
    if (known !== null) await refresh(tx, ctx, known, identity, role);
    return beginSession(tx, ctx, id, { ...origin, method: 'oidc', idToken: identity.idToken });
  });
}

const subjectOf = ({ issuer, subject }: OidcIdentity): string => `${issuer} ${subject}`;

function roleOf({ groups }: OidcIdentity, roleMap: readonly RoleMap[]): Role | null {
  if (groups === null)
    throw new Refusal(
      403,
      'too-many-groups',
      'You are in more groups than your organisation’s sign-in can name. Your administrator can send roles instead of groups (docs/sign-in.md).',
    );
  return (
    BY_RANK.find((rank) => roleMap.some((one) => one.role === rank && groups.includes(one.group))) ?? null
  );
}

/** Whoever was here and has no role any more is out everywhere, not just refused in this browser. */
async function leave(ctx: Context, identity: OidcIdentity): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const known = await personOfSubject(tx, subjectOf(identity));
    const ended = known === null ? 0 : await endAccess(tx, known.id);
    if (known === null || ended === 0) return;
    await insertAudit(tx, {
      at: ctx.clock(),
      actor: 'OpenID Connect',
      action: 'person.sign-out',
      subject: known.id,
      before: { name: known.name, role: known.role, sessions: ended },
      after: null,
    });
    await tell(tx, known.id);
  });
}

async function join(tx: Tx, ctx: Context, identity: OidcIdentity, role: Role): Promise<string> {
  const now = ctx.clock();
  const person = { id: ctx.make.id(), name: identity.name, role, oidcSubject: subjectOf(identity), now };
  // An address that somebody else has here says nothing about who this is.
  const inserted =
    (await insertPerson(tx, { ...person, email: identity.email })) ||
    (await insertPerson(tx, { ...person, email: null }));
  if (!inserted) throw new Error('a person who was not there could not be made');
  await setTeamsOf(tx, person.id, [EVERYONE]);
  if (identity.objectId !== null) await setEntraObjectId(tx, person.id, identity.objectId);
  await insertAudit(tx, {
    at: now,
    actor: 'OpenID Connect',
    action: 'person.join',
    subject: person.id,
    before: null,
    after: { name: person.name, email: identity.email, role },
  });
  await tell(tx, null);
  return person.id;
}

async function refresh(
  tx: Tx,
  ctx: Context,
  known: PersonDetails,
  identity: OidcIdentity,
  role: Role,
): Promise<void> {
  // Nothing to tell anybody: it is the same person, and the issuer says who.
  if (identity.objectId !== null && identity.objectId !== known.entraObjectId)
    await setEntraObjectId(tx, known.id, identity.objectId);
  if (known.role === role && known.name === identity.name) return;
  const { email, disabledAt } = known;
  await updatePerson(tx, known.id, { name: identity.name, email, role, disabledAt });
  await insertAudit(tx, {
    at: ctx.clock(),
    actor: 'OpenID Connect',
    action: 'person.change',
    subject: known.id,
    before: { name: known.name, role: known.role },
    after: { name: identity.name, role },
  });
  await tell(tx, known.role === role ? null : known.id);
}

async function tell(tx: Tx, accessOf: string | null): Promise<void> {
  const hints = createHints();
  hints.topic('people');
  if (accessOf !== null) hints.access(accessOf);
  await hints.send(tx);
}
