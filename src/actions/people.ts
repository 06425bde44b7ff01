import { lockedUntil } from '../core/lock-out.ts';
import { DEFAULT_ROLE_RIGHTS, type Right, type Role, readRoleRights, rightsOf } from '../core/rights.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit, readSetting } from '../db/organisation.ts';
import {
  administrators,
  insertPerson,
  isEmailTaken,
  lockPeople,
  type PersonDetails,
  type Preferences,
  readPerson,
  savePreferences,
  setEntraObjectId,
  setPassword,
  setTeamsOf,
  updatePerson,
} from '../db/people.ts';
import { makeRotationDue } from '../db/sessions.ts';
import { clearFailures, readFailures } from '../db/sign-in-failures.ts';
import { EVERYONE, knownTeams } from '../db/teams.ts';
import { type Giver, mustHold } from './api-keys.ts';
import type { Context } from './context.ts';
import { emailTaken, type MadeLink, makeLink } from './invite.ts';
import { createHints } from './live.ts';
import { emailHash } from './passwords.ts';
import { notFound, Refusal } from './refusal.ts';
import { endAccess } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/**
 * What those who manage people do to people; each change is audited. Nobody acts on somebody who may do more than they
 * may themselves, and the last administrator stays one.
 */

export interface PersonInput {
  name: string;
  email: string;
  role: Role;
  teams?: readonly string[] | undefined;
}

export async function invitePerson(
  ctx: Context,
  given: PersonInput,
  giver: Giver,
  publicUrl: string,
): Promise<{ id: string; invitation: MadeLink }> {
  return inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    mustHold(giver, await rightsOfRole(tx, given.role));
    if (await isEmailTaken(tx, given.email, null)) throw emailTaken();
    const teams = await teamsOrRefuse(tx, given.teams ?? [EVERYONE]);
    const id = ctx.make.id();
    const now = ctx.clock();
    await insertPerson(tx, { ...given, id, oidcSubject: null, now });
    await setTeamsOf(tx, id, teams);
    const invitation = await makeLink(
      tx,
      ctx,
      { purpose: 'invitation', personId: id, createdBy: giver.name },
      publicUrl,
    );
    await audit(tx, ctx, giver, 'person.invite', id, null, await readPerson(tx, id));
    await tell(tx, null);
    return { id, invitation };
  });
}

export interface PersonChange {
  name?: string | undefined;
  email?: string | undefined;
  role?: Role | undefined;
  teams?: readonly string[] | undefined;
  disabled?: boolean | undefined;
  entraObjectId?: string | null | undefined;
}

/** Whoever loses the account is out at once, on every page they have open. */
export async function changePerson(
  ctx: Context,
  id: string,
  change: PersonChange,
  giver: Giver,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const before = await existing(tx, id);
    const role = change.role ?? before.role;
    mustHold(giver, await rightsOfRole(tx, before.role));
    mustHold(giver, await rightsOfRole(tx, role));
    const disabled = change.disabled ?? before.disabledAt !== null;
    if (role !== 'administrator' || disabled) await keepAnAdministrator(tx, before);
    if (change.email !== undefined && (await isEmailTaken(tx, change.email, id))) throw emailTaken();
    await updatePerson(tx, id, {
      name: change.name ?? before.name,
      email: change.email ?? before.email,
      role,
      disabledAt: disabled ? (before.disabledAt ?? ctx.clock()) : null,
    });
    if (change.teams !== undefined) await setTeamsOf(tx, id, await teamsOrRefuse(tx, change.teams));
    if (change.entraObjectId !== undefined) await setEntraObjectId(tx, id, change.entraObjectId);
    if (disabled && before.disabledAt === null) await endAccess(tx, id);
    // Other rights, another token: one that was overheard before is worth nothing after (OWASP ASVS 7.2.4).
    else if (role !== before.role) await makeRotationDue(tx, id);
    await audit(tx, ctx, giver, actionFor(before, disabled), id, before, await readPerson(tx, id));
    await tell(tx, id);
  });
}

function actionFor(before: PersonDetails, disabled: boolean): string {
  if (disabled === (before.disabledAt !== null)) return 'person.change';
  return disabled ? 'person.disable' : 'person.enable';
}

/** A new invitation for somebody who has not come yet. */
export async function inviteAgain(
  ctx: Context,
  id: string,
  giver: Giver,
  publicUrl: string,
): Promise<MadeLink> {
  return inTransaction(ctx, async (tx) => {
    const person = await reachable(tx, id, giver);
    if (person.hasPassword || person.hasOidc)
      throw new Refusal(
        409,
        'already-joined',
        'This person signs in already. Make a reset link to let them set a new password.',
      );
    const link = await makeLink(
      tx,
      ctx,
      { purpose: 'invitation', personId: id, createdBy: giver.name },
      publicUrl,
    );
    await audit(tx, ctx, giver, 'person.invite', id, null, person);
    await tell(tx, null);
    return link;
  });
}

