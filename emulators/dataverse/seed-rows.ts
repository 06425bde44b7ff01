import { guidOf, lookupOf } from './catalogue.ts';
import { DEMO } from './demo.ts';
import type { Value } from './model.ts';
import { seedRelations, seedTables, whatsappActivity } from './seed-tables.ts';
import type { World } from './world.ts';
import { insertRow } from './write.ts';

/** Tables, users, messages and, with `demo`, people to write to. */
export function seed(world: World, demo: boolean): void {
  const { store } = world;
  store.atomically(() => {
    for (const v of [...seedTables(), ...(world.options.activityTable ? [whatsappActivity()] : [])])
      store.put({ t: 'table', v });
    if (world.options.activityTable) installActivityParties(world);
    for (const v of seedRelations()) store.put({ t: 'relation', v });
    add(world, 'organization', DEMO.organizationId, {
      name: DEMO.organizationName,
      languagecode: 1033,
      expirechangetrackingindays: world.settings().changeTrackingDays,
    });
    add(world, 'businessunit', DEMO.businessUnitId, { name: DEMO.organizationName });
    const unit = `businessunit/${DEMO.businessUnitId}`;
    add(world, 'systemuser', DEMO.applicationUserId, {
      fullname: '# Assent',
      applicationid: world.options.clientId,
      azureactivedirectoryobjectid: DEMO.applicationObjectId,
      businessunitid: unit,
    });
    store.put({
      t: 'rights',
      v: { user: DEMO.applicationUserId, base: 'Global', privileges: {}, columns: {}, language: 1033 },
    });
    for (const [name, { user, object }] of Object.entries(DEMO.people)) {
      const first = name.charAt(0).toUpperCase() + name.slice(1);
      add(world, 'systemuser', user, {
        fullname: `${first} Counts`,
        firstname: first,
        lastname: 'Counts',
        domainname: `${name}@contoso.example`,
        internalemailaddress: `${name}@contoso.example`,
        azureactivedirectoryobjectid: object,
        businessunitid: unit,
      });
      store.put({
        t: 'rights',
        v: {
          user,
          base: 'Global',
          privileges: { prvActOnBehalfOfAnotherUser: 'None' },
          columns: {},
          language: name === 'sasha' ? 3082 : 1033,
        },
      });
    }
    const roleId = guidOf('role System Customizer');
    add(world, 'role', roleId, { name: 'Assent application' });
    store.put({
      t: 'link',
      relation: 'systemuserroles_association',
      one: DEMO.applicationUserId,
      two: roleId,
    });
    for (const message of ['Create', 'Update', 'Delete', 'Merge', 'Assign', 'SetState']) {
      add(world, 'sdkmessage', guidOf(`message ${message}`), { name: message });
      for (const table of store.tables.values())
        if (table.owned)
          add(world, 'sdkmessagefilter', guidOf(`filter ${message} ${table.name}`), {
            name: table.name,
            primaryobjecttypecode: table.name,
            sdkmessageid: `sdkmessage/${guidOf(`message ${message}`)}`,
          });
    }
    if (demo) seedPeople(world);
    store.put({ t: 'meta', v: { ...store.meta(), seeded: true } });
  });
}

