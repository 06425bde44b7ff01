import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { readNotifications } from '../../actions/notifications.ts';
import { notificationPage, unreadNotifications } from '../../db/notifications.ts';
import { isUuid } from '../../db/rows.ts';
import { notificationOut } from '../desk-views.ts';
import { PageQuery } from '../schemas/common.ts';
import { NotificationPage, NotificationsRead } from '../schemas/desk.ts';
import { numberCursor, toCursor } from './cursor.ts';

/** What wants the caller's attention; everybody has only their own. A key has none. */
export function notificationRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/notifications',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Desk'], querystring: PageQuery, response: { 200: NotificationPage } },
      },
      async ({ query, caller }) => {
        const before = numberCursor(query.cursor);
        if (!isUuid(caller.id)) return { items: [], nextCursor: null, unread: 0 };
        const rows = await notificationPage(db, caller, before, query.limit + 1);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(notificationOut),
          nextCursor: rows.length > query.limit && last !== undefined ? toCursor(last.position) : null,
          unread: await unreadNotifications(db, caller.id),
        };
      },
    );
    app.post(
      '/notifications/read',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Desk'], body: NotificationsRead, response: { 204: z.null() } },
      },
      async ({ body, caller }, reply) => {
        await readNotifications(ctx, caller.id, body.ids);
        return reply.status(204).send(null);
      },
    );
  };
}
