import { type Known, placeForPhone, proposeValues } from '../core/new-record.ts';
import { formatPhone, matchKey, parsePhone } from '../core/phone.ts';
import { type RecordType, relationOf } from '../core/record-type.ts';
import { readContactPoint } from '../db/contact-points.ts';
import type { ConversationRow } from '../db/conversations.ts';
import { findDuplicates, type PossibleDuplicate } from '../db/duplicates.ts';
import { type CellValue, type ColumnRow, listColumns, readRecord } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import { countTraces, insertTraces } from '../db/trace.ts';
import type { Context } from './context.ts';
import { editRecord } from './edit-records.ts';
import { idOf } from './keys.ts';
import { createHints } from './live.ts';
import { loadRecordTypes } from './organisation.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/**
 * A customer who writes from a number that no record holds becomes a record, or part of one. The ledger needs no record:
 * what the customer decided before, the record takes over when its number is observed (product.md §3.8).
 */

interface Actor {
  id: string;
  name: string;
}

/** The form of a new record: what the chat knows, in the columns the record type maps. */
export async function proposeRecord(
  ctx: Context,
  conversation: ConversationRow,
  table: string,
): Promise<{ values: Record<string, string>; columns: ColumnRow[] }> {
  const { db } = ctx.database;
  const type = await typeOf(ctx, table);
  const columns = (await listColumns(db, table)).filter((column) => column.takes?.create !== false);
  return { values: proposeValues(type, columns, await knownOf(ctx, conversation)), columns };
}

/**
 * Makes the record from the checked form; its number is the customer's, whatever the form says otherwise. Where the CRM's answer
 * was lost, the next try is about the same record.
 */
export async function createFromChat(
  ctx: Context,
  conversation: ConversationRow,
  table: string,
  values: Record<string, CellValue>,
  actor: Actor,
): Promise<string> {
  const type = await typeOf(ctx, table);
  const phone = phoneOf(conversation);
  const { place } = placeIn(type, values, phone);
  if (place.kind === 'full')
    throw new Refusal(
      422,
      'number-not-in-record',
      `None of the phone fields holds this customer’s number. Put ${formatPhone(phone)} in one of them.`,
    );
  const complete = place.kind === 'empty' ? { ...values, [place.column]: formatPhone(phone) } : values;
  const made = await countTraces(ctx.database.db, conversation.id, 'record-created');
  const newId = idOf(ctx.keys, `record ${made + 1} of ${conversation.id} in ${table}`);
  const edit = { table, id: null, newId, values: complete, actor: actor.name, source: 'crm' } as const;
  const id = await editRecord(ctx, edit);
  await leaveTrace(ctx, conversation, 'record-created', actor, { table, id, name: nameIn(type, complete) });
  return id;
}

/**
 * Puts the customer's number into an existing record: into `column` where the agent chose one to replace, else into the
 * first empty phone column.
 */
export async function linkToRecord(
  ctx: Context,
  conversation: ConversationRow,
  target: { recordType: string; recordId: string; column?: string | undefined },
  actor: Actor,
): Promise<void> {
  const type = await typeOf(ctx, target.recordType);
  const record = await readRecord(ctx.database.db, target.recordType, target.recordId);
  if (record === null) throw notFound('record');
  const phone = phoneOf(conversation);
  const { place } = placeIn(type, record.data, phone);
  if (place.kind === 'there')
    throw new Refusal(409, 'already-linked', 'This record holds the customer’s number already.');
  if (target.column !== undefined && !type.phoneColumns.includes(target.column))
    throw new Refusal(422, 'column-missing', `“${target.column}” is no phone field of this record type.`);
  const column = target.column ?? (place.kind === 'empty' ? place.column : null);
  if (column === null)
    throw new Refusal(
      409,
      'no-empty-phone-field',
      'Every phone field of this record holds a number. Choose the one to replace.',
    );
  await editRecord(ctx, {
    table: target.recordType,
    id: target.recordId,
    values: { [column]: formatPhone(phone) },
    actor: actor.name,
    source: 'crm',
  });
  const name = nameIn(type, record.data);
  await leaveTrace(ctx, conversation, 'record-linked', actor, { table: type.table, id: record.id, name });
}

/** Records that may be this person: a like name, or a number with the same last digits. */
export async function possibleDuplicates(
  ctx: Context,
  conversation: ConversationRow,
  table: string | null,
  search: string | null,
): Promise<PossibleDuplicate[]> {
  const types = await loadRecordTypes(ctx.database.db);
  const { name, phone } = await knownOf(ctx, conversation);
  return findDuplicates(ctx.database.db, {
    tables: [...types.values()]
      .filter((type) => relationOf(type) === null && (table === null || type.table === table))
      .map((type) => type.table),
    name: search ?? name,
    digits: phone === null ? null : matchKey(phone).slice(-8),
    limit: 20,
  });
}

async function typeOf(ctx: Context, table: string): Promise<RecordType> {
  const type = (await loadRecordTypes(ctx.database.db)).get(table);
  if (type === undefined) throw notFound('record type');
  if (relationOf(type) !== null)
    throw new Refusal(
      422,
      'no-phone-column',
      `${type.displayName} has no phone column of its own. Choose a record type that holds numbers.`,
    );
  return type;
}

async function knownOf(ctx: Context, conversation: ConversationRow): Promise<Known> {
  const contact = await readContactPoint(ctx.database.db, conversation.contactPointId);
  return {
    name: contact?.name ?? null,
    phone: contact?.phone ?? null,
    language: contact?.language ?? null,
    country: contact?.country ?? null,
  };
}

function phoneOf(conversation: ConversationRow): string {
  if (conversation.phone !== null) return conversation.phone;
  throw new Refusal(
    422,
    'no-phone',
    'This customer hides their number, and records are found by number. Ask the customer for it first.',
  );
}

function placeIn(type: RecordType, values: Record<string, unknown>, phone: string) {
  const key = matchKey(phone);
  const holds = (written: string): boolean => {
    const parsed = parsePhone(written, type.defaultCountry ?? undefined);
    return parsed !== null && matchKey(parsed.e164) === key;
  };
  return { place: placeForPhone(type, values, holds) };
}

const nameIn = (type: RecordType, values: Record<string, unknown>): string =>
  String(values[type.nameColumn] ?? '').trim() || type.displayName;

async function leaveTrace(
  ctx: Context,
  conversation: ConversationRow,
  kind: 'record-created' | 'record-linked',
  actor: Actor,
  record: { table: string; id: string; name: string },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await insertTraces(tx, [
      {
        id: ctx.make.id(),
        conversationId: conversation.id,
        at: ctx.clock(),
        kind,
        actor: { id: isUuid(actor.id) ? actor.id : null, name: actor.name },
        subject: { id: record.id, name: record.name },
        reason: null,
        text: null,
        mentions: [],
      },
    ]);
    const hints = createHints();
    hints.conversation(conversation.id, conversation.contactPointId);
    await hints.send(tx);
  });
}
