import { notify } from '../db/engine.ts';
import { markOwnerActive, readOwnership, touchSeen } from '../db/ownership.ts';
import { isUuid } from '../db/rows.ts';
import { accessConversation } from './access-conversation.ts';
import type { Acting } from './apply-ownership.ts';
import type { Context } from './context.ts';
import { inTransaction, LIVE } from './transaction.ts';

export type PresenceState = 'viewing' | 'typing' | 'left';

/** What nodes tell each other about who is where. Nothing of it is stored. */
export interface PresenceNotice {
  conversationId: string;
  person: { id: string; name: string };
  state: PresenceState;
  at: number;
  /** Who may see the conversation: streams of everybody else do not hear of it. */
  team: string;
  people: string[];
}

/** Pages repeat what a person does every few seconds, and forget it after 10: more often is told to nobody. */
const REPEAT_MS = 3_000;
const MOST_KEPT = 10_000;
const lastTold = new WeakMap<Context, Map<string, number>>();

/** Tells colleagues what a person does in a conversation right now. A key is nowhere. */
export async function showPresence(
  ctx: Context,
  caller: Acting,
  conversationId: string,
  state: PresenceState,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, caller, conversationId);
    if (caller.kind !== 'person' || !isNews(ctx, `${id}/${caller.id}/${state}`, state)) return;
    const row = await readOwnership(tx, id);
    if (row === null) return;
    const now = ctx.clock();
    if (state === 'typing') await markOwnerActive(tx, id, caller.id, now);
    const notice: PresenceNotice = {
      conversationId: id,
      person: { id: caller.id, name: caller.name },
      state,
      at: now,
      team: row.team.id,
      people: [row.owner?.id, row.offer?.to.id, ...row.discussing].filter((one) => one !== undefined),
    };
    await notify(tx, LIVE, JSON.stringify({ presence: notice }));
  });
}

/** By this process's own clock: what is repeated within seconds is no news. */
function isNews(ctx: Context, key: string, state: PresenceState): boolean {
  const told = lastTold.get(ctx) ?? new Map<string, number>();
  lastTold.set(ctx, told);
  const now = performance.now();
  const before = told.get(key);
  if (before !== undefined && now - before < REPEAT_MS) return false;
  if (told.size >= MOST_KEPT) told.clear();
  // What a person does now ends what they did before.
  const place = key.slice(0, -state.length);
  for (const other of ['viewing', 'typing', 'left']) told.delete(place + other);
  told.set(key, now);
  return true;
}

/** These callers have a page open. Keys are nobody's presence. */
export async function markSeen(ctx: Context, callerIds: readonly string[]): Promise<void> {
  const people = [...new Set(callerIds)].filter(isUuid);
  if (people.length > 0) await inTransaction(ctx, (tx) => touchSeen(tx, people, ctx.clock()));
}
