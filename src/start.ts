import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { DestinationStream, Logger } from 'pino';
import type { Emulator, EmulatorOptions } from '../emulators/whatsapp-cloud/emulator.ts';
import type { Context } from './actions/context.ts';
import { hookOf } from './actions/crm-webhook.ts';
import { createHandovers } from './actions/handovers.ts';
import { createIngest } from './actions/ingest.ts';
import { createSetupLink } from './actions/invite.ts';
import { loadKeys, makers, sealedOnce } from './actions/keys.ts';
import { createMetrics } from './actions/metrics.ts';
import { checkSeals } from './actions/reseal.ts';
import { createSeal, type Seal } from './actions/seal.ts';
import { createSignInLink, ensureSandboxPeople, SANDBOX_PEOPLE } from './actions/sign-in.ts';
import { UNTRACED } from './actions/tracer.ts';
import { WORK } from './actions/transaction.ts';
import { createWhatsAppSecrets, SECRETS_CHANGED } from './actions/whatsapp-secrets.ts';
import { createEmbeddedCrm } from './adapters/embedded-crm/embedded-crm.ts';
import { createMirroredCrm } from './adapters/mirrored-crm/mirrored-crm.ts';
import { createOidcProvider } from './adapters/oidc/oidc.ts';
import type { Reach } from './adapters/outbound/address.ts';
import { createOutboundCalls } from './adapters/outbound/calls.ts';
import { createGuard } from './adapters/outbound/guard.ts';
import { createWhatsAppCloud } from './adapters/whatsapp-cloud/client.ts';
import { openBackupDoor } from './backup/door.ts';
import { startBackups } from './backup/schedule.ts';
import type { Config, OidcConfig } from './config.ts';
import { lockDataDirectory } from './data-lock.ts';
import { type Database, notify, openPGlite, openPostgres } from './db/engine.ts';
import { migrate } from './db/migrate.ts';
import { copyCluster } from './db/new-cluster.ts';
import { ensureChannel } from './db/organisation.ts';
import { endLeases } from './db/outbox.ts';
import { watchEventLoop } from './event-loop.ts';
import { closeServer } from './http/close.ts';
import { apiRoutes } from './http/routes/api.ts';
import { createServer } from './http/server.ts';
import { createLog } from './log.ts';
import type { Clock, Crm, MessagingProvider, OidcProvider } from './ports.ts';
import { readiness } from './readiness.ts';
import type { Tracing } from './tracing.ts';
import { startCampaigns } from './workers/campaigns.ts';
import { startCrmSync } from './workers/crm-sync.ts';
import { startInbox } from './workers/inbox.ts';
import type { Loop } from './workers/loop.ts';
import { startMedia } from './workers/media.ts';
import { startOutbox } from './workers/outbox.ts';
import { startUpkeep } from './workers/upkeep.ts';
import { startWebhooks } from './workers/webhooks.ts';

export interface Assent {
  url: string;
  ctx: Context;
  config: Config;
  emulator: Emulator | null;
  /** What to print: where to click. */
  welcome: string;
  /** Resolves when the sandbox's demo people are there; at once outside the sandbox. */
  seeded: Promise<void>;
  /** Says no at `/readyz` for `graceMs` (default 0) while it goes on; then takes nothing more, finishes, and ends. */
  stop(graceMs?: number): Promise<void>;
}

/** What requests under way may take when a node stops; supervisors kill after some 30 s. */
const LONGEST_CLOSE_MS = 15_000;

interface StartOptions {
  /** False leaves the sandbox empty, for tests that make their own world. */
  demo?: boolean;
  /** The server's and the emulator's time, ms; tests move it. */
  clock?: Clock;
  /** Where the log goes in place of standard output. */
  logTo?: DestinationStream;
  /** How fast the sandbox's emulator plays. */
  emulator?: Pick<EmulatorOptions, 'statusDelayMs' | 'retry'>;
}

/**
 * Ties everything together: database, adapters, workers, HTTP, and in the sandbox the emulator and its demo. What this
 * installation does not use is not loaded: Microsoft's sign-in alone is 30 MB.
 */
