import { compareNow } from '../actions/compare-crm.ts';
import type { Context } from '../actions/context.ts';
import { hookOf, registerWebhook, removeWebhook, webhookStanding } from '../actions/crm-webhook.ts';
import type { Config } from '../config.ts';
import { type CompareRow, compareRows, listDrift } from '../db/crm-compare.ts';
import { readConnection } from '../db/crm-connection.ts';
import { CrmFailure } from '../ports.ts';
import { startCrmSync } from '../workers/crm-sync.ts';

/** `npm run assent -- crm …`: what concerns the organisation that holds the records. */

const LOOK_EVERY_MS = 500;
/** Without any progress for so long there is none to wait for. */
const STUCK_MS = 5 * 60_000;
const SHOWN = 50;

/** Compares all records now, and answers 1 where something differed or stood in the way. */
export async function compareCommand(ctx: Context, config: Config): Promise<number> {
  const { remote } = ctx.crm;
  await compareNow(ctx, 'npm run assent -- crm compare');
  if (remote === null) return 1;
  const { db } = ctx.database;
  const begunAt = ctx.clock();
  const loop = startCrmSync(ctx, remote, config.publicUrl, hookOf(config));
  try {
    const rows = await untilCompared(ctx);
    for (const row of rows) console.log(sentenceOf(row));
    const found = (await listDrift(db, SHOWN)).filter((one) => one.foundAt >= begunAt);
    for (const { table, recordId, name, kind, columns } of found)
      console.log(`  ${kind} ${table} ${recordId} ${name ?? ''} ${columns.join(', ')}`.trimEnd());
    const { problemText } = await readConnection(db);
    const unfinished = rows.some((row) => row.phase !== 'idle' || row.requestedAt !== null);
    if (unfinished) console.error(`Not finished. ${problemText ?? 'It goes on when the server runs.'}`);
    return unfinished || rows.some((row) => row.problemCode !== null || differed(row) > 0) ? 1 : 0;
  } finally {
    await loop.stop();
  }
}

async function untilCompared(ctx: Context): Promise<CompareRow[]> {
  let last = '';
  let since = performance.now();
  for (;;) {
    const rows = await compareRows(ctx.database.db);
    if (rows.every((row) => row.phase === 'idle' && row.requestedAt === null)) return rows;
    const now = JSON.stringify(rows);
    if (now !== last) since = performance.now();
    last = now;
    if (performance.now() - since > STUCK_MS) return rows;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

const differed = (row: CompareRow): number => Object.values(row.found).reduce((sum, count) => sum + count, 0);

const sentenceOf = (row: CompareRow): string =>
  `${row.table}: ${row.compared} compared, ${differed(row)} differed, ${row.mended} mended${row.problemText === null ? '' : `. ${row.problemText}`}`;

export async function webhookCommand(
  ctx: Context,
  config: Config,
  what: 'register' | 'status' | 'remove',
): Promise<number> {
  const { remote } = ctx.crm;
  const hook = hookOf(config);
  if (remote === null || hook === null) {
    console.error('The records are in Assent’s own database; nobody has to tell of changes.');
    return 1;
  }
  try {
    if (what === 'register')
      await registerWebhook(ctx, remote, hook, 'npm run assent -- crm webhook register');
    if (what === 'remove') await removeWebhook(ctx, remote, hook, 'npm run assent -- crm webhook remove');
    const standing = await webhookStanding(ctx, remote, hook);
    if (standing.obstacle !== null) console.error(standing.obstacle.text);
    console.log(`${standing.state} ${standing.url}`);
    for (const { name, told } of standing.tables) console.log(`  ${told ? 'told' : 'NOT TOLD'} ${name}`);
    for (const { at, text } of standing.failures)
      console.log(`  failed ${at === null ? '' : new Date(at).toISOString()} ${text}`);
    for (const name of standing.others) console.log(`  also registered, not by Assent: ${name}`);
    if (standing.problem !== null) console.error(standing.problem.message);
    return standing.state === (what === 'remove' ? 'not-registered' : 'registered') ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    remote.close();
  }
}
