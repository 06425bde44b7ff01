import { assign } from '../core/ownership.ts';
import type { Acting } from './apply-ownership.ts';
import { findColleague } from './colleagues.ts';
import type { Context } from './context.ts';
import { changeOwnership } from './ownership.ts';

/** Offers a conversation to a colleague, who accepts or rejects it; the setting's minutes later it is nobody's offer. */
export const assignConversation = (
  ctx: Context,
  caller: Acting,
  id: string,
  to: string,
  reason: string | undefined,
): Promise<void> =>
  changeOwnership(ctx, caller, id, reason, async (state, actor, { tx }) =>
    assign(state, actor, await findColleague(tx, to)),
  );
