import { z } from 'zod';
import { type Answer, apiUrl, type Call } from './call.ts';
import { guidOf, navigationsOf } from './catalogue.ts';
import { DEMO } from './demo.ts';
import { badPayload, badQuery, DataverseError, noSuchRecord, noSuchSegment } from './errors.ts';
import { asGuid } from './keys.ts';
import type { Row, Table } from './model.ts';
import { relatedRows } from './names.ts';
import { readArgs, type Segment } from './path.ts';
import { readPayload } from './payload.ts';
import { namedRecord } from './reference.ts';
import { depthOf, depthOfUser, need, PRIVILEGES, privilegeName, reaches } from './security.ts';
import { changeColumns } from './write.ts';

const PREFIX = 'Microsoft.Dynamics.CRM.';

/** Functions and actions bound to nothing; null when there is none of that name. */
export function unboundAnswer(call: Call, step: Segment): Answer | null {
  switch (step.name) {
    case 'WhoAmI':
      return reply(call, 'WhoAmIResponse', {
        BusinessUnitId: DEMO.businessUnitId,
        UserId: call.caller.user,
        OrganizationId: DEMO.organizationId,
      });
    case 'RetrieveVersion':
      return reply(call, 'RetrieveVersionResponse', { Version: '9.2.26011.00150' });
    case 'RetrieveProvisionedLanguages':
      return reply(call, 'RetrieveProvisionedLanguagesResponse', {
        RetrieveProvisionedLanguages: [1033, 3082, 1046],
      });
    case 'RetrieveTotalRecordCount': {
      // A snapshot of the last day in the real service; here it is exact.
      const raw = readArgs(step.args ?? '').get('EntityNames') ?? '';
      const names = z
        .array(z.string())
        .safeParse(parseJson(raw.startsWith('@') ? (call.query.get(raw) ?? '') : raw));
      if (!names.success) throw badQuery('EntityNames is no list of names.');
      return reply(call, 'RetrieveTotalRecordCountResponse', {
        EntityRecordCountCollection: {
          Count: names.data.length,
          IsReadOnly: false,
          Keys: names.data,
          Values: names.data.map((name) => call.world.store.rows(name).size()),
        },
      });
    }
    case 'Merge':
      if (call.method !== 'POST') return null;
      mergeRecords(call, call.body);
      return { status: 204, headers: {} };
    case 'PublishAllXml':
    case 'PublishXml':
      return call.method === 'POST' ? { status: 204, headers: {} } : null;
    default:
      return null;
  }
}

/** `systemusers(id)/Microsoft.Dynamics.CRM.…`: what a user may do. */
export function boundAnswer(call: Call, table: Table, id: string, step: Segment): Answer {
  const name = step.name.slice(PREFIX.length);
  const args = readArgs(step.args ?? '');
  const argument = (key: string): string => {
    const raw = args.get(key) ?? '';
    return raw.startsWith('@') ? (call.query.get(raw) ?? '') : raw;
  };
  if (table.name !== 'systemuser') throw noSuchSegment(step.name);
  const user = call.world.store.rows('systemuser').get(id);
  if (!user) throw noSuchRecord('systemuser', id);
  switch (name) {
    case 'RetrieveUserPrivileges':
      return reply(call, `${name}Response`, {
        RolePrivileges: allPrivileges(call).flatMap((one) => rolePrivilege(call, id, one)),
      });
    case 'RetrieveUserPrivilegeByPrivilegeName': {
      const wanted = argument('PrivilegeName').replace(/^'|'$/g, '');
      return reply(call, `${name}Response`, { RolePrivileges: rolePrivilege(call, id, wanted) });
    }
    case 'RetrieveUserSetOfPrivilegesByNames': {
      const wanted = z.array(z.string()).safeParse(parseJson(argument('PrivilegeNames')));
      if (!wanted.success) throw badQuery('PrivilegeNames is no list of names.');
      return reply(call, `${name}Response`, {
        RolePrivileges: wanted.data.flatMap((one) => rolePrivilege(call, id, one)),
      });
    }
    case 'RetrievePrincipalAttributePrivileges':
      return reply(call, `${name}Response`, { AttributePrivileges: attributePrivileges(call, id) });
    case 'RetrievePrincipalAccess': {
      const target = z.object({ '@odata.id': z.string() }).safeParse(parseJson(argument('Target')));
      if (!target.success) throw badQuery('Target is no reference to a record.');
      const { table: of, id: record } = namedRecord(call, target.data['@odata.id']);
      const row = call.world.store.rows(of.name).get(record);
      if (!row) throw noSuchRecord(of.name, record);
      return reply(call, `${name}Response`, { AccessRights: accessRights(call, id, of, row) });
    }
    default:
      throw noSuchSegment(step.name);
  }
}