export async function startAssent(given: Config, options: StartOptions = {}): Promise<Assent> {
  const log = createLog(given.logLevel, options.logTo);
  const usesDirectory = given.sandbox || given.databaseUrl === null;
  const unlock = usesDirectory ? await lockDataDirectory(given.dataDir) : async () => {};
  const database = await openDatabase(given);
  try {
    await migrate(database.db);
    // Nobody else has this directory: the process that was handing something over is gone.
    if (database.engine === 'pglite') await endLeases(database.db);
    const seal = createSeal(given.sealKeys);
    const { inClear } = await checkSeals(database.db, seal);
    if (inClear > 0 && !given.sandbox)
      log.warn(
        { inClear },
        'secrets lie in the database in clear: set ASSENT_SEAL_KEYS, then run npm run assent -- secrets reseal',
      );
    const config = await withAdminKey(given, database, seal);
    const ctx = await createContext(config, database, log, options.clock);
    const tracing = await tracingOf(config, log);
    if (tracing !== null) ctx.tracer = tracing;
    return await run(
      ctx,
      config,
      log,
      () => Promise.all([unlock(), tracing?.close()]).then(() => {}),
      options,
    );
  } catch (error) {
    await database.close();
    await unlock();
    throw error;
  }
}

/** Loaded only where traces are wanted. */
async function tracingOf({ traces, version }: Config, log: Logger): Promise<Tracing | null> {
  if (traces === null) return null;
  const { createTracing } = await import('./tracing.ts');
  const lost = (error: unknown): void => log.warn({ err: error }, 'traces could not be delivered');
  return createTracing({ ...traces, version, lost });
}

export async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl !== null) return openPostgres(config.databaseUrl);
  const directory = path.join(config.dataDir, 'db');
  copyCluster(directory);
  return openPGlite(directory);
}

/** The sandbox makes an administrator's key once per data directory where none was given. */
async function withAdminKey(config: Config, database: Database, seal: Seal): Promise<Config> {
  if (config.adminApiKey !== null || !config.sandbox) return config;
  const candidate = randomBytes(24).toString('hex');
  return { ...config, adminApiKey: await sealedOnce(database.db, seal, 'sandbox-admin-key', candidate) };
}

export async function createContext(
  config: Config,
  database: Database,
  log: Logger,
  clock: Clock = Date.now,
): Promise<Context> {
  const { phoneNumberId, businessAccountId } = config.whatsapp;
  const channel = { id: phoneNumberId, phoneNumberId, businessAccountId };
  await ensureChannel(database.db, channel);
  const seal = createSeal(config.sealKeys);
  const keys = await loadKeys(database.db, config.secret, seal);
  const secrets = createWhatsAppSecrets({ database, clock, log, keys, seal });
  await secrets.reload();
  const apiUrl = config.sandbox ? localUrl(config, config.port) : config.whatsapp.apiUrl;
  const ctx: Context = {
    database,
    clock,
    log,
    crm: await crmOf(config, database, clock),
    provider: providerAt(config, apiUrl, clock, secrets.accessToken()),
    channel,
    keys,
    metrics: createMetrics(),
    tracer: UNTRACED,
    make: makers,
    wake: { outbox: () => {}, inbox: () => {}, templates: () => {}, media: () => {}, crm: () => {} },
    sandbox: config.sandbox,
    handovers: createHandovers(),
    seal,
    secrets,
    outbound: createOutboundCalls(reachOf(config)),
  };
  connect(ctx, config, apiUrl);
  return ctx;
}

/** The way to WhatsApp, with the token that counts; another one takes its place when an administrator enters it. */
function connect(ctx: Context, config: Config, apiUrl: string): void {
  ctx.secrets.connect({
    make: (token) => providerAt(config, apiUrl, ctx.clock, token),
    use: (provider) => {
      ctx.provider = provider;
    },
  });
}

