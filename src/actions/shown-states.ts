import type { ConversationRow } from '../db/conversations.ts';
import type { RecordFilter } from '../db/record-list.ts';
import type { ListedRecord } from '../db/records.ts';
import type { Context } from './context.ts';
import { gateFor, type LoadedContact, loadFreshOf } from './gate-contact.ts';

/**
 * The states that lists and pages show. What is stored of a number is what its ledger says of nobody in particular: lists are found
 * and counted by it. Where several people use the number, what is shown is what a send would find: of a record its own state, of a
 * chat what holds for all of them.
 */

/** Of records. */
export async function withOwnStates(ctx: Context, rows: readonly ListedRecord[]): Promise<ListedRecord[]> {
  const loaded = await loadShared(ctx, rows);
  return Promise.all(
    rows.map(async (row) => {
      const contact = loaded.get(row.contactPointId ?? '');
      if (contact === undefined) return row;
      const { table: recordType, id: recordId } = row.related ?? row;
      const own = await gateFor(ctx.database.db, contact, { recordType, recordId }, null);
      const { state, decidedAt, source, projects } = own.service;
      return { ...row, service: state, marketing: own.marketing.state, decidedAt, source, projects };
    }),
  );
}

/**
 * The same of what a list found by the state of numbers: a record of a shared one stays where its own state is what was asked for, as
 * `db/record-list.ts` asks it of numbers.
 */
export async function ownStatesAmong(
  ctx: Context,
  rows: readonly ListedRecord[],
  { consent, decidedSince, decidedUntil }: Pick<RecordFilter, 'consent' | 'decidedSince' | 'decidedUntil'>,
): Promise<ListedRecord[]> {
  const fits = ({ service, onHold, decidedAt }: ListedRecord): boolean =>
    (consent === null || (consent === 'on-hold' ? onHold : (service ?? 'not-asked') === consent)) &&
    (decidedSince === null || (decidedAt !== null && decidedAt >= decidedSince)) &&
    (decidedUntil === null || (decidedAt !== null && decidedAt < decidedUntil));
  return (await withOwnStates(ctx, rows)).filter((row) => !row.shared || fits(row));
}

/** Of chats. */
export async function withStatesOfAll(
  ctx: Context,
  rows: readonly ConversationRow[],
): Promise<ConversationRow[]> {
  const loaded = await loadShared(ctx, rows);
  return rows.map((row) => {
    const gate = loaded.get(row.contactPointId)?.gate;
    return gate === undefined
      ? row
      : { ...row, service: gate.service.state, marketing: gate.marketing.state };
  });
}

async function loadShared(
  ctx: Context,
  rows: readonly { contactPointId: string | null; shared: boolean }[],
): Promise<Map<string, LoadedContact>> {
  const ids = rows.flatMap((row) => (row.shared && row.contactPointId !== null ? [row.contactPointId] : []));
  if (ids.length === 0) return new Map();
  return (await loadFreshOf(ctx.database.db, ctx, [...new Set(ids)]))?.loaded ?? new Map();
}
