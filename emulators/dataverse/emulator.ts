import type { FastifyPluginAsync } from 'fastify';
import { perform } from './api.ts';
import { apiRoutes } from './api-routes.ts';
import { type Call, callByHand, readQuery } from './call.ts';
import { tableNamed } from './catalogue.ts';
import { type ByHand, controlRoutes } from './control-routes.ts';
import { expireDelta } from './delta.ts';
import { DEMO } from './demo.ts';
import { createFaults, type Fault, type FaultInput, faultSchema } from './faults.ts';
import { createLimits } from './limits.ts';
import type { Settings, Value } from './model.ts';
import { settingsSchema } from './model.ts';
import { createPendingWork } from './pending-work.ts';
import { createRequestLog, type LoggedRequest } from './request-log.ts';
import { seed } from './seed-rows.ts';
import { openStore } from './store.ts';
import { tokenRoutes } from './token-routes.ts';
import { createTokens } from './tokens.ts';
import { createWebhooks, type Delivery } from './webhooks.ts';
import type { Options, World } from './world.ts';

export type EmulatorOptions = Partial<Options> & {
  /** Journal that survives `kill -9`; without one everything is forgotten at the end. */
  stateFile?: string | undefined;
  /** Milliseconds; the controllable clock adds to it. Default `Date.now`. */
  now?: (() => number) | undefined;
  settings?: Partial<Settings> | undefined;
};

/** A Dataverse organisation with its token endpoint, for tests in the same process. */
export type Emulator = {
  /** All routes, at the root: `/api/data/v9.2/...`, `/{tenant}/oauth2/...` and `/emulator/dataverse/...`. */
  readonly plugin: FastifyPluginAsync;
  readonly close: () => Promise<void>;
  /** Resolves when no webhook is left to deliver. */
  readonly idle: () => Promise<void>;
  /** A person of the organisation makes, changes or deletes a record by hand; webhooks go out. Bodies as in the Web API. */
  readonly create: (table: string, values: Record<string, unknown>) => string;
  readonly change: (table: string, id: string, values: Record<string, unknown>) => void;
  readonly remove: (table: string, id: string) => void;
  readonly merge: (table: string, target: string, subordinate: string) => void;
  /** What is kept, also in secured columns. Lookups are `table/guid`; null columns are left out. */
  readonly record: (table: string, id: string) => Readonly<Record<string, Value>> | undefined;
  /** Grows with each change of the record. */
  readonly version: (table: string, id: string) => number | undefined;
  readonly records: (table: string) => { id: string; values: Readonly<Record<string, Value>> }[];
  readonly fault: (fault: FaultInput) => Fault;
  readonly clearFaults: () => void;
  readonly advance: (ms: number) => void;
  readonly now: () => number;
  readonly settings: (change: Partial<Settings>) => void;
  readonly expireTokens: () => void;
  readonly expireDelta: () => void;
  readonly deliveries: () => readonly Delivery[];
  readonly requests: () => readonly LoggedRequest[];
  readonly peak: () => { requests: number; concurrent: number; refused: number };
  readonly reset: () => void;
};

export function createEmulator(given: EmulatorOptions = {}): Emulator {
  const base = given.now ?? Date.now;
  const options: Options = {
    tenant: given.tenant ?? DEMO.tenant,
    clientId: given.clientId ?? DEMO.clientId,
    clientSecret: given.clientSecret ?? DEMO.clientSecret,
    certificates: given.certificates ?? [],
    organizationUrl: given.organizationUrl,
    activityTable: given.activityTable ?? false,
    demo: given.demo ?? true,
  };
  const store = openStore(given.stateFile);
  const now = (): number => base() + store.meta().clockOffsetMs;
  const settings = (): Settings => store.meta().settings;
  const changeSettings = (change: Partial<Settings>): void => {
    const meta = store.meta();
    store.put({ t: 'meta', v: { ...meta, settings: settingsSchema.parse({ ...meta.settings, ...change }) } });
  };
  const world: World = {
    options,
    store,
    now,
    setNow: (ms) => store.put({ t: 'meta', v: { ...store.meta(), clockOffsetMs: ms - base() } }),
    settings,
    changeSettings,
    tokens: createTokens(options),
    limits: createLimits(now, settings),
    faults: createFaults(settings),
    work: createPendingWork(),
    webhooks: createWebhooks(() => world),
    requests: createRequestLog(),
    hungSockets: new Set(),
  };
  if (given.settings) changeSettings(given.settings);
  if (!store.meta().seeded) seed(world, options.demo);

  const reset = (): void => {
    for (const part of [world.work, world.faults, world.limits, world.webhooks, world.requests]) part.clear();
    for (const socket of world.hungSockets) socket.destroy();
    store.put({ t: 'reset' });
    if (given.settings) changeSettings(given.settings);
    seed(world, options.demo);
  };
  const byHand: ByHand = (method, path, body, user = DEMO.people.robin.user) => {
    const [below = '', rawQuery = ''] = path.split(/\?(.*)/s);
    const call: Call = {
      ...callByHand(world, user),
      method,
      path: below,
      rawQuery,
      query: readQuery(rawQuery),
      body,
    };
    return perform(call);
  };
  const setOf = (table: string): string => tableNamed(store, table).set;

  return {
    plugin: async (app) => {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      app.addHook('onRoute', (route) => {
        Object.assign(route, { schema: { ...route.schema, hide: true } });
      });
      app.addHook('preClose', async () => {
        for (const socket of world.hungSockets) socket.destroy();
      });
      await app.register(async (inner) => {
        tokenRoutes(inner, world);
        apiRoutes(inner, world);
      });
      await app.register(async (control) => controlRoutes(control, world, { reset, byHand }));
    },
    close: async () => {
      world.work.clear();
      for (const socket of world.hungSockets) socket.destroy();
      store.close();
    },
    idle: world.work.idle,
    create: (table, values) => {
      const made = byHand('POST', setOf(table), values);
      return /\(([^)]*)\)$/.exec(made.headers['odata-entityid'] ?? '')?.[1] ?? '';
    },
    change: (table, id, values) => void byHand('PATCH', `${setOf(table)}(${id})`, values),
    remove: (table, id) => void byHand('DELETE', `${setOf(table)}(${id})`),
    merge: (table, target, subordinate) => {
      const { primaryId } = tableNamed(store, table);
      const party = (id: string) => ({ '@odata.type': `Microsoft.Dynamics.CRM.${table}`, [primaryId]: id });
      byHand('POST', 'Merge', {
        Target: party(target),
        Subordinate: party(subordinate),
        PerformParentingChecks: false,
      });
    },
    record: (table, id) => store.rows(table).get(id)?.values,
    version: (table, id) => store.rows(table).get(id)?.version,
    records: (table) => [...store.rows(table).inIdOrder()].map(({ id, values }) => ({ id, values })),
    fault: (fault) => world.faults.add(faultSchema.parse(fault)),
    clearFaults: world.faults.clear,
    advance: (ms) => world.setNow(now() + ms),
    now,
    settings: changeSettings,
    expireTokens: world.tokens.revokeAll,
    expireDelta: () => expireDelta(world),
    deliveries: world.webhooks.log,
    requests: world.requests.list,
    peak: world.limits.peak,
    reset,
  };
}
