import type { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { notFound } from '../../actions/refusal.ts';
import { isUuid } from '../../db/rows.ts';
import {
  findInConversation,
  readShown,
  type ShownMessage,
  threadPage,
  threadPageAfter,
} from '../../db/thread.ts';
import { messageOut } from '../message-view.ts';
import type { MessageOut, MessagePage, MessageQuery } from '../schemas/chat.ts';
import { numberCursor, toCursor } from './cursor.ts';

/** One message as the API shows it. */
export async function shownMessage(ctx: Context, id: string): Promise<MessageOut> {
  const row = await readShown(ctx.database.db, id);
  if (row === null) throw notFound('message');
  return messageOut(row, ctx.provider.advise);
}

/** A part of a thread, newest first, and the cursors with which it goes on in both directions. */
export async function threadPart(
  ctx: Context,
  conversationId: string,
  query: z.infer<typeof MessageQuery>,
): Promise<z.infer<typeof MessagePage>> {
  const { db } = ctx.database;
  const { limit } = query;
  if (query.around !== undefined) {
    const found = isUuid(query.around)
      ? await findInConversation(db, conversationId, { id: query.around, whatsappId: null })
      : null;
    if (found === null) throw notFound('message');
    const half = Math.max(1, Math.ceil(limit / 2));
    const [older, newer] = await Promise.all([
      threadPage(db, conversationId, found.position + 1, half + 1),
      threadPageAfter(db, conversationId, found.position, half + 1),
    ]);
    return part(ctx, [...newer.slice(-half), ...older.slice(0, half)], {
      older: older.length > half,
      newer: newer.length > half,
    });
  }
  if (query.after !== undefined) {
    const rows = await threadPageAfter(db, conversationId, numberCursor(query.after) ?? 0, limit + 1);
    return part(ctx, rows.slice(-limit), { older: true, newer: rows.length > limit });
  }
  const before = numberCursor(query.cursor);
  const rows = await threadPage(db, conversationId, before, limit + 1);
  return part(ctx, rows.slice(0, limit), { older: rows.length > limit, newer: before !== null });
}

function part(
  ctx: Context,
  rows: readonly ShownMessage[],
  more: { older: boolean; newer: boolean },
): z.infer<typeof MessagePage> {
  const [first] = rows;
  const last = rows.at(-1);
  return {
    items: rows.map((row) => messageOut(row, ctx.provider.advise)),
    nextCursor: more.older && last !== undefined ? toCursor(last.position) : null,
    prevCursor: more.newer && first !== undefined ? toCursor(first.position) : null,
  };
}
