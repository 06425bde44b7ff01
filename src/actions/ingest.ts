import type { Identity, Update } from '../core/update.ts';
import { type ContactPoint, lockContactPoints, setIdentity } from '../db/contact-points.ts';
import { inSavepoint, type Tx } from '../db/engine.ts';
import {
  type InboxRow,
  inboxFigures,
  inboxKey,
  insertInbox,
  markApplied,
  markUnapplied,
  type NewInboxRow,
  requeueUnapplied,
  takeDueInbox,
} from '../db/inbox.ts';
import { findByIds } from '../db/messages.ts';
import { markWebhook } from '../db/organisation.ts';
import { isUuid } from '../db/rows.ts';
import { type Applied, applyUpdates, type StoredUpdate } from './apply-updates.ts';
import type { Context } from './context.ts';
import { letHandoversPass } from './handovers.ts';
import { aliasesOf, identify, type Person } from './identify.ts';
import { createHints, type Hints } from './live.ts';
import { mergeContactPoints, projectToRecords } from './merge-contact-points.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import type { Rules } from './record-facts.ts';
import { inTransaction } from './transaction.ts';

/** One verified webhook request, split into its updates. */
export interface Delivery {
  updates: { update: Update; raw: unknown }[];
  /** SHA-256 of the body as it came, hex: evidence. */
  bodySha256: string;
  receivedAt: number;
}

export interface Ingest {
  /** Resolves when every update of the delivery is stored for good; rejects when nothing is. */
  submit(delivery: Delivery): Promise<void>;
}

/** Requests that share a commit; more would only make the first wait longer. */
const MOST_TOGETHER = 200;
/** Tries before an update that cannot be applied becomes terminal and blocks nothing any more. */
const MOST_TRIES = 8;
const retryDelay = (attempts: number): number => Math.min(60_000, 500 * 2 ** attempts);
/** A status of a message we never sent waits for days, for a send whose outcome is still to be stored. */
const STATUS_TRIES = 12;

/**
 * The group-commit writer: one transaction at a time per node, holding all that arrived while the one before committed.
 * It stores each update once, decides it in the same transaction, and commits before anybody is told 200.
 */
