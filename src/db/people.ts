import { sql } from 'kysely';
import type { Role } from '../core/rights.ts';
import type { Tx } from './engine.ts';
import { isUuid, json, time, uuids } from './rows.ts';
import { EVERYONE } from './teams.ts';

/** People, and what their own pages need. How they sign in is in `sessions.ts` and `sign-in-links.ts`. */

export interface Profile {
  email: string | null;
  hasPassword: boolean;
  teams: { id: string; name: string }[];
  preferences: Preferences;
}

export interface Preferences {
  language: 'en' | 'es' | 'pt-BR' | 'ar' | null;
  timeZone: string | null;
  sound: boolean;
  browserNotifications: boolean;
}

const DEFAULT_PREFERENCES: Preferences = {
  language: null,
  timeZone: null,
  sound: true,
  browserNotifications: false,
};

/** What a person's own pages need; the defaults for a caller that is no person. */
export async function profileOf(tx: Tx, id: string): Promise<Profile> {
  const none: Profile = { email: null, hasPassword: false, teams: [], preferences: DEFAULT_PREFERENCES };
  if (!isUuid(id)) return none;
  const { rows } = await sql<Profile>`
    select p.email, p.password_hash is not null as "hasPassword", p.preferences, ${teamsOf} as teams
      from person p where p.id = ${id}::uuid`.execute(tx);
  const row = rows[0];
  return row === undefined ? none : { ...row, preferences: { ...DEFAULT_PREFERENCES, ...row.preferences } };
}

export async function savePreferences(tx: Tx, id: string, patch: Partial<Preferences>): Promise<void> {
  await sql`update person set preferences = preferences || ${json(patch)} where id = ${id}::uuid`.execute(tx);
}

/** Who holds a session, as its checks need them. */
export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  /** Ids of the teams they are in. */
  teams: string[];
}

/** Makes a person who is not there yet, in the team of everybody. */
export async function ensurePerson(tx: Tx, person: Omit<PersonRow, 'teams'>): Promise<void> {
  await sql`with added as (
      insert into person (id, name, role) values (${person.id}::uuid, ${person.name}, ${person.role})
      on conflict (id) do nothing returning id)
    insert into team_member (team_id, person_id) select ${EVERYONE}::uuid, id from added`.execute(tx);
}

/** A person as those who manage people see them. */
export interface PersonDetails {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  teams: { id: string; name: string }[];
  hasPassword: boolean;
  hasOidc: boolean;
  /** Who they are in Entra ID: in their name a CRM is told what they write. */
  entraObjectId: string | null;
  disabledAt: number | null;
  lastSeenAt: number | null;
  createdAt: number;
}

const teamsOf = sql`coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by lower(t.name))
  from team_member m join team t on t.id = m.team_id where m.person_id = p.id), '[]'::jsonb)`;
const details = sql`p.id, p.name, p.email, p.role, ${teamsOf} as teams, p.password_hash is not null as "hasPassword",
  p.oidc_subject is not null as "hasOidc", p.entra_object_id as "entraObjectId", p.disabled_at as "disabledAt", p.last_seen_at as "lastSeenAt",
  p.created_at as "createdAt"`;

/** People by name; `search` looks into names and e-mail addresses. */
export async function peoplePage(
  tx: Tx,
  search: string | null,
  after: { name: string; id: string } | null,
  limit: number,
): Promise<PersonDetails[]> {
  const pattern = search === null ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<PersonDetails>`select ${details} from person p
    where (${pattern}::text is null or p.name ilike ${pattern} or p.email ilike ${pattern})
      and (${after?.id ?? null}::uuid is null or (lower(p.name), p.id) > (lower(${after?.name ?? ''}), ${after?.id ?? null}::uuid))
    order by lower(p.name), p.id limit ${limit}`.execute(tx);
  return rows;
}

