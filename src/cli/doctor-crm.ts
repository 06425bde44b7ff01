import type { Context } from '../actions/context.ts';
import { type Hook, webhookStanding } from '../actions/crm-webhook.ts';
import { loadRecordTypes, loadSettings } from '../actions/organisation.ts';
import { fieldsOf, relationOf } from '../core/record-type.ts';
import { columnChecks } from '../db/crm-column-checks.ts';
import { compareRows } from '../db/crm-compare.ts';
import { readConnection } from '../db/crm-connection.ts';
import { entryProblems, pendingEntries, peopleWithObjectId, readImpersonation } from '../db/crm-entries.ts';
import { mirrorTables } from '../db/crm-mirror.ts';
import { pendingWrites, writeProblems } from '../db/crm-writes.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';

/** The part of `doctor` that asks the CRM. */

type Level = 'ok' | 'note' | 'fail';
export type Say = (level: Level, what: string, detail: string) => void;

/** The embedded CRM is part of the database; an organisation is asked who we are there and what we may. */
export async function checkCrm(ctx: Context, hook: Hook | null, say: Say): Promise<void> {
  const { remote } = ctx.crm;
  if (remote === null || hook === null)
    return say('ok', 'crm', `embedded: ${(await ctx.crm.tables()).map((table) => table.label).join(', ')}`);
  const { db } = ctx.database;
  const types = [...(await loadRecordTypes(db)).values()];
  await checkKnown(
    ctx,
    types.map((type) => type.table),
    say,
  );
  try {
    const { userId, organizationId } = await remote.whoAmI();
    say('ok', 'crm', `dataverse: organisation ${organizationId}, application user ${userId}`);
    if (types.length === 0) say('note', 'crm', 'no record type is set up yet: Configuration, Record types');
    const fields = types.map((type) => ({
      name: type.table,
      writes: relationOf(type) === null,
      fields: fieldsOf(type),
    }));
    for (const right of await remote.rights(fields))
      if (right.ok === true) say('ok', 'crm rights', right.what);
      else say(right.ok === null ? 'note' : 'fail', 'crm rights', `${right.what}: ${right.advice}`);
    await checkCrmWebhook(ctx, remote, hook, say);
    await checkTimeline(ctx, remote, say);
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    if (error.kind === 'paused') await sayPaused(ctx, say);
    else say('fail', 'crm', advised(error.message, error.kind));
  } finally {
    remote.close();
  }
}

/** All nodes wait together, and so does `doctor`: asking on would make the wait longer. */
async function sayPaused(ctx: Context, say: Say): Promise<void> {
  const { pausedUntil } = await readConnection(ctx.database.db);
  say(
    'note',
    'crm',
    `not asked: requests to the organisation are paused${pausedUntil === null ? '' : ` until ${new Date(pausedUntil).toISOString()}`}. Run doctor again after that for rights, webhook and timeline.`,
  );
}

/** What the running nodes found, which stands here also while the organisation cannot be asked. */
async function checkKnown(ctx: Context, tables: readonly string[], say: Say): Promise<void> {
  const { db } = ctx.database;
  const { problemCode, problemText, problemSince } = await readConnection(db);
  if (problemText !== null && problemSince !== null)
    say('fail', 'crm', `since ${new Date(problemSince).toISOString()}: ${advised(problemText, problemCode)}`);
  for (const table of await mirrorTables(db))
    if (table.problemText !== null && tables.includes(table.name))
      say('fail', 'crm reading', `${table.name}: ${advised(table.problemText, table.problemCode)}`);
  const waiting = [...(await pendingWrites(db)).values()].reduce((sum, count) => sum + count, 0);
  say(waiting > 0 ? 'note' : 'ok', 'crm writes', `${waiting} waiting`);
  for (const one of await writeProblems(db, 3))
    say(
      'fail',
      'crm writes',
      `${one.table} ${one.recordId}, column ${one.column}: ${advised(one.text, one.code)}`,
    );
  for (const table of tables) await sayChecks(ctx, table, say);
  await checkCompare(ctx, tables, say);
}

/** When all records were compared last, and what that found. */
async function checkCompare(ctx: Context, tables: readonly string[], say: Say): Promise<void> {
  for (const row of await compareRows(ctx.database.db)) {
    if (!tables.includes(row.table)) continue;
    const differed = Object.values(row.found).reduce((sum, count) => sum + count, 0);
    const when = row.finishedAt === null ? null : new Date(row.finishedAt).toISOString();
    if (row.problemText !== null)
      say('fail', 'crm compare', `${row.table}: ${advised(row.problemText, row.problemCode)}`);
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
async function checkCrmWebhook(ctx: Context, remote: RemoteCrm, hook: Hook, say: Say): Promise<void> {
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

/** Nothing where both parts of the timeline are switched off. */
async function checkTimeline(ctx: Context, remote: RemoteCrm, say: Say): Promise<void> {
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

/** How the columns fared that somebody tested under Configuration, Record types. */
async function sayChecks(ctx: Context, table: string, say: Say): Promise<void> {
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

/** What the CRM said, as it said it, and what to do. */
export const advised = (text: string, code: string | null): string =>
  `${text}${/[.!?]$/.test(text) ? '' : '.'} ${ADVICE[code ?? ''] ?? 'See docs/dataverse.md.'}`;

/** By the codes of `CrmFailure` and of tables: what the pages say in their languages (`crmSync.todo`). */
const ADVICE: Record<string, string> = {
  unreachable: 'Check DATAVERSE_URL and DATAVERSE_AUTHORITY, and that this machine may reach them.',
  cut: 'It is tried again by itself.',
  timeout: 'It is tried again by itself.',
  unavailable: 'It is tried again by itself.',
  unreadable: 'Something between here and there answers in its place: look at proxies and firewalls.',
  throttled: 'Requests go on by themselves after the pause it asked for.',
  'sign-in':
    'Check DATAVERSE_TENANT_ID, DATAVERSE_CLIENT_ID, and that the client secret is the current one and has not expired.',
  'not-a-member':
    'Make an application user for DATAVERSE_CLIENT_ID: Power Platform admin centre, Environments, Settings, Users + permissions, Application users.',
  'user-disabled':
    'Enable the application user of DATAVERSE_CLIENT_ID: Power Platform admin centre, Environments, Settings, Users + permissions, Application users. No right is missing.',
  'missing-right': 'Give the application user the security role that docs/dataverse.md describes.',
  'column-secured':
    'Give the application user a column security profile with Read and Update on this column.',
  'not-accepted':
    'Another value is shown than was written: look at column security, workflows and plug-ins on this column.',
  refused: 'Look whether the table and the column are still there.',
  conflict: 'A rule for duplicates or a key of the organisation stands in the way.',
  'column-missing': 'Restore the column, or choose another under Configuration, Record types.',
  'change-tracking-off': 'Switch on “Track changes” for this table in Power Apps.',
  'too-many-differences':
    'Look at column security and at DATAVERSE_URL first. If all is well there: Configuration, CRM, Load again.',
};