export function createIngest(ctx: Context): Ingest {
  let queue: { delivery: Delivery; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing = false;
  const write = async (): Promise<void> => {
    writing = true;
    while (queue.length > 0) {
      // First hear every request that is waiting at a socket: PGlite answers without going back to the event loop, and
      // each request would get a transaction of its own (84 webhooks/s instead of about 900).
      await new Promise((resolve) => setImmediate(resolve));
      const batch = queue.slice(0, MOST_TOGETHER);
      queue = queue.slice(MOST_TOGETHER);
      try {
        const heard = await storeDeliveries(
          ctx,
          batch.map((one) => one.delivery),
        );
        // The writer goes on; only who waits for this commit waits for the hand-overs that were marked before it.
        const passed = letHandoversPass(ctx, heard);
        for (const one of batch) passed.then(one.done, one.failed);
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    writing = false;
  };
  return {
    submit(delivery) {
      return new Promise((done, failed) => {
        queue.push({ delivery, done, failed });
        if (!writing) void write();
      });
    },
  };
}

/** Answers the contact points whose own acts (messages, preferences) are stored, now or before. */
async function storeDeliveries(ctx: Context, deliveries: readonly Delivery[]): Promise<string[]> {
  const started = performance.now();
  const result = await inTransaction(ctx, async (tx) => {
    const rules: Rules = { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) };
    const hints = createHints();
    const items = deliveries.flatMap((delivery) =>
      delivery.updates.map((one) => ({
        ...one,
        bodySha256: delivery.bodySha256,
        receivedAt: delivery.receivedAt,
      })),
    );
    const { owners, contacts } = await lockOwners(tx, ctx, items, rules);
    const rows = items.map((item, index): NewInboxRow => {
      const foreign =
        item.update.phoneNumberId !== '' && item.update.phoneNumberId !== ctx.channel.phoneNumberId;
      return {
        subject: subjectOf(item.update),
        eventKey: item.update.eventKey,
        kind: item.update.kind,
        contactPointId: owners[index] ?? null,
        phoneNumberId: item.update.phoneNumberId,
        update: item.update,
        raw: JSON.stringify(item.raw ?? null),
        bodySha256: item.bodySha256,
        receivedAt: item.receivedAt,
        status: item.update.kind === 'unknown' || foreign ? 'unknown' : 'pending',
      };
    });
    const unique = [...new Map(rows.map((row) => [inboxKey(row), row])).values()];
    const ids = await insertInbox(tx, unique);
    const stored = unique.flatMap((row): StoredUpdate[] => {
      const inboxId = ids.get(inboxKey(row));
      if (inboxId === undefined || row.update === null || row.status !== 'pending') return [];
      return [
        {
          inboxId,
          contactPointId: row.contactPointId,
          update: row.update,
          bodySha256: row.bodySha256,
          receivedAt: row.receivedAt,
        },
      ];
    });
    await applyIsolated(tx, ctx, stored, contacts, rules, hints);
    await markWebhook(tx, [...new Set(rows.flatMap((row) => row.phoneNumberId ?? []))], ctx.clock());
    await hints.send(tx);
    // Redelivered ones too: the first delivery may still wait for its 200, or its process died before it.
    const heard = rows.flatMap((row) => (row.kind === 'status' ? [] : (row.contactPointId ?? [])));
    return {
      kinds: unique.filter((row) => ids.has(inboxKey(row))).map((row) => row.kind),
      applied: stored.length,
      files: stored.some(({ update }) => update.kind === 'message' && update.content.kind === 'media'),
      heard: [...new Set(heard)],
    };
  });
  ctx.metrics.ingestSeconds.observe((performance.now() - started) / 1000);
  for (const kind of result.kinds) ctx.metrics.updates.inc({ kind });
  if (result.applied > 0) ctx.wake.outbox();
  if (result.files) ctx.wake.media();
  return result.heard;
}

/** All in one go; where that fails, one by one, so that a poisonous update costs only itself. */
async function applyIsolated(
  tx: Tx,
  ctx: Context,
  stored: readonly StoredUpdate[],
  contacts: Map<string, ContactPoint>,
  rules: Rules,
  hints: Hints,
): Promise<void> {
  if (stored.length === 0) return;
  const copies = new Map([...contacts].map(([id, contact]) => [id, { ...contact }]));
  try {
    await finish(tx, ctx, await inSavepoint(tx, () => applyUpdates(tx, ctx, stored, contacts, rules, hints)));
    return;
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    ctx.log.warn({ err: error, updates: stored.length }, 'a batch of updates is applied one by one');
  }
  for (const one of stored) {
    const fresh = new Map(copies);
    const contact = copies.get(one.contactPointId ?? '');
    if (contact !== undefined) fresh.set(contact.id, { ...contact });
    try {
      await finish(tx, ctx, await inSavepoint(tx, () => applyUpdates(tx, ctx, [one], fresh, rules, hints)));
      const after = fresh.get(one.contactPointId ?? '');
      if (after !== undefined) copies.set(after.id, after);
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      await keepForLater(tx, ctx, { id: one.inboxId, attempts: 0 }, error);
    }
  }
}

async function finish(tx: Tx, ctx: Context, result: Applied): Promise<void> {
  await markApplied(tx, result.applied, ctx.clock());
  for (const id of result.unknown)
    await markUnapplied(tx, id, {
      status: 'unknown',
      error: 'a kind Assent does not act on',
      nextAttemptAt: null,
    });
  for (const id of result.waiting)
    await markUnapplied(tx, id, {
      status: 'pending',
      error: 'its message is not known yet',
      nextAttemptAt: ctx.clock() + 30_000,
    });
}

async function keepForLater(
  tx: Tx,
  ctx: Context,
  row: { id: number; attempts: number },
  error: unknown,
): Promise<void> {
  const terminal = row.attempts + 1 >= MOST_TRIES;
  await markUnapplied(tx, row.id, {
    status: terminal ? 'failed' : 'pending',
    error: error instanceof Error ? error.message : String(error),
    nextAttemptAt: terminal ? null : ctx.clock() + retryDelay(row.attempts),
  });
  ctx.log.error({ err: error, inboxId: row.id, terminal }, 'an update could not be applied');
}

/** The transaction is gone, not just one update. */
function isConnectionLoss(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return (
    code.startsWith('08') ||
    code.startsWith('57P') ||
    code === '40P01' ||
    code === '40001' ||
    code === '25P02' ||
    code.startsWith('E')
  );
}

/** Who an update concerns, as the payload names them: the same for every redelivery. */
export function subjectOf(update: Update): string {
  const person = personOf(update);
  if (update.kind === 'status') return '-';
  const [alias] = person === null ? [] : aliasesOf(person.identity);
  return alias === undefined ? '-' : `${alias.kind}:${alias.value}`;
}

/** The person of an update, where it may make one known. A status only ever concerns a message that is known. */
function personOf(update: Update): Person | null {
  const named = (identity: Identity, name: string | null, also?: Identity[]): Person | null =>
    aliasesOf(identity).length === 0 && (also ?? []).flatMap(aliasesOf).length === 0
      ? null
      : { identity, name, ...(also === undefined ? {} : { also }) };
  switch (update.kind) {
    case 'message':
      return named(update.from, update.profileName ?? null);
    case 'preference':
      return named(update.from, null);
    case 'identity-change':
      return named(update.from, null, [update.to]);
    case 'echo':
      return named(update.to, null);
    default:
      return null;
  }
}

interface Owned {
  owners: (string | null)[];
  contacts: Map<string, ContactPoint>;
}

/** Finds or makes the contact point of each update, joins those that turn out to be one, and locks all in id order. */
async function lockOwners(
  tx: Tx,
  ctx: Context,
  items: readonly { update: Update; receivedAt: number }[],
  rules: Rules,
): Promise<Owned> {
  const ours = items.map(({ update }) =>
    update.phoneNumberId === ctx.channel.phoneNumberId ? personOf(update) : null,
  );
  const people = ours.filter((person): person is Person => person !== null);
  const { found, gainedNumber } = await identify(tx, ctx, people);
  const messages = await messagesOfStatuses(
    tx,
    items.map((item) => item.update),
  );
  const locked = await lockContactPoints(tx, [...new Set([...found.flat(), ...messages.values()])]);
  const contacts = new Map(locked.map((contact) => [contact.id, contact]));
  const standsFor = new Map<string, string>();
  const today = (id: string): string => {
    const next = standsFor.get(id);
    return next === undefined ? id : today(next);
  };
  let next = 0;
  const owners: (string | null)[] = [];
  for (const [index, item] of items.entries()) {
    if (ours[index] === null) {
      owners.push(item.update.kind === 'status' ? ownerOfStatus(item.update, messages) : null);
      continue;
    }
    const ids = [...new Set((found[next] ?? []).map(today))];
    next += 1;
    const [keep, ...others] = ids.sort(
      (a, b) => (contacts.get(b)?.ledgerSeq ?? 0) - (contacts.get(a)?.ledgerSeq ?? 0),
    );
    const into = contacts.get(keep ?? '');
    for (const other of others) {
      const from = contacts.get(other);
      if (into === undefined || from === undefined) continue;
      await mergeContactPoints(tx, ctx, into, from, rules, {
        at: item.update.at,
        receivedAt: item.receivedAt,
        source: item.update.kind,
      });
      standsFor.set(from.id, into.id);
      contacts.delete(from.id);
    }
    if (item.update.kind === 'identity-change' && into !== undefined) {
      await setIdentity(tx, into.id, item.update.to.phone ?? null, item.update.to.userId ?? null);
      into.phone = item.update.to.phone ?? into.phone;
    }
    owners.push(keep ?? null);
  }
  for (const id of new Set(gainedNumber.map(today))) {
    const contact = contacts.get(id);
    if (contact !== undefined) await projectToRecords(tx, ctx, contact, rules);
  }
  return { owners: owners.map((id) => (id === null ? null : today(id))), contacts };
}

async function messagesOfStatuses(tx: Tx, updates: readonly Update[]): Promise<Map<string, string>> {
  const statuses = updates.filter((update) => update.kind === 'status');
  const found = await findByIds(
    tx,
    statuses.flatMap((one) =>
      one.callbackData !== undefined && isUuid(one.callbackData) ? [one.callbackData] : [],
    ),
    statuses.map((one) => one.whatsappId),
  );
  const owners = new Map<string, string>();
  for (const message of found) {
    owners.set(message.id, message.contactPointId);
    if (message.whatsappId !== null) owners.set(message.whatsappId, message.contactPointId);
  }
  return owners;
}

function ownerOfStatus(
  update: Extract<Update, { kind: 'status' }>,
  messages: Map<string, string>,
): string | null {
  return messages.get(update.callbackData ?? '') ?? messages.get(update.whatsappId) ?? null;
}

/** The worker's side: rows that could not be applied at once. Answers how many it took. */
export async function retryInbox(ctx: Context): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const rules: Rules = { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) };
    const due = await takeDueInbox(tx, ctx.clock(), 20);
    const hints = createHints();
    for (const row of due) await retryOne(tx, ctx, row, rules, hints);
    await hints.send(tx);
    return due.length;
  });
}

