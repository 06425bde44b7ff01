import { pino } from 'pino';
import { checkWebhook } from '../actions/check-webhook.ts';
import type { Context } from '../actions/context.ts';
import { type Hook, hookOf, webhookStanding } from '../actions/crm-webhook.ts';
import { loadRecordTypes, loadSettings } from '../actions/organisation.ts';
import { checkSeals, SecretsUnreadable } from '../actions/reseal.ts';
import { createSeal } from '../actions/seal.ts';
import { verifyLedger } from '../actions/verify-ledger.ts';
import type { ReadConfig } from '../config.ts';
import { relationOf } from '../core/record-type.ts';
import { DirectoryInUse, lockDataDirectory } from '../data-lock.ts';
import { columnChecks } from '../db/crm-column-checks.ts';
import { compareRows } from '../db/crm-compare.ts';
import { entryProblems, pendingEntries, peopleWithObjectId, readImpersonation } from '../db/crm-entries.ts';
import { mirrorTables } from '../db/crm-mirror.ts';
import { pendingWrites, writeProblems } from '../db/crm-writes.ts';
import { probe } from '../db/engine.ts';
import { inboxFigures } from '../db/inbox.ts';
import { migrate } from '../db/migrate.ts';
import { readChannel } from '../db/organisation.ts';
import { outboxFigures } from '../db/outbox.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';
import { createContext, openDatabase } from '../start.ts';

type Level = 'ok' | 'note' | 'fail';

/** Checks everything a running installation needs, one line each, and says what to do. 1 where something fails. */
export async function doctor(read: ReadConfig): Promise<number> {
  let failed = 0;
  const say = (level: Level, what: string, detail: string): void => {
    if (level === 'fail') failed += 1;
    console.log(`${{ ok: '  ok ', note: 'note ', fail: 'FAIL ' }[level]} ${what.padEnd(14)} ${detail}`);
  };
  if (!read.ok) {
    for (const problem of read.problems) say('fail', 'configuration', problem);
    return 1;
  }
  const { config } = read;
  say(
    'ok',
    'configuration',
    config.sandbox
      ? 'sandbox: the emulator plays WhatsApp'
      : `production, number ${config.whatsapp.phoneNumberId}`,
  );
  const running = await fetch(`${config.publicUrl}/readyz`, { signal: AbortSignal.timeout(3_000) })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch(() => null);
  if (running === null)
    say(
      'note',
      'server',
      `nobody answers at ${config.publicUrl}: start it with npm start, or set PUBLIC_URL`,
    );
  else
    say(
      running.status === 200 ? 'ok' : 'fail',
      'server',
      `${config.publicUrl}/readyz answers ${running.status} ${running.text.slice(0, 200)}`,
    );
  await checkDatabase(read.config, say);
  if (config.sandbox)
    say(
      'note',
      'whatsapp',
      'the sandbox’s emulator lives inside the server; set WHATSAPP_ACCESS_TOKEN for the real one',
    );
  if (running !== null) {
    const webhook = config.sandbox
      ? { ok: true, detail: 'the emulator delivers on loopback' }
      : await checkWebhook(config.publicUrl, config.whatsapp.verifyToken);
    say(webhook.ok ? 'ok' : 'fail', 'webhook', webhook.detail);
  }
  return failed === 0 ? 0 : 1;
}

/** The embedded CRM is part of the database; an organisation is asked who we are there and what we may. */
async function checkCrm(
  ctx: Context,
  hook: Hook | null,
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  const { remote } = ctx.crm;
  if (remote === null || hook === null)
    return say('ok', 'crm', `embedded: ${(await ctx.crm.tables()).map((table) => table.label).join(', ')}`);
  try {
    const { userId, organizationId } = await remote.whoAmI();
    say('ok', 'crm', `dataverse: organisation ${organizationId}, application user ${userId}`);
    const types = [...(await loadRecordTypes(ctx.database.db)).values()];
    if (types.length === 0) say('note', 'crm', 'no record type is set up yet: Configuration, Record types');
    const fields = types.map((type) => ({
      name: type.table,
      writes: relationOf(type) === null,
      fields: [type.complianceField, type.marketingField].filter((field) => field !== null),
    }));
    for (const right of await remote.rights(fields))
      if (right.ok === true) say('ok', 'crm rights', right.what);
      else say(right.ok === null ? 'note' : 'fail', 'crm rights', `${right.what}: ${right.advice}`);
    for (const type of types) await sayChecks(ctx, type.table, say);
    const [pending, problems] = [
      await pendingWrites(ctx.database.db),
      await writeProblems(ctx.database.db, 3),
    ];
    const waiting = [...pending.values()].reduce((sum, count) => sum + count, 0);
    say(waiting > 0 ? 'note' : 'ok', 'crm writes', `${waiting} waiting`);
    for (const table of await mirrorTables(ctx.database.db))
      if (table.problemText !== null && types.some((type) => type.table === table.name))
        say('fail', 'crm reading', `${table.name}: ${table.problemText}`);
    await checkCompare(
      ctx,
      types.map((type) => type.table),
      say,
    );
    await checkCrmWebhook(ctx, remote, hook, say);
    for (const one of problems)
      say('fail', 'crm writes', `${one.table} ${one.recordId}, column ${one.column}: ${one.text}`);
    await checkTimeline(ctx, remote, say);
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    say('fail', 'crm', `${error.message} ${ADVICE[error.kind] ?? 'See docs/dataverse.md.'}`);
  } finally {
    remote.close();
  }
}

