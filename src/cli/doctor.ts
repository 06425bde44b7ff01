import { pino } from 'pino';
import { checkWebhook } from '../actions/check-webhook.ts';
import type { Context } from '../actions/context.ts';
import { loadRecordTypes } from '../actions/organisation.ts';
import { verifyLedger } from '../actions/verify-ledger.ts';
import type { ReadConfig } from '../config.ts';
import { relationOf } from '../core/record-type.ts';
import { DirectoryInUse, lockDataDirectory } from '../data-lock.ts';
import { columnChecks } from '../db/crm-column-checks.ts';
import { pendingWrites, writeProblems } from '../db/crm-writes.ts';
import { probe } from '../db/engine.ts';
import { inboxFigures } from '../db/inbox.ts';
import { migrate } from '../db/migrate.ts';
import { readChannel } from '../db/organisation.ts';
import { outboxFigures } from '../db/outbox.ts';
import { CrmFailure } from '../ports.ts';
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
  say: (level: Level, what: string, detail: string) => void,
): Promise<void> {
  const { remote } = ctx.crm;
  if (remote === null)
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
    for (const one of problems)
      say('fail', 'crm writes', `${one.table} ${one.recordId}, column ${one.column}: ${one.text}`);
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    say('fail', 'crm', `${error.message} ${ADVICE[error.kind] ?? 'See docs/dataverse.md.'}`);
  } finally {
    remote.close();
  }
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
    await checkCrm(ctx, say);
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
    say('fail', 'database', String(error));
  } finally {
    await database.close();
    await unlock();
  }
}
