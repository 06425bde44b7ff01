import type { Context } from '../actions/context.ts';
import { loadSettings } from '../actions/organisation.ts';
import { notFound } from '../actions/refusal.ts';
import { withStatesOfAll } from '../actions/shown-states.ts';
import { readConversation } from '../db/conversations.ts';
import type { ConversationOut } from './schemas/chat.ts';
import { oneConversationOut } from './views.ts';

/** A conversation by itself as it is now, to somebody of whom it is known that they may see it. 404 where it is gone. */
export async function conversationShown(
  ctx: Context,
  id: string,
  viewer: { id: string },
): Promise<ConversationOut> {
  const { db } = ctx.database;
  const row = await readConversation(db, id);
  if (row === null) throw notFound('conversation');
  const [shown = row] = await withStatesOfAll(ctx, [row]);
  return oneConversationOut(shown, viewer.id, await loadSettings(db));
}