/** Nothing where both parts of the timeline are switched off. */
async function checkTimeline(
  ctx: Context,
  remote: RemoteCrm,
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  const { db } = ctx.database;
  const { timelineChats, timelineConsent } = await loadSettings(db);
  if (!timelineChats && !timelineConsent) return say('note', 'crm timeline', 'switched off');
  for (const right of await remote.timeline.rights([...(await loadRecordTypes(db)).keys()]))
    if (right.ok === true) say('ok', 'crm timeline', right.what);
    else say(right.ok === null ? 'note' : 'fail', 'crm timeline', `${right.what}: ${right.advice}`);
  const people = await peopleWithObjectId(db);
  say(
    people.known === 0 ? 'note' : 'ok',
    'crm timeline',
    `the Entra object id of ${people.known} of ${people.all} people is known: they are the authors of what they write`,
  );
  const impersonation = await readImpersonation(db);
  if (impersonation !== null)
    say(
      'note',
      'crm timeline',
      `not in the name of ${impersonation.person ?? 'a person'}: ${impersonation.text}. They need a security role with Create and Append on activities and notes, and Append To and Read on the record.`,
    );
  const waiting = await pendingEntries(db);
  say(waiting > 0 ? 'note' : 'ok', 'crm timeline', `${waiting} waiting`);
  for (const one of await entryProblems(db, 3))
    say('fail', 'crm timeline', `${one.kind} on ${one.table} ${one.recordId}: ${one.text}`);
}

/** When all records were compared last, and what that found. */
async function checkCompare(
  ctx: Context,
  tables: readonly string[],
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  for (const row of await compareRows(ctx.database.db)) {
    if (!tables.includes(row.table)) continue;
    const differed = Object.values(row.found).reduce((sum, count) => sum + count, 0);
    const when = row.finishedAt === null ? null : new Date(row.finishedAt).toISOString();
    if (row.problemText !== null) say('fail', 'crm compare', `${row.table}: ${row.problemText}`);
    else if (row.phase !== 'idle')
      say('note', 'crm compare', `${row.table}: under way, ${row.compared} compared`);
    else if (when === null) say('note', 'crm compare', `${row.table}: not compared yet`);
    else
      say(
        differed > 0 ? 'note' : 'ok',
        'crm compare',
        `${row.table}: ${row.compared} compared, ${differed} differed, ${row.mended} mended, ${when}`,
      );
  }
}

/** Optional: without one, changes are read every half minute. */
async function checkCrmWebhook(
  ctx: Context,
  remote: RemoteCrm,
  hook: Hook,
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  const standing = await webhookStanding(ctx, remote, hook);
  const { state, obstacle, failures } = standing;
  const again = 'npm run assent -- crm webhook register';
  if (state === 'unknown') say('note', 'crm webhook', standing.problem?.message ?? '');
  else if (state === 'registered')
    say('ok', 'crm webhook', `registered for ${standing.tables.length} tables`);
  else if (state === 'not-registered')
    say('note', 'crm webhook', `not registered, changes are read every 30 s. ${obstacle?.text ?? again}`);
  else say('fail', 'crm webhook', `${state}: ${obstacle?.text ?? again}`);
  if (failures[0] !== undefined) say('note', 'crm webhook', `a delivery failed: ${failures[0].text}`);
  if (hook.key === null || state === 'registered') return;
  for (const right of await remote.webhooks.rights())
    if (right.ok === false) say('note', 'crm webhook', `${right.what}: ${right.advice}`);
}

