import type { FastifyPluginAsync } from 'fastify';
import type { z } from 'zod';
import { controlRoutes } from './control-routes.ts';
import { customerAt } from './customers.ts';
import { createEvents } from './events.ts';
import { createFaults, type Fault, type FaultInput, faultSchema } from './faults.ts';
import { graphRoutes } from './graph-routes.ts';
import { changeCustomer, changePreference, type customerChangeSchema } from './identity.ts';
import { createMessageIds } from './ids.ts';
import { createLimits } from './limits.ts';
import type { Customer, Settings } from './model.ts';
import { createPendingWork } from './pending-work.ts';
import { type actSchema, customerActs, actSchema as parseAct } from './person.ts';
import { phoneRoutes } from './phone-routes.ts';
import { seedTemplates } from './seed-templates.ts';
import { markSeen, resumeJourneys } from './status.ts';
import { openStore } from './store.ts';
import { type MessageView, messageView, threadView } from './views.ts';
import { createWebhooks, type Delivery, type RetrySchedule } from './webhooks.ts';
import type { World } from './world.ts';

/** Ids and secrets of the sandbox. They open nothing but an emulator on loopback. */
export const SANDBOX = {
  phoneNumberId: '200300400500600',
  businessAccountId: '100200300400500',
  displayPhoneNumber: '+1 202 555 0100',
  verifiedName: 'Contoso',
  accessToken: 'sandbox-access-token',
  appSecret: 'sandbox-app-secret',
  verifyToken: 'sandbox-verify-token',
} as const;

export type EmulatorOptions = {
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  accessToken: string;
  appSecret: string;
  verifyToken: string;
  /** Where signed webhooks are posted; without one they wait for `setWebhookUrl`. */
  webhookUrl?: string | undefined;
  /** Journal that survives `kill -9`; without one everything is forgotten at the end. */
  stateFile?: string | undefined;
  /** Milliseconds; the controllable clock adds to it. Default `Date.now`. */
  now?: (() => number) | undefined;
  log?: ((line: string) => void) | undefined;
  /** Default true. */
  seedTemplates?: boolean | undefined;
  /** Real milliseconds from accepted to sent, and from sent to delivered. Default 40. */
  statusDelayMs?: number | undefined;
  /** Real milliseconds. Default 200, doubling to 30,000, for an hour. */
  retry?: RetrySchedule | undefined;
  settings?: Partial<Settings> | undefined;
};

/** A WhatsApp Cloud API with its customers, for tests in the same process and for the host's routes. */
export type Emulator = {
  /** All routes, at the root: `/v26.0/...` and `/emulator/...`. */
  readonly plugin: FastifyPluginAsync;
  readonly close: () => Promise<void>;
  readonly setWebhookUrl: (url: string | undefined) => void;
  /** Resolves when no status, delivery or retry is left to do. */
  readonly idle: () => Promise<void>;
  /** The customer does something; see docs/emulator.md. Returns the message with its WhatsApp id. */
  readonly customerSends: (phone: string, act: z.input<typeof actSchema>) => MessageView;
  /** The customer opens the chat. */
  readonly customerReads: (phone: string) => void;
  readonly customerPrefers: (phone: string, value: 'stop' | 'resume' | 'signup') => void;
  readonly changeCustomer: (phone: string, change: z.infer<typeof customerChangeSchema>) => void;
  /** The chat, oldest first. */
  readonly messagesOf: (phone: string) => MessageView[];
  readonly userIdOf: (phone: string) => string;
  readonly fault: (fault: FaultInput) => Fault;
  readonly clearFaults: () => void;
  readonly advance: (ms: number) => void;
  readonly now: () => number;
  readonly settings: (change: Partial<Settings>) => void;
  readonly deliveries: () => readonly Delivery[];
  readonly reset: () => void;
};

