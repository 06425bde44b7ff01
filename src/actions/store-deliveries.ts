import { inSavepoint, type Tx } from '../db/engine.ts';
import { inboxKey, insertInbox, markApplied, markUnapplied, type NewInboxRow } from '../db/inbox.ts';
import { markWebhook } from '../db/organisation.ts';
import { applyUpdates } from './apply-updates.ts';
import { configurationAt } from './configuration.ts';
import type { Context } from './context.ts';
import { letHandoversPass, passUnderWay } from './handovers.ts';
import type { Delivery } from './ingest.ts';
import { createHints } from './live.ts';
import { readKnowledge } from './read-knowledge.ts';
import { isConnectionLoss, keepForLater } from './retry-inbox.ts';
import type { StoredUpdate } from './stored-update.ts';
import { inKeyedTransaction, isCollision } from './transaction.ts';
import { lockOwners, type Owned, subjectOf } from './update-owners.ts';

/** What a commit stored, and what is left to do after it. */
interface Stored {
  kinds: string[];
  files: boolean;
  /** Messages may have been queued: automatic answers. */
  queued: boolean;
  /** Resolves when no message marked before this commit is on its way to whom it concerns; null where none was. */
  passed: Promise<void> | null;
}

type Item = Delivery['updates'][number] & Pick<Delivery, 'bodySha256' | 'receivedAt'>;

/** How often the channel notes that WhatsApp calls us, ms. */
const NOTE_WEBHOOKS_MS = 5_000;
const notedAt = new WeakMap<Context, number>();

/**
 * Stores and applies deliveries together, in one commit. Where that fails for what is in them, in another one update by
 * update, so that a poisonous one costs only itself.
 */
export async function storeDeliveries(
  ctx: Context,
  deliveries: readonly Delivery[],
): Promise<{ passed: Promise<void> | null }> {
  const started = performance.now();
  const items = deliveries.flatMap(({ updates, bodySha256, receivedAt }) =>
    updates.map((one): Item => ({ ...one, bodySha256, receivedAt })),
  );
  const stored = await storeTogether(ctx, items).catch((error: unknown) => {
    if (isConnectionLoss(error) || isCollision(error)) throw error;
    ctx.log.warn({ err: error, updates: items.length }, 'a batch of updates is applied one by one');
    return storeApart(ctx, items);
  });
  ctx.metrics.ingestSeconds.observe((performance.now() - started) / 1000);
  for (const kind of stored.kinds) ctx.metrics.updates.inc({ kind });
  const now = ctx.clock();
  for (const { update } of items)
    if (update.kind === 'message') ctx.metrics.webhookLag.observe(Math.max(0, now - update.at) / 1000);
  if (stored.queued) ctx.wake.outbox();
  if (stored.files) ctx.wake.media();
  return stored;
}

/** The usual way: the people locked, everything stored and read, everything applied; a handful of statements. */
async function storeTogether(ctx: Context, items: readonly Item[]): Promise<Stored> {
  return inKeyedTransaction(ctx, async (tx) => {
    const owned = await lockOwners(tx, ctx, items);
    const rows = rowsOf(ctx, items, owned, 'applied');
    const known = await readKnowledge(tx, ctx, owned, rows, rows);
    const readAt = performance.now();
    const configuration = await configurationAt(tx, ctx, known.configurationVersion);
    const ids = new Map(known.added.map((row) => [inboxKey(row), row.id]));
    const stored = storedOf(rows, ids);
    const hints = createHints();
    const result = await applyUpdates(tx, ctx, stored, { ...owned, known, configuration, hints });
    await settle(tx, ctx, stored, result);
    await noteWebhooks(tx, ctx, rows);
    await hints.send(tx);
    return { ...outcomeOf(rows, ids, stored), ...result, passed: passUnderWay(ctx, known.underWay, readAt) };
  });
}