async function crmOf(config: Config, database: Database, clock: Clock): Promise<Crm> {
  if (config.dataverse === null) return createEmbeddedCrm(database.db);
  const { createDataverse } = await import('./adapters/dataverse/dataverse.ts');
  const remote = createDataverse(database.db, config.dataverse, clock);
  return createMirroredCrm('dataverse', database.db, remote, (tx) => notify(tx, WORK, ''));
}

/** Where calls go that somebody beside the operator had a say in; in a sandbox nothing leaves this machine. */
const reachOf = ({ sandbox, outboundNetworks }: Config): Reach =>
  sandbox
    ? { internet: false, networks: ['127.0.0.0/8', '::1'] }
    : { internet: true, networks: outboundNetworks };

/** The issuer itself is wherever the operator says; the hosts that its description names are not inside. */
function oidcAt(config: Config, oidc: OidcConfig): OidcProvider {
  const { hostname } = new URL(oidc.issuer);
  const networks = config.outboundNetworks;
  const guard = createGuard({ internet: true, networks }, { trusted: [hostname.replace(/^\[|\]$/g, '')] });
  return createOidcProvider({ ...oidc, fetch: guard.fetch });
}

/** `token`: null where the environment's counts. */
function providerAt(config: Config, apiUrl: string, now: Clock, token: string | null): MessagingProvider {
  const { apiVersion, phoneNumberId, businessAccountId } = config.whatsapp;
  const accessToken = token ?? config.whatsapp.accessToken;
  const { fetch: fetchPublic } = createGuard(reachOf(config));
  return createWhatsAppCloud({
    apiUrl,
    apiVersion,
    phoneNumberId,
    businessAccountId,
    accessToken,
    fetchPublic,
    now,
  });
}