export function createEmulator(options: EmulatorOptions): Emulator {
  const base = options.now ?? Date.now;
  const store = openStore(options.stateFile);
  const work = createPendingWork();
  const faults = createFaults();
  const limits = createLimits();
  const events = createEvents();
  const log = options.log ?? (() => {});
  const now = (): number => base() + store.meta().clockOffsetMs;
  const webhooks = createWebhooks({
    store,
    faults,
    work,
    now,
    account: options.businessAccountId,
    appSecret: options.appSecret,
    url: options.webhookUrl,
    retry: options.retry ?? { firstMs: 200, maxMs: 30_000, giveUpMs: 3_600_000 },
    log,
  });
  const changeSettings = (change: Partial<Settings>): void => {
    const meta = store.meta();
    store.put({ t: 'meta', v: { ...meta, settings: { ...meta.settings, ...change } } });
  };
  const world: World = {
    business: options,
    store,
    now,
    setNow: (ms) => {
      store.put({ t: 'meta', v: { ...store.meta(), clockOffsetMs: ms - base() } });
      events.notify({ customer: null });
    },
    settings: () => store.meta().settings,
    changeSettings,
    messageId: createMessageIds(),
    newId: () => {
      const { nextNumber, ...meta } = store.meta();
      store.put({ t: 'meta', v: { ...meta, nextNumber: nextNumber + 1 } });
      return String(300_400_500_600_000 + nextNumber);
    },
    limits,
    faults,
    work,
    webhooks,
    statusDelayMs: options.statusDelayMs ?? 40,
    hungSockets: new Set(),
    notify: (notice) => {
      const customer = notice.customer === null ? undefined : store.customers.get(notice.customer);
      events.notify({ ...notice, ...(customer ? { phone: `+${customer.phone}` } : {}) });
    },
  };
  const wantsSeed = options.seedTemplates ?? true;
  if (options.settings) changeSettings(options.settings);
  if (wantsSeed && !store.meta().seeded) seedTemplates(world);
  webhooks.resume();
  resumeJourneys(world);

  const reset = (seed: boolean): void => {
    work.clear();
    webhooks.forget();
    faults.clear();
    limits.clear();
    store.put({ t: 'reset' });
    if (options.settings) changeSettings(options.settings);
    if (seed) seedTemplates(world);
    events.notify({ customer: null });
  };
  const customer = (phone: string): Customer => {
    const found = customerAt(world, phone);
    if (!found) throw new Error(`${phone} is no phone number, and nobody has this user id`);
    return found;
  };

  return {
    plugin: async (app) => {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) =>
        done(null, body),
      );
      app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
        try {
          done(null, body.length === 0 ? undefined : JSON.parse(body.toString()));
        } catch {
          done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }));
        }
      });
      // Nothing of the emulator belongs in the host's API description.
      app.addHook('onRoute', (route) => {
        Object.assign(route, { schema: { ...route.schema, hide: true } });
      });
      app.addHook('preClose', async () => {
        events.close();
        for (const socket of world.hungSockets) socket.destroy();
      });
      await app.register(async (graph) => graphRoutes(graph, world));
      await app.register(async (control) => {
        controlRoutes(control, world, reset);
        phoneRoutes(control, events);
      });
    },
    close: async () => {
      work.clear();
      webhooks.close();
      events.close();
      store.close();
    },
    setWebhookUrl: webhooks.setUrl,
    idle: work.idle,
    customerSends: (phone, act) =>
      messageView(world, customerActs(world, customer(phone), parseAct.parse(act))),
    customerReads: (phone) => markSeen(world, customer(phone)),
    customerPrefers: (phone, value) => void changePreference(world, customer(phone), value),
    changeCustomer: (phone, change) => void changeCustomer(world, customer(phone), change),
    messagesOf: (phone) => threadView(world, customer(phone)),
    userIdOf: (phone) => customer(phone).userId,
    fault: (fault) => faults.add(faultSchema.parse(fault)),
    clearFaults: () => {
      faults.clear();
      webhooks.flush();
    },
    advance: (ms) => world.setNow(now() + ms),
    now,
    settings: changeSettings,
    deliveries: webhooks.log,
    reset: () => reset(wantsSeed),
  };
}