function seedPeople(world: World): void {
  const contact = (name: string) => `contact/${guidOf(`contact ${name}`)}`;
  const account = (name: string) => `account/${guidOf(`account ${name}`)}`;
  const rows: [string, string, Record<string, Value>][] = [
    [
      'account',
      'fourth',
      { name: 'Fourth Coffee', telephone1: '+1 (202) 555-0161', accountnumber: 'A-1001' },
    ],
    [
      'account',
      'tailwind',
      { name: 'Tailwind Traders', telephone1: '020 7946 0961', accountnumber: 'A-1002', donotemail: true },
    ],
    [
      'contact',
      'ana',
      {
        firstname: 'Ana',
        lastname: 'Ruiz',
        mobilephone: '+1 202 555 0143',
        emailaddress1: 'ana@example.com',
        parentcustomerid: account('fourth'),
      },
    ],
    [
      'contact',
      'ben',
      {
        firstname: 'Ben',
        lastname: 'Okafor',
        mobilephone: '07700 900123',
        telephone1: '020 7946 0018',
        wa_whatsappconsent: true,
        wa_waid: '447700900123',
        parentcustomerid: account('tailwind'),
      },
    ],
    [
      'contact',
      'carla',
      { firstname: 'Carla', lastname: 'Souza', mobilephone: '+55 11 98765-4321', wa_whatsappconsent: false },
    ],
    [
      'contact',
      'dina',
      { firstname: 'Dina', lastname: "O'Bryan", telephone1: '(202) 555-0177 ext. 12', donotemail: true },
    ],
    [
      'contact',
      'emil',
      { firstname: 'Emil', lastname: 'Šimek', mobilephone: 'call after 6', telephone2: '+420 601 123 456' },
    ],
    ['contact', 'farah', { firstname: 'Farah', lastname: 'Haddad', parentcustomerid: account('fourth') }],
    [
      'lead',
      'ana',
      {
        firstname: 'Ana',
        lastname: 'Ruiz',
        subject: 'Espresso machines',
        mobilephone: '+12025550143',
        companyname: 'Fourth Coffee',
      },
    ],
    [
      'lead',
      'george',
      {
        firstname: 'George',
        lastname: 'Mwangi',
        subject: 'Refit of three shops',
        mobilephone: '+254 700 000123',
        wa_whatsappconsent: false,
      },
    ],
    [
      'opportunity',
      'refit',
      {
        name: 'Refit of the London shops',
        estimatedvalue: 42_000,
        parentcontactid: contact('ben'),
        parentaccountid: account('tailwind'),
      },
    ],
    [
      'opportunity',
      'beans',
      { name: 'Beans for a year', estimatedvalue: 9_500, parentaccountid: account('fourth') },
    ],
  ];
  rows.push([
    'incident',
    'grinder',
    {
      title: 'The grinder stands still',
      ticketnumber: 'CAS-01001-B7',
      customerid: contact('ana'),
      primarycontactid: contact('ana'),
    },
  ]);
  for (const [table, name, values] of rows) add(world, table, guidOf(`${table} ${name}`), values);
  for (const [name, primary] of [
    ['fourth', 'ana'],
    ['tailwind', 'ben'],
  ] as const) {
    const { id = '' } = lookupOf(account(name)) ?? {};
    const row = world.store.rows('account').get(id);
    if (row)
      world.store.put({
        t: 'row',
        table: 'account',
        v: { ...row, values: { ...row.values, primarycontactid: contact(primary) } },
      });
  }
}

/** Puts the custom activity of the product's solution in, also into an organisation that runs. */
export function installActivity(world: World): void {
  world.store.atomically(() => {
    world.store.put({ t: 'table', v: whatsappActivity() });
    installActivityParties(world);
    const meta = world.store.meta();
    world.store.put({ t: 'meta', v: { ...meta, metadataVersion: meta.metadataVersion + 1 } });
  });
}

function installActivityParties(world: World): void {
  const parties = world.store.tables.get('activityparty');
  const activity = whatsappActivity();
  if (!parties) return;
  world.store.put({
    t: 'table',
    v: {
      ...parties,
      columns: parties.columns.map((column) =>
        column.name === 'activityid' && !column.targets.some(({ table }) => table === activity.name)
          ? {
              ...column,
              targets: [
                ...column.targets,
                {
                  table: activity.name,
                  navigation: `activityid_${activity.name}`,
                  collection: `${activity.name}_activity_parties`,
                },
              ],
            }
          : column,
      ),
    },
  });
}

/** As an import does it: no webhooks, no column defaults, so Booleans that nobody set are null. */
function add(world: World, table: string, id: string, values: Record<string, Value>): void {
  insertRow(world, table, id, values);
}
