import * as desk from '../core/ownership.ts';
import type { Settings } from '../core/settings.ts';
import type { Tx } from '../db/engine.ts';
import { insertDismissal, type OwnershipRow } from '../db/ownership.ts';
import { readTeam } from '../db/teams.ts';
import { accessConversation } from './access-conversation.ts';
import {
  type Acting,
  actorOf,
  applyChange,
  byOf,
  changeOf,
  leaveTrace,
  lockForChange,
} from './apply-ownership.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { loadSettings } from './organisation.ts';
import { notFound } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/**
 * What people do about who answers a conversation. Each is one transaction that holds the conversation's row: of two who
 * accept at the same moment one wins, and the other is told who.
 */

type Decide = (
  state: OwnershipRow,
  actor: desk.Actor,
  rules: { now: number; settings: Settings; tx: Tx },
) => desk.Decision | Promise<desk.Decision>;

/** Decides under the conversation's lock, and makes it true. */
export async function changeOwnership(
  ctx: Context,
  caller: Acting,
  conversationId: string,
  reason: string | undefined,
  decide: Decide,
): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, caller, conversationId);
    const settings = await loadSettings(tx);
    const hints = createHints();
    const row = await lockForChange(tx, ctx, id, settings, hints);
    const change = changeOf(await decide(row, actor, { now: ctx.clock(), settings, tx }));
    if (change !== null)
      await applyChange(tx, ctx, row, change, {
        by: byOf(actor),
        reason: reason === undefined || reason === '' ? null : reason,
        settings,
        hints,
      });
    await hints.send(tx);
  });
}

export const acceptConversation = (ctx: Context, caller: Acting, id: string): Promise<void> =>
  changeOwnership(ctx, caller, id, undefined, desk.accept);

export const releaseConversation = (
  ctx: Context,
  caller: Acting,
  id: string,
  reason: string | undefined,
): Promise<void> => changeOwnership(ctx, caller, id, reason, desk.release);

export const takeOverConversation = (
  ctx: Context,
  caller: Acting,
  id: string,
  reason: string | undefined,
): Promise<void> =>
  changeOwnership(ctx, caller, id, reason, (state, actor, { now, settings }) =>
    desk.takeOver(state, actor, now, settings.takeOverMinutes),
  );

export const closeConversation = (ctx: Context, caller: Acting, id: string): Promise<void> =>
  changeOwnership(ctx, caller, id, undefined, desk.close);

export const reopenConversation = (ctx: Context, caller: Acting, id: string): Promise<void> =>
  changeOwnership(ctx, caller, id, undefined, desk.reopen);

export const withdrawOffer = (
  ctx: Context,
  caller: Acting,
  id: string,
  reason: string | undefined,
): Promise<void> => changeOwnership(ctx, caller, id, reason, desk.withdraw);

export const decideOffer = (
  ctx: Context,
  caller: Acting,
  id: string,
  accepts: boolean,
  reason: string | undefined,
): Promise<void> =>
  changeOwnership(ctx, caller, id, reason, (state, actor) => desk.decideOffer(state, actor, accepts));

export const moveToTeam = (ctx: Context, caller: Acting, id: string, teamId: string): Promise<void> =>
  changeOwnership(ctx, caller, id, undefined, async (state, actor, { tx }) => {
    const team = await readTeam(tx, teamId);
    if (team === null) throw notFound('team');
    return desk.moveTeam(state, actor, { id: team.id, name: team.name });
  });

/** Hides a conversation from this person alone, until the customer's next message. */
export async function dismissConversation(
  ctx: Context,
  caller: Acting,
  conversationId: string,
): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, caller, conversationId);
    const hints = createHints();
    const row = await lockForChange(tx, ctx, id, await loadSettings(tx), hints);
    const refused = desk.mayDismiss(row, actor);
    if (refused !== null) changeOf(refused);
    if (await insertDismissal(tx, id, actor.id, ctx.clock())) {
      await leaveTrace(tx, ctx, id, [{ kind: 'dismissed', subject: null }], byOf(actor), null);
      hints.conversation(id, row.contactPointId);
    }
    await hints.send(tx);
  });
}