function accessRights(call: Call, user: string, table: Table, row: Row): string {
  const as = { user, real: user };
  const rights = PRIVILEGES.filter((privilege) =>
    reaches(depthOf(call.world, as, privilegeName(privilege, table)), as, table, row),
  ).map((privilege) => `${privilege}Access`);
  return rights.length === 0 ? 'None' : rights.join(', ');
}

/** Of secured columns that a profile of the user's opens. Field permissions are 0 (not allowed) or 4 (allowed). */
function attributePrivileges(call: Call, user: string): object[] {
  const open = call.world.store.rights.get(user)?.columns ?? {};
  const value = (allowed: boolean): number => (allowed ? 4 : 0);
  return [...call.world.store.tables.values()].flatMap((table) =>
    table.columns.flatMap((column) => {
      const may = open[`${table.name}.${column.name}`];
      if (!column.secured || may === undefined) return [];
      return [
        {
          AttributeId: guidOf(`column ${table.name}.${column.name}`),
          CanCreate: value(may.create),
          CanRead: value(may.read),
          CanUpdate: value(may.update),
        },
      ];
    }),
  );
}

function allPrivileges(call: Call): string[] {
  const ofTables = [...call.world.store.tables.values()].flatMap((table) =>
    PRIVILEGES.map((privilege) => privilegeName(privilege, table)),
  );
  return [
    ...new Set([...ofTables, 'prvActOnBehalfOfAnotherUser', 'prvCreateAttribute', 'prvDeleteAttribute']),
  ];
}

function rolePrivilege(call: Call, user: string, name: string): object[] {
  const depth = depthOfUser(call.world, user, name);
  if (depth === 'None' || !allPrivileges(call).includes(name)) return [];
  return [
    {
      Depth: depth,
      PrivilegeId: guidOf(name),
      BusinessUnitId: DEMO.businessUnitId,
      PrivilegeName: name,
      RecordFilterId: '00000000-0000-0000-0000-000000000000',
      RecordFilterUniqueName: '',
    },
  ];
}

const partySchema = z.looseObject({ '@odata.type': z.string() });
const mergeSchema = z.looseObject({
  Target: partySchema,
  Subordinate: partySchema,
  UpdateContent: partySchema.optional(),
  PerformParentingChecks: z.boolean(),
});

/**
 * The subordinate's notes, activities and children go to the target; it stays, inactive and marked as merged.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/merge-entity-using-web-api
 */
function mergeRecords(call: Call, body: unknown): void {
  const parsed = mergeSchema.safeParse(body);
  if (!parsed.success) throw badPayload('Merge', z.prettifyError(parsed.error));
  const { Target, Subordinate, UpdateContent } = parsed.data;
  const name = Target['@odata.type'].replace(/^#?Microsoft\.Dynamics\.CRM\./, '');
  const table = call.world.store.tables.get(name);
  if (!table || !['contact', 'lead', 'account'].includes(name))
    throw new DataverseError(400, '0x80040203', `Merge is not supported for entity ${name}.`);
  const ids = [Target, Subordinate].map((one) => asGuid(String(one[table.primaryId] ?? '')));
  const [target, subordinate] = ids.map((id) => {
    const row = id === null ? undefined : call.world.store.rows(name).get(id);
    if (!row) throw noSuchRecord(name, String(id));
    return row;
  });
  if (!target || !subordinate) return;
  merge(call, table, target, subordinate, UpdateContent ?? {});
}

export function merge(call: Call, table: Table, target: Row, subordinate: Row, content: object): void {
  const { world } = call;
  need(world, call.caller, 'Write', table);
  if (target.id === subordinate.id)
    throw new DataverseError(400, '0x80040203', 'A record cannot be merged with itself.');
  const update = Object.fromEntries(Object.entries(content).filter(([key]) => key !== table.primaryId));
  changeColumns(call, table, target, readPayload(call, table, update));
  for (const navigation of navigationsOf(world.store, table)) {
    if (navigation.kind !== 'many' || navigation.column.name === 'masterid') continue;
    if (navigation.target.name === 'activitypointer') continue;
    for (const child of relatedRows(call, navigation, subordinate.id))
      world.store.put({
        t: 'row',
        table: navigation.target.name,
        v: {
          ...child,
          version: world.store.nextVersion(),
          values: { ...child.values, [navigation.column.name]: `${table.name}/${target.id}` },
        },
      });
  }
  const closed = changeColumns(call, table, subordinate, readPayload(call, table, { statecode: 1 }));
  world.store.put({
    t: 'row',
    table: table.name,
    v: {
      ...closed,
      version: world.store.nextVersion(),
      values: { ...closed.values, merged: true, masterid: `${table.name}/${target.id}` },
    },
  });
  call.afterCommit.push(() => world.webhooks.tell(call, 'Merge', table, target, new Map()));
}

function reply(call: Call, type: string, body: object): Answer {
  return {
    status: 200,
    headers: {},
    body: { '@odata.context': apiUrl(call, `$metadata#Microsoft.Dynamics.CRM.${type}`), ...body },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
