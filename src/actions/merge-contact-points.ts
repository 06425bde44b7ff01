import { explainSkip, SAME_NUMBER } from '../core/campaign.ts';
import { PURPOSES } from '../core/purpose.ts';
import { doubledMessages } from '../db/campaigns.ts';
import { type ContactPoint, mergeContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { factsOf } from '../db/ledger.ts';
import { settleNotification } from '../db/notifications.ts';
import { withdrawQueued } from '../db/outbox.ts';
import { setBlocked, withdrawMergedOffers } from '../db/ownership.ts';
import { offerKey } from './apply-ownership.ts';
import type { Context } from './context.ts';
import { fold, viewsByRecord } from './gate-contact.ts';
import { createHints } from './live.ts';
import { projectDecision } from './project-decision.ts';
import { type Rules, recordFacts } from './record-facts.ts';
import { neverAsked } from './rejudge-queued.ts';
import { nobodyWaits } from './settle-reminders.ts';

/**
 * Two contact points turn out to be one person: the most restrictive decision wins. Nothing is rewritten: the survivor's
 * chain gets a line that names the other chain's head, and both chains are folded together from now on. A hold stays
 * one: the fold lets no decision from the other chain settle it. What a campaign queued for both leaves once.
 */
export async function mergeContactPoints(
  tx: Tx,
  ctx: Context,
  into: ContactPoint,
  from: ContactPoint,
  rules: Rules,
  why: { at: number; receivedAt: number; source: string },
): Promise<void> {
  const facts = await factsOf(tx, [into.id, from.id]);
  const views = [into, from].map((one) => fold(facts.get(one.id) ?? [], ctx.clock(), rules.settings));
  const denied = PURPOSES.filter((purpose) => views.some((view) => view[purpose].state === 'denied'));
  const now = ctx.clock();
  const hints = createHints();
  for (const offer of await withdrawMergedOffers(tx, from.id, into.id, now))
    for (const person of await settleNotification(tx, offer.toId, offerKey(offer.id), now))
      hints.person(person);
  const once = { code: SAME_NUMBER, text: explainSkip(SAME_NUMBER) };
  const doubled = await withdrawQueued(tx, await doubledMessages(tx, from.id, into.id), once, now);
  Object.assign(into, await mergeContactPoint(tx, from.id, into.id));
  into.lastInboundAt = latest(into.lastInboundAt, from.lastInboundAt);
  into.lastWordAt = latest(into.lastWordAt, from.lastWordAt);
  if (into.blocked !== from.blocked) {
    into.blocked = true;
    // As for whoever is blocked by hand (block-contact.ts): they wait for nobody in any of their conversations.
    await nobodyWaits(tx, ctx, await setBlocked(tx, into.id, true), hints);
  }
  await hints.send(tx);
  into.shared ||= from.shared;
  await recordFacts(
    tx,
    ctx,
    into,
    [
      {
        act: { act: 'merged', denied, otherChain: from.id, otherSeq: from.ledgerSeq },
        purposes: denied,
        at: why.at,
        receivedAt: why.receivedAt,
        source: why.source,
        actor: null,
        detail: { otherHead: from.ledgerHead },
        personal: { otherPhone: from.phone, otherUserId: from.userId },
      },
      ...neverAsked(
        doubled.map((message) => ({ message, code: SAME_NUMBER })),
        now,
      ),
    ],
    rules,
    views[0],
  );
  await projectToRecords(tx, ctx, into, rules);
}

/** Records that came along with a number take over what was decided already. */
export async function projectToRecords(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  rules: Rules,
): Promise<void> {
  if (contact.ledgerSeq === 0) return;
  const facts = (await factsOf(tx, [contact.id])).get(contact.id) ?? [];
  const { settings, recordTypes } = rules;
  const now = ctx.clock();
  const views = viewsByRecord(contact, fold(facts, now, settings), facts, now, settings);
  await projectDecision(tx, ctx, contact, null, views, recordTypes);
}

const latest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);
