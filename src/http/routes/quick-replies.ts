import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { deleteReply, mayEdit, saveReply } from '../../actions/edit-quick-replies.ts';
import { listQuickReplies, type QuickReplyRow } from '../../db/quick-replies.ts';
import type { Caller } from '../auth.ts';
import { QuickRepliesOut, QuickReplyInput, QuickReplyOut } from '../schemas/desk.ts';

const ById = z.object({ id: z.string().min(1).max(100) });

/** Texts that agents insert with `/`. Whoever writes may keep their own; those of all need a right more. */
export function quickReplyRoutes(ctx: Context): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/quick-replies',
      { config: { right: 'chat' }, schema: { tags: ['Chat'], response: { 200: QuickRepliesOut } } },
      async ({ caller }) => {
        const viewer = { personId: caller.kind === 'person' ? caller.id : null, teams: caller.teams };
        const rows = await listQuickReplies(ctx.database.db, viewer);
        return { items: rows.map((row) => replyOut(row, caller)) };
      },
    );
    app.post(
      '/quick-replies',
      {
        config: { right: 'chat' },
        schema: { tags: ['Chat'], body: QuickReplyInput, response: { 201: QuickReplyOut } },
      },
      async ({ body, caller }, reply) =>
        reply.status(201).send(replyOut(await saveReply(ctx, null, body, caller), caller)),
    );
    app.patch(
      '/quick-replies/:id',
      {
        config: { right: 'chat' },
        schema: {
          tags: ['Chat'],
          params: ById,
          body: QuickReplyInput.partial(),
          response: { 200: QuickReplyOut },
        },
      },
      async ({ params, body, caller }) => replyOut(await saveReply(ctx, params.id, body, caller), caller),
    );
    app.delete(
      '/quick-replies/:id',
      { config: { right: 'chat' }, schema: { tags: ['Chat'], params: ById, response: { 204: z.null() } } },
      async ({ params, caller }, reply) => {
        await deleteReply(ctx, params.id, caller);
        return reply.status(204).send(null);
      },
    );
  };
}

function replyOut(row: QuickReplyRow, caller: Caller): z.infer<typeof QuickReplyOut> {
  const { id, shortcut, text, team } = row;
  return { id, shortcut, text, team, personal: row.personId !== null, mayEdit: mayEdit(caller, row) };
}
