import { type CheckStep, type ColumnCheck, saveColumnCheck } from '../db/crm-column-checks.ts';
import { describeNext } from '../db/crm-connection.ts';
import { type MirrorTable, mirrorTable } from '../db/crm-mirror.ts';
import { insertAudit } from '../db/organisation.ts';
import { type Cells, type ColumnRow, listColumns } from '../db/records.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/**
 * Tries a Yes/No column of a remote CRM, since one that we may not read looks exactly like an empty one. On a record of our
 * own, made for it and deleted again: nobody's consent is touched, and it has no number. Keeps what was found.
 */
export async function testColumn(
  ctx: Context,
  table: string,
  column: string,
  actor: string,
): Promise<ColumnCheck> {
  const { remote } = ctx.crm;
  if (remote === null)
    throw new Refusal(
      409,
      'crm-is-embedded',
      'The columns are in Assent’s own database; there is nothing to test.',
    );
  const { db } = ctx.database;
  const place = await mirrorTable(db, table);
  const columns = await listColumns(db, table);
  const tested = columns.find((one) => one.name === column && one.kind === 'boolean');
  if (place === null || tested === undefined) throw notFound('column');
  const steps = await trySteps(ctx, remote, place, columns, column);
  const check: ColumnCheck = {
    table,
    column,
    at: ctx.clock(),
    actor,
    verdict: verdictOf(steps),
    steps: steps.map(({ step, ok, detail }) => ({ step, ok, detail })),
    security: tested.security ?? null,
  };
  await inTransaction(ctx, async (tx) => {
    await saveColumnCheck(tx, check);
    await insertAudit(tx, {
      at: check.at,
      actor,
      action: 'column.test',
      subject: `${table}.${column}`,
      before: null,
      after: { verdict: check.verdict },
    });
    // What metadata said of it was true ten minutes ago.
    if (check.verdict !== 'works') await describeNext(tx, null);
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
  });
  ctx.wake.crm();
  return check;
}

/** `unsure`: it says nothing about the column. */
type Tried = CheckStep & { unsure?: boolean };

async function trySteps(
  ctx: Context,
  remote: RemoteCrm,
  place: MirrorTable,
  columns: readonly ColumnRow[],
  column: string,
): Promise<Tried[]> {
  try {
    const missing = await remote.missingRights(place.name, ['Create', 'Delete']);
    if (missing.length > 0)
      throw new Refusal(
        409,
        'column-test-needs-rights',
        `The test makes a record and deletes it again. Give the application user ${missing.join(' and ')} on this table for the whole organisation, or go by what column security says.`,
      );
    const id = ctx.make.id();
    const steps: Tried[] = [];
    try {
      await remote.save(place, id, nameFor(columns), true);
      steps.push({ step: 'create', ok: true, detail: null });
    } catch (error) {
      return [{ step: 'create', ok: false, detail: refusalIn(error), unsure: true }];
    }
    try {
      for (const value of [true, false]) steps.push(...(await tryValue(remote, place, id, column, value)));
    } finally {
      steps.push(await clearAway(remote, place, id));
    }
    return steps;
  } catch (error) {
    if (error instanceof CrmFailure)
      throw new Refusal(503, 'crm-not-reached', 'The CRM cannot be reached. Try again in a moment.');
    throw error;
  }
}

const NAME = 'Assent test (may be deleted)';

/** The name that a record of this table has to have. A person's full name is made of its parts and cannot be set. */
function nameFor(columns: readonly ColumnRow[]): Cells {
  const last = columns.find(({ name }) => name === 'lastname');
  const name = last ?? columns.find(({ kind }) => kind === 'text');
  return name === undefined ? {} : { [name.name]: NAME };
}

async function tryValue(
  remote: RemoteCrm,
  table: MirrorTable,
  recordId: string,
  column: string,
  value: boolean,
): Promise<Tried[]> {
  const [write, read] = value ? (['write-yes', 'read-yes'] as const) : (['write-no', 'read-no'] as const);
  const [outcome] = await remote.write([{ table, recordId, column, value }]);
  // What was taken and is not shown is for the reading to tell.
  const taken =
    outcome?.kind === 'written' || (outcome?.kind === 'refused' && outcome.failure.kind === 'not-accepted');
  if (!taken) {
    const failure = outcome !== undefined && 'failure' in outcome ? outcome.failure.message : null;
    return [{ step: write, ok: false, detail: failure, unsure: outcome?.kind !== 'refused' }];
  }
  const written: Tried = { step: write, ok: true, detail: null };
  try {
    const shown = (await remote.read(table, recordId, [column]))?.values[column] ?? null;
    const detail = shown === value ? null : shown === null ? NOTHING : `It shows ${String(shown)}.`;
    return [written, { step: read, ok: shown === value, detail }];
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    return [written, { step: read, ok: false, detail: error.message, unsure: true }];
  }
}

const NOTHING = 'It shows nothing.';

/** What could not be deleted is named, so that a person can. */
async function clearAway(remote: RemoteCrm, table: MirrorTable, id: string): Promise<Tried> {
  try {
    await remote.remove(table, id);
    return { step: 'delete', ok: true, detail: null };
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    return { step: 'delete', ok: false, detail: `${error.message} The record is ${id}.`, unsure: true };
  }
}

function refusalIn(error: unknown): string {
  if (error instanceof CrmFailure && !error.passing) return error.message;
  throw error;
}

function verdictOf(steps: readonly Tried[]): ColumnCheck['verdict'] {
  const failed = steps.filter((step) => !step.ok && step.unsure !== true);
  if (failed.some(({ step, detail }) => step.startsWith('read') && detail === NOTHING)) return 'unreadable';
  if (failed.length > 0) return 'not-writable';
  return steps.filter((step) => step.ok && step.step.startsWith('read')).length === 2 ? 'works' : 'unknown';
}
