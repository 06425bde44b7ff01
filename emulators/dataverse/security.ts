import { guidOf } from './catalogue.ts';
import { DataverseError } from './errors.ts';
import type { Column, Depth, Row, Table } from './model.ts';
import { UNVERIFIED } from './unverified.ts';
import type { World } from './world.ts';

/** Who asks. With impersonation `user` is the one acted for and `real` the one who holds the token. */
export type Caller = { user: string; real: string; unlimited?: boolean };
export type Privilege = 'Read' | 'Create' | 'Write' | 'Delete' | 'Append' | 'AppendTo' | 'Assign' | 'Share';
export const PRIVILEGES: readonly Privilege[] = [
  'Read',
  'Create',
  'Write',
  'Delete',
  'Append',
  'AppendTo',
  'Assign',
  'Share',
];

const ranks: readonly Depth[] = ['None', 'Basic', 'Local', 'Deep', 'Global'];

/** How far a user's privilege reaches, by name such as `prvReadContact`. */
export function depthOfUser(world: World, user: string, privilege: string): Depth {
  const rights = world.store.rights.get(user);
  return rights ? (rights.privileges[privilege] ?? rights.base) : 'None';
}

/** Impersonation has the intersection of both users' rights. */
export function depthOf(world: World, caller: Caller, privilege: string): Depth {
  if (caller.unlimited) return 'Global';
  const [one, two] = [caller.user, caller.real].map((user) =>
    ranks.indexOf(depthOfUser(world, user, privilege)),
  );
  return ranks[Math.min(one ?? 0, two ?? 0)] ?? 'None';
}

export function privilegeName(privilege: Privilege, table: Table): string {
  const name = table.activity ? 'Activity' : table.name === 'annotation' ? 'Note' : table.schemaName;
  return `prv${privilege}${name}`;
}

/** @throws DataverseError 403 with what is missing */
export function need(world: World, caller: Caller, privilege: Privilege, table: Table): Depth {
  const name = privilegeName(privilege, table);
  const depth = depthOf(world, caller, name);
  if (depth === 'None') throw missing(caller, name, table);
  return depth;
}

export function missing(caller: Caller, name: string, table: Table): DataverseError {
  return new DataverseError(
    403,
    '0x80040220',
    `Principal user (Id=${caller.user}, type=8, roleCount=1, privilegeCount=120, accessMode='4 Non-interactive') is missing ${name} privilege (Id=${guidOf(name)}) on OTC=${table.objectTypeCode} for entity '${table.name}' (LocalizedName='${table.labels[1033] ?? table.name}'). context.Caller=${caller.real}`,
  );
}

/** With Basic depth a user reaches only their own records. All users are of one business unit here. */
export function reaches(depth: Depth, caller: Caller, table: Table, row: Row): boolean {
  if (depth === 'None') return false;
  return depth !== 'Basic' || !table.owned || row.values.ownerid === `systemuser/${caller.user}`;
}

/** Column security: an unsecured column is open, a secured one closed to whom no profile opens it. */
export function columnOpen(
  world: World,
  caller: Caller,
  table: Table,
  column: Column,
  action: 'read' | 'create' | 'update',
): boolean {
  if (!column.secured || !column.securable[action] || caller.unlimited) return true;
  return [caller.user, caller.real].every(
    (user) => world.store.rights.get(user)?.columns[`${table.name}.${column.name}`]?.[action] === true,
  );
}

/** @throws DataverseError 403 when the caller may not write this column */
export function needColumn(
  world: World,
  caller: Caller,
  table: Table,
  column: Column,
  action: 'create' | 'update',
): void {
  if (columnOpen(world, caller, table, column, action)) return;
  throw new DataverseError(
    403,
    action === 'create' ? '0x8004F502' : '0x8004F507',
    `Caller user with Id ${caller.user} does not have ${action === 'create' ? 'Create' : 'Update'} permissions for the attribute ${column.name} in the ${table.name} entity. The attribute is secured for field level security.`,
  );
}

/**
 * Who a call is made by: the application user of the token, or who it acts for.
 * @throws DataverseError 403 without an application user, or without the privilege to act for another
 */
export function callerOf(
  world: World,
  identity: { appId: string; objectId: string },
  headers: Readonly<Record<string, string>>,
): Caller {
  const users = [...world.store.rows('systemuser').inIdOrder()];
  const holder = users.find((row) => row.values.applicationid === identity.appId);
  if (!holder) throw new DataverseError(403, '0x80072560', 'The user is not a member of the organization.');
  if (holder.values.isdisabled === true)
    throw new DataverseError(
      UNVERIFIED.disabledUser.status,
      UNVERIFIED.disabledUser.code,
      `The specified user(Id = ${holder.id}) is disabled. Consider enabling this user. Additional Details: User IsDisabled=True, IsLicensed=True`,
    );
  const object = headers.callerobjectid?.toLowerCase();
  const legacy = headers.mscrmcallerid?.toLowerCase();
  if (object === undefined && legacy === undefined) return { user: holder.id, real: holder.id };
  const acted = users.find((row) =>
    object === undefined ? row.id === legacy : row.values.azureactivedirectoryobjectid === object,
  );
  if (depthOfUser(world, holder.id, 'prvActOnBehalfOfAnotherUser') === 'None')
    throw new DataverseError(
      403,
      '0x8004A110',
      `The user with id ${holder.id} is not allowed to act on behalf of another user: prvActOnBehalfOfAnotherUser is missing.`,
    );
  if (!acted)
    throw new DataverseError(
      UNVERIFIED.unknownCaller.status,
      UNVERIFIED.unknownCaller.code,
      'The user is not a member of the organization.',
    );
  return { user: acted.id, real: holder.id };
}

export function languageOf(world: World, caller: Caller): number {
  return world.store.rights.get(caller.user)?.language ?? 1033;
}
