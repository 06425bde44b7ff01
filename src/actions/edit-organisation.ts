import type { MadeOn } from '../core/entity-tag.ts';
import { type RecordType, recordTypeProblems, relationOf } from '../core/record-type.ts';
import type { Settings } from '../core/settings.ts';
import { readFromBeginning } from '../db/crm-mirror.ts';
import { forgetStrayWrites } from '../db/crm-writes.ts';
import type { Tx } from '../db/engine.ts';
import {
  deleteRecordType,
  insertAudit,
  lockRecordType,
  lockSetting,
  readChannel,
  saveRecordType,
  saveSetting,
  stopChannel,
} from '../db/organisation.ts';
import { type ColumnRow, forgetFieldsSeen, insertColumn, listColumns } from '../db/records.ts';
import { beginTakingIn } from '../db/taking-in.ts';
import { refuseIfChanged } from './changed-meanwhile.ts';
import { withAccess } from './column-access.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { fieldColumns, loadPublished, loadRecordTypes, loadSettings } from './organisation.ts';
import { notFound, Refusal } from './refusal.ts';
import { takeInAtOnce } from './take-in-records.ts';
import { inTransaction } from './transaction.ts';

/** Settings, record types, columns and the channel: what an administrator changes; each change is audited. */

const SETTING = 'organisation';

/** Changes what `patch` names. Throws 412 where the settings are not those that it was made on. */
export async function changeSettings(
  ctx: Context,
  patch: Partial<Settings>,
  actor: string,
  on: MadeOn = null,
): Promise<Settings> {
  const settings = await inTransaction(ctx, async (tx) => {
    await lockSetting(tx, SETTING);
    const before = await loadSettings(tx);
    refuseIfChanged(ctx, on, before);
    const after = { ...before, ...patch };
    await saveSetting(tx, SETTING, after, ctx.clock());
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'settings.change',
      subject: 'settings',
      ...difference(before, after),
    });
    const hints = createHints();
    hints.topic('settings');
    await hints.send(tx);
    return after;
  });
  ctx.wake.outbox();
  return settings;
}

/** Only what changed, so that the audit reads well. */
function difference(
  before: Settings,
  after: Settings,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const keys = (Object.keys(after) as (keyof Settings)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  return {
    before: Object.fromEntries(keys.map((key) => [key, before[key]])),
    after: Object.fromEntries(keys.map((key) => [key, after[key]])),
  };
}

/**
 * Sets up a record type, or throws 422 with every problem; 412 first, where it is not the one that the change was made on.
 * Its records are then taken in (take-in-records.ts).
 */
export async function configureRecordType(
  ctx: Context,
  type: RecordType,
  actor: string,
  on: MadeOn = null,
): Promise<void> {
  const tables = await ctx.crm.tables();
  await inTransaction(ctx, async (tx) => {
    await lockRecordType(tx, type.table);
    const recordTypes = await loadRecordTypes(tx);
    const before = recordTypes.get(type.table) ?? null;
    refuseIfChanged(ctx, on, before);
    const columns = tables.some(({ name }) => name === type.table)
      ? await withAccess(tx, type.table, await ctx.crm.columns(tx, type.table))
      : null;
    const problems = recordTypeProblems(type, columns, tables, [...recordTypes.values()]);
    if (problems.length > 0)
      throw new Refusal(422, problems[0]?.code ?? 'invalid-request', problems[0]?.message ?? '', {
        problems,
      });
    const { table, ...config } = type;
    await saveRecordType(tx, table, config, ctx.clock());
    if (before?.complianceField !== type.complianceField || before?.polarity !== type.polarity)
      await forgetFieldsSeen(tx, table, 'service');
    if (before?.marketingField !== type.marketingField) await forgetFieldsSeen(tx, table, 'marketing');
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'record-type.change',
      subject: table,
      before,
      after: type,
    });
    // What the mirror does not hold yet would be taken for empty; the organisation's own records are read anew instead.
    if (ctx.crm.remote === null) await beginTakingIn(tx, table);
    else {
      await readFromBeginning(tx, table);
      await forgetStrayWrites(tx, fieldColumns(await loadRecordTypes(tx)));
    }
    await tellLive(tx);
  });
  if (ctx.crm.remote === null) await takeInAtOnce(ctx, type.table);
  else ctx.wake.crm();
}

/** Record types, columns and templates hang together: screens of all three look again. */
async function tellLive(tx: Tx): Promise<void> {
  const hints = createHints();
  hints.topic('record');
  hints.topic('settings');
  hints.topic('template');
  await hints.send(tx);
}

/** Only while no published template needs it, and as the one who removes it saw it. The ledger of its customers stays. */
export async function removeRecordType(
  ctx: Context,
  table: string,
  actor: string,
  on: MadeOn = null,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockRecordType(tx, table);
    const recordTypes = await loadRecordTypes(tx);
    const before = recordTypes.get(table);
    if (before === undefined) throw notFound('record type');
    refuseIfChanged(ctx, on, before);
    const related = [...recordTypes.values()].find((type) => relationOf(type)?.table === table);
    if (related !== undefined)
      throw new Refusal(
        409,
        'record-type-in-use',
        `${related.displayName} takes its numbers from this record type. Remove ${related.displayName} first.`,
      );
    if ((await loadPublished(tx)).some((template) => template.definition.recordType === table))
      throw new Refusal(
        409,
        'record-type-in-use',
        'Published message templates use this record type. Retire them first.',
      );
    await deleteRecordType(tx, table);
    if (ctx.crm.remote !== null) await forgetStrayWrites(tx, fieldColumns(await loadRecordTypes(tx)));
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'record-type.remove',
      subject: table,
      before,
      after: null,
    });
    await tellLive(tx);
  });
}

/** A further Boolean column in a table of the embedded CRM. */
export async function addColumn(
  ctx: Context,
  table: string,
  column: { name?: string | undefined; label: string; default: boolean | null },
  actor: string,
): Promise<ColumnRow> {
  if (ctx.crm.remote !== null)
    throw new Refusal(
      409,
      'crm-columns-elsewhere',
      'Columns of this table are made in Power Apps. Make a Yes/No column there, then come back.',
    );
  return inTransaction(ctx, async (tx) => {
    const columns = await listColumns(tx, table);
    if (columns.length === 0) throw notFound('table');
    const name = column.name ?? nameFrom(column.label);
    const row: ColumnRow = {
      name,
      label: column.label,
      kind: 'boolean',
      defaultValue: column.default,
      custom: true,
    };
    if (!(await insertColumn(tx, table, row, columns.length)))
      throw new Refusal(409, 'column-exists', `This table has a column “${name}” already.`);
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'column.add',
      subject: `${table}.${name}`,
      before: null,
      after: row,
    });
    await tellLive(tx);
    return row;
  });
}

/** As Dataverse does: a publisher's prefix and the label's letters. */
function nameFrom(label: string): string {
  const letters = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
  return `assent_${letters === '' ? 'field' : letters}`.slice(0, 60);
}

/** A channel that a STOP-class error paused sends again, when a person says so. */
export async function resumeChannel(ctx: Context, actor: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const before = await readChannel(tx, ctx.channel.phoneNumberId);
    await stopChannel(tx, ctx.channel.id, null);
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'channel.resume',
      subject: ctx.channel.phoneNumberId,
      before: { stoppedReason: before?.stoppedReason ?? null },
      after: { stoppedReason: null },
    });
    const hints = createHints();
    hints.topic('channel');
    await hints.send(tx);
  });
  ctx.wake.outbox();
}
