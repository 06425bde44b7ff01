import type { Tx } from '../db/engine.ts';
import { colleagues, insertOffer, type Reopened, reopenForCustomers } from '../db/ownership.ts';
import { leaveTrace, offerKey, tell } from './apply-ownership.ts';
import { answeringRoles } from './colleagues.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import type { Rules } from './record-facts.ts';

/** A conversation in which a customer wrote just now; a blocked one is not among them. */
export interface Heard {
  conversationId: string;
  wantsPerson: boolean;
}

/**
 * What a customer's message does to who answers, after it did all it does to consent: dismissals end, and a closed
 * conversation is open again, offered to whoever owned it last. One statement, unless something was closed.
 */
export async function hearCustomers(
  tx: Tx,
  ctx: Context,
  heard: readonly Heard[],
  rules: Rules,
  hints: Hints,
): Promise<void> {
  const wanting = heard.filter((one) => one.wantsPerson).map((one) => one.conversationId);
  const ids = [...new Set(heard.map((one) => one.conversationId))];
  const reopened = await reopenForCustomers(tx, ids, [...new Set(wanting)]);
  for (const one of reopened) {
    await leaveTrace(tx, ctx, one.id, [{ kind: 'reopened', subject: null }], null, null);
    if (rules.settings.returnToPreviousOwner) await returnToOwner(tx, ctx, one, rules, hints);
  }
}

/** Offered, not given: who is not there any more today lets it time out, and the team answers. */
async function returnToOwner(
  tx: Tx,
  ctx: Context,
  conversation: Reopened,
  { settings }: Rules,
  hints: Hints,
): Promise<void> {
  const { previousOwnerId } = conversation;
  if (previousOwnerId === null) return;
  const [person] = await colleagues(tx, await answeringRoles(tx), [previousOwnerId]);
  if (person === undefined || !person.active || !person.mayAnswer) return;
  if (person.role !== 'administrator' && !person.teams.includes(conversation.teamId)) return;
  const now = ctx.clock();
  const offer = {
    id: ctx.make.id(),
    conversationId: conversation.id,
    fromId: null,
    toId: person.id,
    reason: null,
    at: now,
    expiresAt: settings.assignmentMinutes === null ? null : now + settings.assignmentMinutes * 60_000,
  };
  await insertOffer(tx, offer);
  const subject = { id: person.id, name: person.name };
  await leaveTrace(tx, ctx, conversation.id, [{ kind: 'returned', subject }], null, null);
  const notice = { kind: 'returned', person: person.id, by: null, text: null };
  await tell(tx, ctx, conversation.id, [{ ...notice, reasonKey: offerKey(offer.id) }], hints);
}