/** The present password and every session end at once; the link lets the person set a new one. */
export async function resetPerson(
  ctx: Context,
  id: string,
  giver: Giver,
  publicUrl: string,
): Promise<MadeLink> {
  return inTransaction(ctx, async (tx) => {
    const person = await reachable(tx, id, giver);
    await setPassword(tx, id, null, ctx.clock());
    await endAccess(tx, id);
    const link = await makeLink(
      tx,
      ctx,
      { purpose: 'reset', personId: id, createdBy: giver.name },
      publicUrl,
    );
    await audit(tx, ctx, giver, 'person.reset', id, null, person);
    await tell(tx, id);
    return link;
  });
}

/** Wrong passwords are forgotten. */
export async function unlockPerson(ctx: Context, id: string, giver: Giver): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const person = await existing(tx, id);
    mustHold(giver, await rightsOfRole(tx, person.role));
    if (person.email !== null) await clearFailures(tx, emailHash(ctx, person.email));
    await audit(tx, ctx, giver, 'person.unlock', id, null, person);
    await tell(tx, null);
  });
}

/** Signs a person out everywhere. */
export async function signOutPerson(ctx: Context, id: string, giver: Giver): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const person = await existing(tx, id);
    mustHold(giver, await rightsOfRole(tx, person.role));
    const ended = await endAccess(tx, id);
    await audit(tx, ctx, giver, 'person.sign-out', id, { name: person.name, sessions: ended }, null);
    await tell(tx, id);
  });
}

/** Who of these is locked out, and until when, ms; Infinity where waiting does not help. */
export async function readLocks(
  ctx: Context,
  people: readonly PersonDetails[],
): Promise<Map<string, number>> {
  const hashes = new Map(
    people.flatMap((person) => (person.email === null ? [] : [[person.id, emailHash(ctx, person.email)]])),
  );
  const failures = await readFailures(ctx.database.db, [...hashes.values()]);
  const locks = new Map<string, number>();
  for (const [id, hash] of hashes) {
    const of = failures.get(hash);
    const until = of === undefined ? null : lockedUntil(of.failed, of.lastAt, ctx.clock());
    if (until !== null) locks.set(id, until);
  }
  return locks;
}

export async function changePreferences(
  ctx: Context,
  personId: string,
  patch: Partial<Preferences>,
): Promise<void> {
  await inTransaction(ctx, (tx) => savePreferences(tx, personId, patch));
}

/** Throws 409 where nobody would be left who can administer. */
async function keepAnAdministrator(tx: Tx, person: PersonDetails): Promise<void> {
  if (person.role !== 'administrator' || person.disabledAt !== null) return;
  const others = (await administrators(tx)).filter((id) => id !== person.id);
  if (others.length === 0)
    throw new Refusal(
      409,
      'last-administrator',
      'This is the last administrator. Make somebody else an administrator first.',
    );
}

async function existing(tx: Tx, id: string): Promise<PersonDetails> {
  const person = await readPerson(tx, id);
  if (person === null) throw notFound('person');
  return person;
}

/** Somebody a link can be made for. */
async function reachable(tx: Tx, id: string, giver: Giver): Promise<PersonDetails> {
  await lockPeople(tx);
  const person = await existing(tx, id);
  mustHold(giver, await rightsOfRole(tx, person.role));
  if (person.disabledAt !== null)
    throw new Refusal(409, 'person-disabled', 'This person is disabled. Enable them first.');
  if (person.email === null)
    throw new Refusal(
      409,
      'email-missing',
      'This person has no e-mail address to sign in with. Add one first.',
    );
  return person;
}

async function rightsOfRole(tx: Tx, role: Role): Promise<ReadonlySet<Right>> {
  return rightsOf(
    role,
    role === 'administrator' ? DEFAULT_ROLE_RIGHTS : readRoleRights(await readSetting(tx, 'role-rights')),
  );
}

async function teamsOrRefuse(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const known = await knownTeams(tx, ids);
  if (ids.some((id) => !known.includes(id)))
    throw new Refusal(422, 'team-unknown', 'One of these teams does not exist any more.');
  return known;
}

async function audit(
  tx: Tx,
  ctx: Context,
  giver: Giver,
  action: string,
  subject: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  const [was, is] = [shown(before), shown(after)];
  await insertAudit(tx, { at: ctx.clock(), actor: giver.name, action, subject, before: was, after: is });
}

/** What of a person the audit keeps. */
function shown(state: unknown): unknown {
  if (typeof state !== 'object' || state === null || !('role' in state)) return state;
  const { name, email, role, teams, disabledAt, entraObjectId } = state as PersonDetails;
  return {
    name,
    email,
    role,
    teams: teams.map((team) => team.name),
    disabled: disabledAt !== null,
    ...(entraObjectId === null ? {} : { entraObjectId }),
  };
}

async function tell(tx: Tx, accessOf: string | null): Promise<void> {
  const hints = createHints();
  hints.topic('people');
  if (accessOf !== null) hints.access(accessOf);
  await hints.send(tx);
}