/** The same update by update, each in a savepoint: what fails stays as a pending row for the worker. */
async function storeApart(ctx: Context, items: readonly Item[]): Promise<Stored> {
  const stored = await inKeyedTransaction(ctx, async (tx) => {
    const owned = await lockOwners(tx, ctx, items);
    const rows = rowsOf(ctx, items, owned, 'pending');
    const ids = await insertInbox(tx, rows, ctx.clock());
    const hints = createHints();
    const all = storedOf(rows, ids);
    let queued = false;
    for (const one of all) {
      const contacts = new Map([...owned.contacts].map(([id, contact]) => [id, { ...contact }]));
      try {
        const result = await inSavepoint(tx, async () => {
          const known = await readKnowledge(tx, ctx, { ...owned, contacts }, [], [one]);
          const configuration = await configurationAt(tx, ctx, known.configurationVersion);
          return applyUpdates(tx, ctx, [one], { contacts, known, configuration, hints });
        });
        await markApplied(tx, result.applied, ctx.clock());
        await settle(tx, ctx, [one], result);
        queued ||= result.queued;
        owned.contacts = contacts;
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        const { inboxId: id, contactPointId } = one;
        await keepForLater(tx, ctx, { id, contactPointId, attempts: 0 }, error);
      }
    }
    await noteWebhooks(tx, ctx, rows);
    await hints.send(tx);
    // Redelivered ones too: the first delivery may still wait for its 200, or its process died before it.
    const heard = rows.flatMap((row) => (row.kind === 'status' ? [] : (row.contactPointId ?? [])));
    return { ...outcomeOf(rows, ids, all), queued, heard };
  });
  return { ...stored, passed: letHandoversPass(ctx, stored.heard) };
}

/** One row per update; the same event twice in a batch is one. */
function rowsOf(
  ctx: Context,
  items: readonly Item[],
  { owners }: Owned,
  status: 'applied' | 'pending',
): NewInboxRow[] {
  const rows = new Map<string, NewInboxRow>();
  for (const [index, { update, raw, bodySha256, receivedAt }] of items.entries()) {
    const { phoneNumberId, kind } = update;
    const accountId = 'businessAccountId' in update ? update.businessAccountId : '';
    const foreign =
      (phoneNumberId !== '' && phoneNumberId !== ctx.channel.phoneNumberId) ||
      // An app is told of every account that it is subscribed to, Meta's test account among them.
      (accountId !== '' && accountId !== ctx.channel.businessAccountId);
    const row: NewInboxRow = {
      subject: subjectOf(update),
      eventKey: update.eventKey,
      kind,
      contactPointId: owners[index] ?? null,
      phoneNumberId,
      update,
      raw: JSON.stringify(raw ?? null),
      bodySha256,
      receivedAt,
      status: kind === 'unknown' || foreign ? 'unknown' : status,
    };
    // The first stands, as it would if they had come one after the other.
    if (!rows.has(inboxKey(row))) rows.set(inboxKey(row), row);
  }
  return [...rows.values()];
}

/** The new ones among them that are for us. */
function storedOf(rows: readonly NewInboxRow[], ids: ReadonlyMap<string, number>): StoredUpdate[] {
  return rows.flatMap((row): StoredUpdate[] => {
    const inboxId = ids.get(inboxKey(row));
    if (inboxId === undefined || row.update === null || row.status === 'unknown') return [];
    const { contactPointId, update, bodySha256, receivedAt } = row;
    return [{ inboxId, contactPointId, update, bodySha256, receivedAt }];
  });
}

function outcomeOf(
  rows: readonly NewInboxRow[],
  ids: ReadonlyMap<string, number>,
  stored: readonly StoredUpdate[],
): Pick<Stored, 'kinds' | 'files'> {
  return {
    kinds: rows.filter((row) => ids.has(inboxKey(row))).map((row) => row.kind),
    files: stored.some(({ update }) => update.kind === 'message' && update.content.kind === 'media'),
  };
}

/** What ended otherwise than applied. */
async function settle(
  tx: Tx,
  ctx: Context,
  stored: readonly StoredUpdate[],
  { unknown, waiting }: { unknown: readonly number[]; waiting: readonly number[] },
): Promise<void> {
  for (const { inboxId, update } of stored) {
    if (unknown.includes(inboxId))
      await markUnapplied(tx, inboxId, {
        status: 'unknown',
        error: 'a kind Assent does not act on',
        nextAttemptAt: null,
        update,
      });
    if (waiting.includes(inboxId))
      await markUnapplied(tx, inboxId, {
        status: 'pending',
        error: 'its message is not known yet',
        nextAttemptAt: ctx.clock() + 30_000,
        update,
      });
  }
}

async function noteWebhooks(tx: Tx, ctx: Context, rows: readonly NewInboxRow[]): Promise<void> {
  const now = ctx.clock();
  const noted = notedAt.get(ctx);
  if (noted !== undefined && now >= noted && now < noted + NOTE_WEBHOOKS_MS) return;
  await markWebhook(tx, [...new Set(rows.flatMap((row) => row.phoneNumberId ?? []))], now);
  notedAt.set(ctx, now);
}
