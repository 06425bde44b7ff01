import { PURPOSES, type Purpose } from '../core/purpose.ts';
import { expiresAfterDays } from '../core/settings.ts';
import { grantsOlderThan, heldRows, requestsWaitingSince } from '../db/consent.ts';
import { lockContactPoints } from '../db/contact-points.ts';
import { forgetOld } from '../db/inbox.ts';
import type { Context } from './context.ts';
import { forgetOldKeys } from './forget-keys.ts';
import { keepSearchable } from './keep-searchable.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { settleHolds } from './record-consent.ts';
import { recordFacts } from './record-facts.ts';
import { keepUpDesk } from './reminders.ts';
import { inRounds } from './rounds.ts';
import { deleteStaleSignIns } from './sign-in.ts';
import { takeInRest } from './take-in-records.ts';
import { inTransaction } from './transaction.ts';

const DAY = 86_400_000;
const AT_ONCE = 50;
const RAW_AT_ONCE = 1_000;

/**
 * What time decides: holds nobody settled, grants that expire, requests nobody answered, what becomes of conversations, what may be searched, webhooks
 * and keys that served their purpose; and what a change of a record type left to be taken in. True where more is due than one
 * turn does.
 */
export async function keepUp(ctx: Context): Promise<boolean> {
  const more = [await elapseHolds(ctx)];
  for (const purpose of PURPOSES) more.push(await expireGrants(ctx, purpose));
  more.push(await endWaiting(ctx));
  await keepUpDesk(ctx);
  await keepSearchable(ctx);
  // A notice of another node's may have been lost.
  await ctx.secrets.reload();
  const { rawWebhookDays } = await loadSettings(ctx.database.db);
  const before = ctx.clock() - rawWebhookDays * DAY;
  more.push(await inRounds(ctx, RAW_AT_ONCE, (tx) => forgetOld(tx, before, RAW_AT_ONCE)));
  more.push(await forgetOldKeys(ctx));
  await inTransaction(ctx, (tx) => deleteStaleSignIns(tx, ctx.clock()));
  // Last: one record that cannot be read holds up nothing else.
  more.push(await takeInRest(ctx));
  return more.includes(true);
}

/** Undecided after the setting's days, what reads like a refusal is one (product.md §3.3 rule 5). */
async function elapseHolds(ctx: Context): Promise<boolean> {
  return inRounds(ctx, AT_ONCE, async (tx) => {
    const settings = await loadSettings(tx);
    const held = await heldRows(tx, { before: ctx.clock() - settings.holdDays * DAY }, AT_ONCE);
    const hints = createHints();
    let settled = 0;
    for (const contact of await lockContactPoints(tx, [...new Set(held.map((row) => row.contactPointId))])) {
      settled += await settleHolds(tx, ctx, contact, 'refusal', null, null);
      hints.contact(contact.id);
    }
    await hints.send(tx);
    return settled === 0 ? 0 : held.length;
  });
}

/** The gate counts them no more from the moment they are due (core/consent `asOf`); here they get their line and the field its value. */
async function expireGrants(ctx: Context, purpose: Purpose): Promise<boolean> {
  return inRounds(ctx, AT_ONCE, async (tx) => {
    const settings = await loadSettings(tx);
    const days = expiresAfterDays(settings, purpose);
    if (days === null) return 0;
    const recordTypes = await loadRecordTypes(tx);
    const now = ctx.clock();
    const hints = createHints();
    const old = await grantsOlderThan(tx, purpose, { days, now, limit: AT_ONCE });
    let expired = 0;
    for (const contact of await lockContactPoints(tx, old)) {
      // Nothing new but that they are past their days; another node may have written that while we waited for the lock.
      const { seqs } = await recordFacts(tx, ctx, contact, [], { settings, recordTypes });
      if (seqs.length === 0) continue;
      hints.contact(contact.id);
      expired += 1;
    }
    await hints.send(tx);
    return expired === 0 ? 0 : old.length;
  });
}

/** A request past its days waits no more (core/consent `openRequest`): nothing happened, so lists alone are told. */
async function endWaiting(ctx: Context): Promise<boolean> {
  return inRounds(ctx, AT_ONCE, async (tx) => {
    const settings = await loadSettings(tx);
    const rules = { settings, recordTypes: await loadRecordTypes(tx) };
    const before = ctx.clock() - settings.requestOpenDays * DAY;
    const hints = createHints();
    const waiting = await requestsWaitingSince(tx, before, AT_ONCE);
    const contacts = await lockContactPoints(tx, waiting);
    for (const contact of contacts) {
      await recordFacts(tx, ctx, contact, [], rules);
      hints.contact(contact.id);
    }
    await hints.send(tx);
    return contacts.length === 0 ? 0 : waiting.length;
  });
}
