import { pino } from 'pino';
import { checkWebhook } from '../actions/check-webhook.ts';
import { hookOf } from '../actions/crm-webhook.ts';
import { checkSeals, SecretsUnreadable } from '../actions/reseal.ts';
import { createSeal } from '../actions/seal.ts';
import { verifyLedger } from '../actions/verify-ledger.ts';
import type { ReadConfig } from '../config.ts';
import { numberSends } from '../core/channel-stop.ts';
import { missingSince } from '../core/restored.ts';
import { silentSince } from '../core/silence.ts';
import { DirectoryInUse, lockDataDirectory } from '../data-lock.ts';
import { probe } from '../db/engine.ts';
import { inboxFigures } from '../db/inbox.ts';
import { migrate } from '../db/migrate.ts';
import { readChannel } from '../db/organisation.ts';
import { outboxFigures } from '../db/outbox.ts';
import { createContext, openDatabase } from '../start.ts';
import { hasDatabase } from './backup.ts';
import { checkCrm, type Say } from './doctor-crm.ts';
import { checkRefusedCalls, checkRunningCrm } from './doctor-running.ts';

/** Checks everything a running installation needs, one line each, and says what to do. 1 where something fails. */
export async function doctor(read: ReadConfig): Promise<number> {
  let failed = 0;
  const say: Say = (level, what, detail) => {
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
    await checkRefusedCalls(config, say);
  }
  return failed === 0 ? 0 : 1;
}

async function checkDatabase(config: Extract<ReadConfig, { ok: true }>['config'], say: Say): Promise<void> {
  if (config.databaseUrl === null && !hasDatabase(config.dataDir))
    return say(
      'note',
      'database',
      `there is none in ${config.dataDir} yet: check DATA_DIR, or start the server, which makes it`,
    );
  let unlock = async (): Promise<void> => {};
  try {
    if (config.databaseUrl === null) unlock = await lockDataDirectory(config.dataDir);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    say('note', 'database', 'the running server holds the embedded database; stop it to check more');
    return checkRunningCrm(config, say);
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
    const outbox = await outboxFigures(database.db, Date.now());
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
        `stopped: ${channel.stoppedReason}. ${missingSince(channel.stoppedReason) === null ? 'Mend it at Meta' : 'Record the refusals you know of since then'}, then resume it under Configuration, WhatsApp.`,
      );
    const silent = channel === null ? null : silentSince(channel, Date.now());
    if (silent !== null)
      say(
        'fail',
        'webhooks',
        `WhatsApp has taken messages since ${new Date(silent).toISOString()}, and no webhook came: nobody tells us of refusals. Check the webhook's address and its subscription to messages in Meta's app dashboard.`,
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
            ({ yes: 'ok', warned: 'note', no: 'fail' } as const)[numberSends(number.status)],
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