export async function readPerson(tx: Tx, id: string): Promise<PersonDetails | null> {
  if (!isUuid(id)) return null;
  const { rows } = await sql<PersonDetails>`select ${details} from person p where p.id = ${id}::uuid`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** False where the e-mail address, or the subject, is somebody else's. */
export async function insertPerson(
  tx: Tx,
  person: {
    id: string;
    name: string;
    email: string | null;
    role: Role;
    oidcSubject: string | null;
    now: number;
  },
): Promise<boolean> {
  const { rows } = await sql`insert into person (id, name, email, role, oidc_subject, created_at)
    values (${person.id}::uuid, ${person.name}, ${person.email}, ${person.role}, ${person.oidcSubject}, ${time(person.now)})
    on conflict do nothing returning id`.execute(tx);
  return rows.length === 1;
}

export async function updatePerson(
  tx: Tx,
  id: string,
  person: { name: string; email: string | null; role: Role; disabledAt: number | null },
): Promise<void> {
  await sql`update person set name = ${person.name}, email = ${person.email}, role = ${person.role},
    disabled_at = ${time(person.disabledAt)} where id = ${id}::uuid`.execute(tx);
}

export async function setEntraObjectId(tx: Tx, id: string, objectId: string | null): Promise<void> {
  await sql`update person set entra_object_id = ${objectId}::uuid where id = ${id}::uuid`.execute(tx);
}

export async function setTeamsOf(tx: Tx, personId: string, teamIds: readonly string[]): Promise<void> {
  await sql`delete from team_member where person_id = ${personId}::uuid and team_id <> all(${uuids(teamIds)})`.execute(
    tx,
  );
  await sql`insert into team_member (team_id, person_id)
    select id, ${personId}::uuid from team where id = any(${uuids(teamIds)}) on conflict do nothing`.execute(
    tx,
  );
}

/** argon2id in PHC string format; null takes the password away. */
export async function setPassword(tx: Tx, id: string, hash: string | null, now: number): Promise<void> {
  await sql`update person set password_hash = ${hash}, password_set_at = ${time(hash === null ? null : now)} where id = ${id}::uuid`.execute(
    tx,
  );
}

/** A hash under newer parameters of the same password, unless it was changed meanwhile. */
export async function renewPasswordHash(tx: Tx, id: string, before: string, hash: string): Promise<void> {
  await sql`update person set password_hash = ${hash} where id = ${id}::uuid and password_hash = ${before}`.execute(
    tx,
  );
}

export interface Account {
  id: string;
  name: string;
  email: string | null;
  passwordHash: string | null;
}

/** Who signs in with this e-mail address; nobody who is disabled. */
export async function accountByEmail(tx: Tx, email: string): Promise<Account | null> {
  const { rows } = await sql<Account>`select id, name, email, password_hash as "passwordHash" from person
    where lower(email) = lower(${email}) and disabled_at is null`.execute(tx);
  return rows[0] ?? null;
}

export async function accountById(tx: Tx, id: string): Promise<Account | null> {
  if (!isUuid(id)) return null;
  const { rows } = await sql<Account>`select id, name, email, password_hash as "passwordHash" from person
    where id = ${id}::uuid and disabled_at is null`.execute(tx);
  return rows[0] ?? null;
}

/** What the command line names a person by. Names are no key: several people may have one. */
export type Whom = { email: string } | { name: string } | { role: Role };

/** Who is meant, but for those who are disabled. */
export async function activePeople(
  tx: Tx,
  whom: Whom,
): Promise<{ id: string; name: string; email: string | null; role: Role }[]> {
  const named =
    'email' in whom
      ? sql`lower(email) = lower(${whom.email})`
      : 'name' in whom
        ? sql`lower(name) = lower(${whom.name})`
        : sql`role = ${whom.role}`;
  const { rows } = await sql<{ id: string; name: string; email: string | null; role: Role }>`
    select id, name, email, role from person where disabled_at is null and ${named} order by lower(name), id`.execute(
    tx,
  );
  return rows;
}

export async function personOfSubject(tx: Tx, oidcSubject: string): Promise<PersonDetails | null> {
  const { rows } = await sql<{ id: string }>`
    select id from person where oidc_subject = ${oidcSubject}`.execute(tx);
  return rows[0] === undefined ? null : readPerson(tx, rows[0].id);
}

/** Whether this e-mail address is somebody else's than `id`'s. */
export async function isEmailTaken(tx: Tx, email: string, id: string | null): Promise<boolean> {
  const { rows } = await sql`select id from person where lower(email) = lower(${email})
    and (${id}::uuid is null or id <> ${id}::uuid)`.execute(tx);
  return rows.length > 0;
}

/**
 * Ids of the administrators who can sign in: not disabled, and with a password or an identity at the issuer. Somebody who was
 * invited has neither until they join; the sandbox's own people, who have no address, come by their links.
 */
export async function administrators(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from person where role = 'administrator' and disabled_at is null
      and (password_hash is not null or oidc_subject is not null or email is null)`.execute(tx);
  return rows.map((row) => row.id);
}

/**
 * Waits for, and holds off, whoever else makes or changes people and teams: so the last administrator stays, and a name
 * or an address that was free still is.
 */
export async function lockPeople(tx: Tx): Promise<void> {
  await sql`lock table person in share row exclusive mode`.execute(tx);
}