async function retryOne(tx: Tx, ctx: Context, row: InboxRow, rules: Rules, hints: Hints): Promise<void> {
  try {
    const result = await inSavepoint(tx, async () => {
      const { owners, contacts } = await lockOwners(
        tx,
        ctx,
        [{ update: row.update, receivedAt: row.receivedAt }],
        rules,
      );
      const one = { ...row, inboxId: row.id, contactPointId: owners[0] ?? null };
      return applyUpdates(tx, ctx, [one], contacts, rules, hints);
    });
    await markApplied(tx, result.applied, ctx.clock());
    for (const id of [...result.waiting, ...result.unknown]) {
      const over = row.attempts + 1 >= STATUS_TRIES || result.unknown.length > 0;
      await markUnapplied(tx, id, {
        status: over ? 'unknown' : 'pending',
        error: 'its message is not known',
        nextAttemptAt: over ? null : ctx.clock() + 30_000 * 2 ** row.attempts,
      });
    }
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    await keepForLater(tx, ctx, row, error);
  }
}

/** A signed body that is no JSON: kept as it came, for a person to look at. */
export async function storeInvalid(ctx: Context, body: string, bodySha256: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await insertInbox(tx, [
      {
        subject: '-',
        eventKey: `invalid:${bodySha256}`,
        kind: 'invalid',
        contactPointId: null,
        phoneNumberId: null,
        update: null,
        raw: body,
        bodySha256,
        receivedAt: ctx.clock(),
        status: 'invalid',
      },
    ]);
  });
}

/** Tries again what ended badly (`webhook replay`), until nothing is due. */
export async function replayInbox(ctx: Context): Promise<{ requeued: number; left: number }> {
  const requeued = await inTransaction(ctx, (tx) => requeueUnapplied(tx, ctx.clock()));
  while ((await retryInbox(ctx)) > 0);
  const { unapplied } = await inboxFigures(ctx.database.db, ctx.clock());
  return { requeued, left: unapplied };
}
