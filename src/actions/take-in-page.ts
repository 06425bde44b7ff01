import type { RecordType } from '../core/record-type.ts';
import { type Alias, lockContactPoints } from '../db/contact-points.ts';
import { dropRecords, mirrorTable } from '../db/crm-mirror.ts';
import {
  allStillThere,
  type Customers,
  customersOf,
  type MirrorRow,
  mirrorRecords,
  recordsWithWrites,
  saveMirrorRecords,
} from '../db/crm-page.ts';
import type { Tx } from '../db/engine.ts';
import { type PhoneLink, searchText } from '../db/records.ts';
import type { RemoteRow } from '../ports.ts';
import type { Context } from './context.ts';
import { findErased } from './identify.ts';
import { type TakenIn, takeIn } from './mirror-records.ts';
import { observeRecords } from './observe-record.ts';
import type { Rules } from './record-facts.ts';
import { holdsValue, linksOf, type Sighted } from './sight.ts';

/**
 * A page of a remote CRM is taken in set by set: what `takeIn` does with one record after the other, in a few statements
 * for all records that have nothing to do with each other. The others (a write of ours is under way, or two share a
 * customer of whom something is known or said) go through `takeIn`, in the order of the page. Both end in the same
 * database (test/stories/take-in-page.laws.test.ts).
 */

/** A row with what costs time to find out, before anything is locked. */
export interface PreparedRow extends RemoteRow {
  links: readonly PhoneLink[];
  search: string;
  holdsValue: boolean;
}

/** What of a row takes the processor and no database. */
export function prepareRow(type: RecordType, row: RemoteRow): PreparedRow {
  const { id, values } = row;
  return {
    ...row,
    links: linksOf(type, { table: type.table, id, values }),
    search: searchText(values),
    holdsValue: holdsValue(type, values),
  };
}

/** Answers the ids that must be read again, as `takeIn` does. */
export async function takeInPage(
  tx: Tx,
  ctx: Context,
  table: string,
  rows: readonly PreparedRow[],
  how: TakenIn,
  rules: Rules,
): Promise<string[]> {
  const now = ctx.clock();
  const ids = rows.map((row) => row.id);
  const customers = await customersOf(
    tx,
    table,
    ids,
    rows.flatMap((row) => numberOf(row) ?? []),
  );
  for (const { value, contactPointId } of await findErased(tx, ctx, unknownNumbers(rows, customers)))
    customers.contactOf.set(value, contactPointId);
  // All of them at once, and before any record: the order in which ingest takes them.
  await lockContactPoints(tx, [...new Set(customers.contactOf.values())]);
  const mirror = await mirrorRecords(tx, table, ids);
  const apart = rowsApart(rows, customers, await recordsWithWrites(tx, table, ids));
  const together = rows.filter((row) => !apart.has(row));
  await dropRecords(
    tx,
    table,
    together.filter((row) => row.merged).map((row) => row.id),
  );

  const again: string[] = [];
  const still: { id: string; etag: string | null }[] = [];
  const readAt = (await mirrorTable(tx, table))?.readAt ?? 0;
  const save: MirrorRow[] = [];
  const sighted: Sighted[] = [];
  for (const row of together.filter((one) => !one.merged)) {
    const { id, values, search, links } = row;
    const current = mirror.get(id);
    const readBefore = current?.fetchedAt ?? null;
    if (readBefore !== null && how.fetchedAt < readBefore) {
      again.push(id);
      continue;
    }
    const changed = Object.keys(values).filter(
      (name) => current !== undefined && current.data[name] !== values[name],
    );
    if (readBefore !== null && changed.length === 0 && !how.all) {
      still.push({ id, etag: row.etag });
      continue;
    }
    save.push({
      id,
      data: values,
      search,
      createdAt: row.createdAt ?? current?.createdAt ?? now,
      etag: row.etag,
    });
    const edited = readBefore === null ? null : changed;
    const actor = how.actor ?? row.actor;
    const shownAt = readBefore === null || changed.length === 0 ? null : Math.max(readBefore, readAt);
    sighted.push({ table, id, values, actor, source: 'crm', edited, shownAt, links });
  }
  await allStillThere(tx, table, still, how.fetchedAt);
  await saveMirrorRecords(tx, table, save, how.fetchedAt, now);
  await observeRecords(tx, ctx, table, sighted, rules);

  const alone = rows.filter((row) => apart.has(row));
  if (alone.length > 0) again.push(...(await takeIn(tx, ctx, table, alone, how, rules)));
  return again;
}

const unknownNumbers = (rows: readonly PreparedRow[], { contactOf }: Customers): Alias[] =>
  [...new Set(rows.flatMap((row) => numberOf(row) ?? []))]
    .filter((value) => !contactOf.has(value))
    .map((value) => ({ kind: 'phone', value }));

const numberOf = (row: PreparedRow): string | null =>
  row.merged ? null : (row.links.find((link) => link.messaging)?.matchKey ?? null);

/** The rows that must be taken in one after the other. */
function rowsApart(
  rows: readonly PreparedRow[],
  { before, contactOf }: Customers,
  written: ReadonlySet<string>,
): Set<PreparedRow> {
  const byId = new Map<string, PreparedRow[]>();
  const byCustomer = new Map<string, PreparedRow[]>();
  const put = (map: Map<string, PreparedRow[]>, key: string, row: PreparedRow): void => {
    const found = map.get(key);
    if (found === undefined) map.set(key, [row]);
    else found.push(row);
  };
  for (const row of rows) {
    put(byId, row.id, row);
    // The old number too: what one of them makes of a customer, another one leaves.
    const numbers = [numberOf(row), before.get(row.id) ?? null].filter((key) => key !== null);
    for (const customer of new Set(numbers.map((key) => contactOf.get(key) ?? key)))
      put(byCustomer, customer, row);
  }
  const apart = new Set(rows.filter((row) => written.has(row.id)));
  for (const same of byId.values()) if (same.length > 1) for (const row of same) apart.add(row);
  const known = new Set(contactOf.values());
  for (const [customer, same] of byCustomer)
    if (same.length > 1 && (known.has(customer) || same.some((row) => row.holdsValue)))
      for (const row of same) apart.add(row);
  return apart;
}
