import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Answer } from './call.ts';
import { columnNamed, guidOf, tableOfSet } from './catalogue.ts';
import { expireDelta } from './delta.ts';
import { DEMO } from './demo.ts';
import { DataverseError } from './errors.ts';
import { faultSchema } from './faults.ts';
import { type Column, columnSchema, rightsSchema, settingsSchema, type Table, valueSchema } from './model.ts';
import { addColumn, change, changeColumn, dropColumn, renameColumn } from './schema-changes.ts';
import { installActivity } from './seed-rows.ts';
import { words } from './table-parts.ts';
import type { World } from './world.ts';
import { insertRow } from './write.ts';

/** Acts as a person of the organisation with every right, through the same code as the Web API. */
export type ByHand = (method: string, path: string, body?: unknown, user?: string) => Answer;

const ROOT = '/emulator/dataverse';
const setParams = z.object({ set: z.string() });
const rowParams = setParams.extend({ id: z.string() });
const columnParams = z.object({ table: z.string(), column: z.string() });
const asQuery = z.object({ as: z.string().optional(), tag: z.string().optional() });
const rowBody = z.record(z.string(), z.unknown());
const seedSchema = z.strictObject({
  table: z.enum(['contact', 'lead', 'account']),
  count: z.number().int().positive().max(2_000_000),
  /** Digits before a counter of seven. */
  prefix: z
    .string()
    .regex(/^\+?\d+$/)
    .default('+1999'),
  values: z.record(z.string(), valueSchema).default({}),
  /** Every so manieth row holds these too. */
  some: z
    .strictObject({ every: z.number().int().positive(), values: z.record(z.string(), valueSchema) })
    .optional(),
});
const touchSchema = z.strictObject({
  table: z.string(),
  count: z.number().int().positive(),
  values: rowBody,
});
const securitySchema = z.strictObject({
  table: z.string(),
  column: z.string(),
  secured: z.boolean(),
  securable: z.strictObject({ read: z.boolean(), create: z.boolean(), update: z.boolean() }).optional(),
  /** Who keeps what: `app`, a name of the demo's people, or a system user id. */
  permissions: z
    .record(
      z.string(),
      z.strictObject({
        read: z.boolean().default(false),
        create: z.boolean().default(false),
        update: z.boolean().default(false),
      }),
    )
    .default({}),
});
const rightsChangeSchema = rightsSchema.omit({ user: true }).partial();
const clockSchema = z.union([
  z.strictObject({ now: z.union([z.number(), z.iso.datetime({ offset: true })]) }),
  z.strictObject({ advanceMs: z.number().int() }),
]);
const mergeSchema = z.strictObject({ table: z.string(), target: z.string(), subordinate: z.string() });
const tableChangeSchema = z.strictObject({
  changeTracking: z.boolean().optional(),
  optimisticConcurrency: z.boolean().optional(),
});
const newColumnSchema = z.strictObject({
  name: z.string(),
  type: z.enum(['boolean', 'string']),
  label: z.string(),
  trueLabel: z.string().default('Yes'),
  falseLabel: z.string().default('No'),
  defaultValue: z.boolean().default(false),
  format: z.string().default('Text'),
  maxLength: z.number().int().positive().default(100),
});

class NotThere extends Error {}

/**
 * `/emulator/dataverse/...`: plays the people of the organisation and Microsoft, and breaks things on purpose;
 * docs/emulator-dataverse.md lists it. There is no authentication here: the host decides who may call.
 */
