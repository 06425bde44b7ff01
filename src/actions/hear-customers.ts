import type { Tx } from '../db/engine.ts';
import { colleagues, insertOffer, type Reopened, reopen } from '../db/ownership.ts';
import { leaveTrace, offerKey, tell } from './apply-ownership.ts';
import { answeringRoles } from './colleagues.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import type { Rules } from './record-facts.ts';

/**
 * What a customer's message does to who answers, after it did all it does to consent: conversations that were closed and
 * now want a person are open again, offered to whoever owned them last.
 */
export async function hearCustomers(
  tx: Tx,
  ctx: Context,
  closed: readonly string[],
  rules: Rules,
  hints: Hints,
): Promise<void> {
  for (const one of await reopen(tx, closed)) {
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