const localUrl = (config: Config, port: number): string =>
  `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;

async function run(
  ctx: Context,
  config: Config,
  log: Logger,
  unlock: () => Promise<void>,
  options: StartOptions,
): Promise<Assent> {
  const emulator = config.sandbox ? await sandboxEmulator(ctx, config, options.emulator ?? {}) : null;
  const loops: Loop[] = [];
  const state = {
    started: false,
    stopping: false,
    loops,
    freeBytes: ctx.database.engine === 'postgres' ? null : () => freeBytesOf(config.dataDir),
  };
  const lag = watchEventLoop();
  const ingest = createIngest(ctx);
  let heardAt = Number.NEGATIVE_INFINITY;
  const server = await createServer({
    ctx,
    config,
    ingest: {
      submit(delivery) {
        heardAt = performance.now();
        return ingest.submit(delivery);
      },
    },
    ready: () => readiness(ctx.database.db, state),
    vitals: () => ({ loops, lag: lag.take() }),
    stopping: () => state.stopping,
    routes: apiRoutes(ctx, config),
    oidc: config.oidc === null ? null : oidcAt(config, config.oidc),
    ...(emulator === null ? {} : { emulator: emulator.plugin }),
  });
  await server.listen({ host: config.host, port: config.port });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  if (emulator !== null) {
    connect(ctx, config, localUrl(config, port));
    emulator.setWebhookUrl(`${localUrl(config, port)}/webhooks/whatsapp`);
  }
  const outbox = startOutbox(ctx, { perSecond: config.whatsapp.messagesPerSecond });
  const inbox = startInbox(ctx);
  const upkeep = startUpkeep(ctx);
  const media = startMedia(ctx);
  const url = config.port === 0 ? localUrl(config, port) : config.publicUrl;
  const crm = ctx.crm.remote === null ? null : startCrmSync(ctx, ctx.crm.remote, url, hookOf(config));
  const webhooks = startWebhooks(ctx);
  const campaigns = startCampaigns(ctx, () => heardAt);
  const backups = startBackups(ctx, config);
  loops.push(outbox, inbox, upkeep, media, webhooks, campaigns);
  for (const loop of [crm, backups]) if (loop !== null) loops.push(loop);
  state.started = true;
  const { dump } = ctx.database;
  const closeDoor = dump === null ? null : await openBackupDoor(config.dataDir, dump);
  // Another node queued something: whoever is free sends it.
  await ctx.database.listen(WORK, (notice) => {
    if (notice === SECRETS_CHANGED)
      ctx.secrets
        .reload()
        .catch((error: unknown) => log.error({ err: error }, 'secrets could not be read anew'));
    outbox.wake();
    media.wake();
    crm?.wake();
    webhooks.wake();
    campaigns.wake();
  });
  ctx.wake = {
    outbox: outbox.wake,
    inbox: inbox.wake,
    templates: upkeep.syncSoon,
    media: media.wake,
    crm: () => crm?.wake(),
  };
  const seeded =
    emulator === null || options.demo === false || ctx.crm.remote !== null
      ? Promise.resolve()
      : seed(ctx, emulator).catch((error: unknown) => log.error({ err: error }, 'the demo is incomplete'));
  return {
    url,
    ctx,
    config,
    emulator,
    seeded,
    welcome: await welcome(ctx, config, url),
    async stop(graceMs = 0) {
      state.stopping = true;
      if (graceMs > 0) await new Promise((resolve) => setTimeout(resolve, graceMs));
      await closeServer(server, LONGEST_CLOSE_MS);
      await closeDoor?.();
      await Promise.all(loops.map((loop) => loop.stop()));
      lag.stop();
      await emulator?.close();
      await ctx.outbound.close();
      await ctx.database.close();
      await unlock();
    },
  };
}

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

async function sandboxEmulator(
  ctx: Context,
  config: Config,
  pace: NonNullable<StartOptions['emulator']>,
): Promise<Emulator> {
  const { createEmulator } = await import('../emulators/whatsapp-cloud/emulator.ts');
  const { phoneNumberId, businessAccountId, accessToken, appSecrets, verifyToken } = config.whatsapp;
  return createEmulator({
    phoneNumberId,
    businessAccountId,
    accessToken,
    appSecret: appSecrets[0] ?? '',
    verifyToken,
    displayPhoneNumber: '+1 202 555 0100',
    verifiedName: 'Contoso',
    stateFile: path.join(config.dataDir, 'emulator.jsonl'),
    log: (line) => ctx.log.debug({ emulator: line }, 'emulator'),
    now: ctx.clock,
    ...pace,
  });
}

async function seed(ctx: Context, emulator: Emulator): Promise<void> {
  await ensureSandboxPeople(ctx);
  const { seedDemo } = await import('./sandbox/demo.ts');
  await seedDemo(ctx, {
    customerSends: (phone, act) => emulator.customerSends(phone, act),
    nameCustomer: (phone, name) => void emulator.changeCustomer(phone, { name }),
    idle: () => emulator.idle(),
  });
}

/** Outside the sandbox: where it runs, and while there is no administrator, how to become the first. */
async function welcomeHome(ctx: Context, config: Config, url: string): Promise<string> {
  const running = `Assent ${config.version} is running at ${url}`;
  const setup = await createSetupLink(ctx, url);
  if (setup === null) return running;
  return [
    running,
    '',
    'There is no administrator yet. Open this link to become the first one (it works once, within 24 hours;',
    'a restart prints another, and so does: npm run assent -- setup-link):',
    `  ${setup.url}`,
  ].join('\n');
}

async function welcome(ctx: Context, config: Config, url: string): Promise<string> {
  if (!config.sandbox) return welcomeHome(ctx, config, url);
  await ensureSandboxPeople(ctx);
  const lines = [
    `Assent ${config.version} is running as a sandbox: the emulator plays WhatsApp, nothing leaves this machine.`,
    '',
  ];
  lines.push('Open one of these links (each works once; a restart prints new ones):');
  for (const person of SANDBOX_PEOPLE) {
    const link = await createSignInLink(ctx, person.id, url);
    lines.push(`  ${`${person.name} (${person.role})`.padEnd(36)} ${link}`);
  }
  lines.push('', `The customer’s phone (signed in as administrator): ${url}/emulator/phone`);
  lines.push(`For automation: Authorization: Bearer ${config.adminApiKey ?? ''}`);
  lines.push(`API: ${url}/api/openapi.json`);
  return lines.join('\n');
}
