import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Context } from '../../actions/context.ts';
import { loadWorkingHours, saveWorkingHours } from '../../actions/working-hours.ts';
import { WorkingHours } from '../schemas/desk.ts';

/** When people are here, holidays, and what a customer is told outside. */
export function workingHoursRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const shown = async () => WorkingHours.parse(await loadWorkingHours(db));
  return async (app) => {
    app.get(
      '/working-hours',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Administration'], response: { 200: WorkingHours } },
      },
      shown,
    );
    app.put(
      '/working-hours',
      {
        config: { right: 'manage-settings' },
        schema: { tags: ['Administration'], body: WorkingHours.strict(), response: { 200: WorkingHours } },
      },
      async ({ body, caller }) => {
        await saveWorkingHours(ctx, body, caller.name);
        return shown();
      },
    );
  };
}