export function controlRoutes(
  app: FastifyInstance,
  world: World,
  { reset, byHand }: { reset: () => void; byHand: ByHand },
): void {
  const { store } = world;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(body.toString()));
    } catch {
      done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }));
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    const refuse = (status: number, message: string) => reply.code(status).send({ error: { message } });
    if (error instanceof z.ZodError) return refuse(400, z.prettifyError(error));
    if (error instanceof NotThere) return refuse(404, error.message);
    if (error instanceof DataverseError) return refuse(error.status, error.message);
    const status = z.looseObject({ statusCode: z.number() }).safeParse(error);
    return refuse(
      status.success ? status.data.statusCode : 500,
      error instanceof Error ? error.message : String(error),
    );
  });
  const table = (name: string): Table => {
    const found = store.tables.get(name) ?? [...store.tables.values()].find((one) => one.set === name);
    if (!found) throw new NotThere(`no table ${name}`);
    return found;
  };
  const column = (params: unknown): { table: Table; column: Column } => {
    const names = columnParams.parse(params);
    const found = columnNamed(table(names.table), names.column);
    if (!found) throw new NotThere(`no column ${names.column} on ${names.table}`);
    return { table: table(names.table), column: found };
  };
  const user = (name: string | undefined): string => {
    if (name === undefined) return DEMO.people.robin.user;
    if (name === 'app') return DEMO.applicationUserId;
    if (name === 'robin' || name === 'sasha') return DEMO.people[name].user;
    if (!store.rows('systemuser').get(name)) throw new NotThere(`no user ${name}`);
    return name;
  };
  const withTag = (path: string, tag: string | undefined): string =>
    tag === undefined ? path : `${path}?tag=${encodeURIComponent(tag)}`;

  app.get(`${ROOT}/organization`, async (request) => ({
    tenant: world.options.tenant,
    clientId: world.options.clientId,
    organizationUrl: world.options.organizationUrl ?? `${request.protocol}://${request.host}`,
    people: DEMO.people,
    applicationUser: DEMO.applicationUserId,
    tables: [...store.tables.values()].map(({ name, set }) => ({ name, set, rows: store.rows(name).size() })),
    now: new Date(world.now()).toISOString(),
  }));

  app.get(`${ROOT}/rows/:set`, async (request) => {
    const { name } = tableOfSet(store, setParams.parse(request.params).set);
    return { items: [...store.rows(name).inIdOrder()] };
  });
  app.post(`${ROOT}/rows/:set`, async (request, reply) => {
    const { set } = setParams.parse(request.params);
    const { as, tag } = asQuery.parse(request.query);
    const bodies = z.union([z.array(rowBody), rowBody.transform((one) => [one])]).parse(request.body);
    const ids = bodies.map((body) => {
      const made = byHand('POST', withTag(set, tag), body, user(as));
      return /\(([^)]*)\)$/.exec(made.headers['odata-entityid'] ?? '')?.[1];
    });
    return reply.code(201).send({ ids });
  });
  app.get(`${ROOT}/rows/:set/:id`, async (request) => {
    const { set, id } = rowParams.parse(request.params);
    const row = store.rows(tableOfSet(store, set).name).get(id);
    if (!row) throw new NotThere(`no record ${id}`);
    return row;
  });
  for (const method of ['PATCH', 'DELETE'] as const)
    app.route({
      method,
      url: `${ROOT}/rows/:set/:id`,
      handler: async (request, reply) => {
        const { set, id } = rowParams.parse(request.params);
        const { as, tag } = asQuery.parse(request.query);
        if (!store.rows(tableOfSet(store, set).name).get(id)) throw new NotThere(`no record ${id}`);
        byHand(method, withTag(`${set}(${id})`, tag), request.body, user(as));
        return reply.code(204).send();
      },
    });
  app.post(`${ROOT}/merge`, async (request, reply) => {
    const { table: name, target, subordinate } = mergeSchema.parse(request.body);
    const { primaryId } = table(name);
    const party = (id: string) => ({ '@odata.type': `Microsoft.Dynamics.CRM.${name}`, [primaryId]: id });
    byHand('POST', 'Merge', {
      Target: party(target),
      Subordinate: party(subordinate),
      PerformParentingChecks: false,
    });
    return reply.code(204).send();
  });
  app.post(`${ROOT}/seed`, async (request) => {
    const { table: name, count, prefix, values, some } = seedSchema.parse(request.body);
    const from = store.rows(name).size();
    const phone = name === 'account' ? 'telephone1' : 'mobilephone';
    for (let n = from; n < from + count; n += 1) {
      const person: Record<string, string> =
        name === 'account' ? { name: `Company ${n}` } : { firstname: 'Person', lastname: String(n) };
      insertRow(world, name, guidOf(`${name} ${n}`), {
        ...person,
        [phone]: `${prefix}${String(n).padStart(7, '0')}`,
        ...values,
        ...(some !== undefined && n % some.every === 0 ? some.values : {}),
      });
    }
    return { rows: store.rows(name).size() };
  });

  app.post(`${ROOT}/touch`, async (request) => {
    const { table: name, count, values } = touchSchema.parse(request.body);
    let rows = 0;
    for (const row of [...store.rows(name).inIdOrder()].slice(0, count)) {
      byHand('PATCH', `${table(name).set}(${row.id})`, values);
      rows += 1;
    }
    return { rows };
  });

  app.post(`${ROOT}/tables/:table/columns`, async (request, reply) => {
    const given = newColumnSchema.parse(request.body);
    const { table: name } = z.object({ table: z.string() }).parse(request.params);
    if (columnNamed(table(name), given.name))
      throw Object.assign(new Error(`${given.name} is there`), { statusCode: 409 });
    addColumn(
      world,
      table(name),
      columnSchema.parse({
        name: given.name,
        schemaName: given.name,
        type: given.type,
        labels: words(given.label),
        format: given.format,
        maxLength: given.maxLength,
        custom: true,
        ...(given.type === 'boolean'
          ? {
              booleans: { true: words(given.trueLabel), false: words(given.falseLabel) },
              defaultValue: given.defaultValue,
            }
          : {}),
      }),
    );
    return reply.code(204).send();
  });
  app.delete(`${ROOT}/tables/:table/columns/:column`, async (request, reply) => {
    const found = column(request.params);
    dropColumn(world, found.table, found.column.name);
    return reply.code(204).send();
  });
  app.post(`${ROOT}/tables/:table/columns/:column/rename`, async (request, reply) => {
    const found = column(request.params);
    const { to } = z.strictObject({ to: z.string().regex(/^[a-z]\w*$/) }).parse(request.body);
    renameColumn(world, found.table, found.column.name, to);
    return reply.code(204).send();
  });
  app.put(`${ROOT}/tables/:table`, async (request, reply) => {
    const { changeTracking, optimisticConcurrency } = tableChangeSchema.parse(request.body);
    const found = table(z.object({ table: z.string() }).parse(request.params).table);
    change(world, {
      ...found,
      changeTracking: changeTracking ?? found.changeTracking,
      optimisticConcurrency: optimisticConcurrency ?? found.optimisticConcurrency,
    });
    return reply.code(204).send();
  });
  app.post(`${ROOT}/activity-table`, async (_request, reply) => {
    installActivity(world);
    return reply.code(204).send();
  });

  app.put(`${ROOT}/column-security`, async (request, reply) => {
    const given = securitySchema.parse(request.body);
    const found = column(given);
    changeColumn(world, found.table, found.column.name, {
      secured: given.secured,
      ...(given.securable ? { securable: given.securable } : {}),
    });
    const key = `${found.table.name}.${found.column.name}`;
    for (const rights of store.rights.values()) {
      const { [key]: _old, ...columns } = rights.columns;
      store.put({ t: 'rights', v: { ...rights, columns } });
    }
    for (const [name, allowed] of Object.entries(given.permissions)) {
      const rights = rightsSchema.parse(store.rights.get(user(name)) ?? { user: user(name) });
      store.put({ t: 'rights', v: { ...rights, columns: { ...rights.columns, [key]: allowed } } });
    }
    return reply.code(204).send();
  });
  app.get(`${ROOT}/users`, async () => ({
    items: [...store.rows('systemuser').inIdOrder()].map((row) => ({
      ...row,
      rights: store.rights.get(row.id) ?? null,
    })),
  }));
  app.put(`${ROOT}/users/:user/rights`, async (request) => {
    const id = user(z.object({ user: z.string() }).parse(request.params).user);
    const before = rightsSchema.parse(store.rights.get(id) ?? { user: id });
    // Without defaults: what is not named stays.
    const given = z.record(z.string(), z.unknown()).parse(request.body);
    rightsChangeSchema.parse(given);
    const rights = rightsSchema.parse({ ...before, ...given, user: id });
    store.put({ t: 'rights', v: rights });
    return rights;
  });

  app.post(`${ROOT}/tokens/expire`, async (_request, reply) => {
    world.tokens.revokeAll();
    return reply.code(204).send();
  });
  app.post(`${ROOT}/delta/expire`, async (_request, reply) => {
    expireDelta(world);
    return reply.code(204).send();
  });
  app.get(`${ROOT}/faults`, async () => ({ items: world.faults.list() }));
  app.post(`${ROOT}/faults`, async (request, reply) =>
    reply.code(201).send(world.faults.add(faultSchema.parse(request.body))),
  );
  app.delete(`${ROOT}/faults`, async (_request, reply) => {
    world.faults.clear();
    return reply.code(204).send();
  });
  app.get(`${ROOT}/clock`, async () => ({ now: new Date(world.now()).toISOString() }));
  app.post(`${ROOT}/clock`, async (request) => {
    const given = clockSchema.parse(request.body);
    world.setNow('now' in given ? new Date(given.now).getTime() : world.now() + given.advanceMs);
    return { now: new Date(world.now()).toISOString() };
  });
  app.get(`${ROOT}/settings`, async () => world.settings());
  app.put(`${ROOT}/settings`, async (request) => {
    const given = z.record(z.string(), z.unknown()).parse(request.body);
    world.changeSettings(settingsSchema.strict().parse({ ...world.settings(), ...given }));
    return world.settings();
  });
  app.get(`${ROOT}/webhooks`, async () => ({ items: world.webhooks.log() }));
  app.get(`${ROOT}/requests`, async () => ({
    total: world.requests.total(),
    peak: world.limits.peak(),
    items: world.requests.list(),
  }));
  app.delete(`${ROOT}/requests`, async (_request, reply) => {
    world.requests.clear();
    world.limits.clear();
    return reply.code(204).send();
  });
  app.post(`${ROOT}/idle`, async (_request, reply) => {
    await world.work.idle();
    return reply.code(204).send();
  });
  app.post(`${ROOT}/reset`, async (_request, reply) => {
    reset();
    return reply.code(204).send();
  });
}
