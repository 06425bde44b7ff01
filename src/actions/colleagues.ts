import { type Role, readRoleRights, rightsOf } from '../core/rights.ts';
import type { Tx } from '../db/engine.ts';
import { readSetting } from '../db/organisation.ts';
import { type Colleague, colleagues } from '../db/ownership.ts';
import { isUuid } from '../db/rows.ts';
import { Refusal } from './refusal.ts';

/** Whom a conversation can be offered to, who can be asked in or mentioned. */

const ROLES: readonly Role[] = ['administrator', 'agent', 'auditor'];

/** The roles that hold the right to chat. */
export async function answeringRoles(tx: Tx): Promise<Role[]> {
  const configured = readRoleRights(await readSetting(tx, 'role-rights'));
  return ROLES.filter((role) => rightsOf(role, configured).has('chat'));
}

/** Everybody who may sign in. */
export async function listColleagues(tx: Tx): Promise<Colleague[]> {
  return colleagues(tx, await answeringRoles(tx), null);
}

/** These people; throws 422 `not-a-colleague` for an id that is nobody's. */
export async function findColleagues(tx: Tx, ids: readonly string[]): Promise<Colleague[]> {
  if (ids.length === 0) return [];
  const found = ids.every(isUuid) ? await colleagues(tx, await answeringRoles(tx), ids) : [];
  if (new Set(ids).size !== found.length)
    throw new Refusal(422, 'not-a-colleague', 'There is no such person. Choose one of your colleagues.');
  return found;
}

export async function findColleague(tx: Tx, id: string): Promise<Colleague> {
  const [found] = await findColleagues(tx, [id]);
  if (found === undefined) throw new Error('a colleague who was just found is gone');
  return found;
}