/** How the columns fared that somebody tested under Configuration, Record types. */
async function sayChecks(
  ctx: Context,
  table: string,
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  for (const { column, verdict, at, steps } of (await columnChecks(ctx.database.db, table)).values())
    say(
      verdict === 'works' ? 'ok' : verdict === 'unknown' ? 'note' : 'fail',
      'crm column',
      `${table}.${column} was tested ${new Date(at).toISOString()}: ${verdict}${steps
        .filter((step) => !step.ok)
        .map((step) => `; ${step.step}: ${step.detail ?? ''}`)
        .join('')}`,
    );
}

const ADVICE: Partial<Record<CrmFailure['kind'], string>> = {
  'sign-in':
    'Check DATAVERSE_TENANT_ID, DATAVERSE_CLIENT_ID, and that the client secret is the current one and has not expired.',
  'not-a-member':
    'Make an application user for DATAVERSE_CLIENT_ID: Power Platform admin centre, Environments, Settings, Users + permissions, Application users.',
  'missing-right': 'Give the application user the security role that docs/dataverse.md describes.',
  unreachable: 'Check DATAVERSE_URL and that this machine may reach it.',
};

async function checkDatabase(
  config: Extract<ReadConfig, { ok: true }>['config'],
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  let unlock = async (): Promise<void> => {};
  try {
    if (config.databaseUrl === null) unlock = await lockDataDirectory(config.dataDir);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    say('note', 'database', 'the running server holds the embedded database; stop it to check more');
    return;
  }
  const database = await openDatabase(config).catch((error: unknown) => {
    say('fail', 'database', `cannot be opened: ${String(error)}. Check DATABASE_URL or DATA_DIR.`);
    return null;
  });
  if (database === null) return unlock();
  try {
    await migrate(database.db);
    await probe(database.db);
    say('ok', 'database', `${database.engine}, migrated and writable`);
    const { sealed, inClear } = await checkSeals(database.db, createSeal(config.sealKeys));
    say(
      inClear > 0 && !config.sandbox ? 'note' : 'ok',
      'secrets',
      inClear === 0
        ? `${sealed} in the database, all sealed`
        : `${sealed} in the database sealed, ${inClear} in clear: ${config.sandbox ? 'fine in a sandbox' : config.sealKeys.length === 0 ? 'set ASSENT_SEAL_KEYS, then npm run assent -- secrets reseal' : 'npm run assent -- secrets reseal'}`,
    );
    const ctx = await createContext(config, database, pino({ level: 'silent' }));
    const inbox = await inboxFigures(database.db, Date.now());
    say(
      inbox.unapplied > 0 ? 'note' : 'ok',
      'inbox',
      `${inbox.pending} pending, ${inbox.unapplied} not applied${inbox.unapplied > 0 ? ': see npm run assent -- webhook replay' : ''}`,
    );
    const outbox = await outboxFigures(database.db);
    say(
      outbox.unconfirmed > 0 ? 'note' : 'ok',
      'outbox',
      `${outbox.pending} queued, ${outbox.unconfirmed} unconfirmed${outbox.unconfirmed > 0 ? ': settle them in their chats' : ''}`,
    );
    const channel = await readChannel(database.db, config.whatsapp.phoneNumberId);
    if (channel?.stoppedReason != null)
      say(
        'fail',
        'channel',
        `stopped: ${channel.stoppedReason}. Mend it at Meta, then resume it under Configuration, WhatsApp.`,
      );
    const ledger = await verifyLedger(ctx);
    say(
      ledger.faults.length === 0 ? 'ok' : 'fail',
      'ledger',
      `${ledger.chains} chains, ${ledger.lines} lines, ${ledger.faults.length} faults`,
    );
    await checkCrm(ctx, hookOf(config), say);
    if (!config.sandbox)
      await ctx.provider
        .number()
        .then((number) =>
          say(
            number.status === 'CONNECTED' ? 'ok' : 'fail',
            'whatsapp',
            `${number.displayPhoneNumber} “${number.verifiedName}” is ${number.status}`,
          ),
        )
        .catch((error: unknown) =>
          say(
            'fail',
            'whatsapp',
            `${error instanceof Error ? error.message : String(error)}. Check WHATSAPP_ACCESS_TOKEN and WHATSAPP_PHONE_NUMBER_ID.`,
          ),
        );
  } catch (error) {
    if (error instanceof SecretsUnreadable) say('fail', 'secrets', error.message);
    else say('fail', 'database', String(error));
  } finally {
    await database.close();
    await unlock();
  }
}
