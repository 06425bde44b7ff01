import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { changeChannelTeam, changeTeam, makeTeam, removeTeam } from '../../actions/teams.ts';
import { EVERYONE, listTeams, readChannelTeam, type TeamRow } from '../../db/teams.ts';
import { ChannelTeam, ChannelTeamInput, TeamInput, TeamOut, TeamPatch, TeamsOut } from '../schemas/people.ts';

const ById = z.object({ id: z.string().min(1).max(100) });
const manage = { config: { right: 'manage-people' } } as const;

/** Teams, and the team of the number. */
export function teamRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/teams',
      {
        // Whoever works in chats picks among teams.
        config: { right: ['see-chats', 'manage-people', 'see-audit'] },
        schema: { tags: ['People'], response: { 200: TeamsOut } },
      },
      async () => ({ items: (await listTeams(db)).map(teamOut) }),
    );
    app.post(
      '/teams',
      { ...manage, schema: { tags: ['People'], body: TeamInput, response: { 201: TeamOut } } },
      async ({ body, caller }, reply) =>
        reply.status(201).send(teamOut(await makeTeam(ctx, body, caller.name))),
    );
    app.patch(
      '/teams/:id',
      { ...manage, schema: { tags: ['People'], params: ById, body: TeamPatch, response: { 200: TeamOut } } },
      async ({ params, body, caller }) => teamOut(await changeTeam(ctx, params.id, body, caller.name)),
    );
    app.delete(
      '/teams/:id',
      { ...manage, schema: { tags: ['People'], params: ById, response: { 204: z.null() } } },
      async ({ params, caller }, reply) => {
        await removeTeam(ctx, params.id, caller.name);
        return reply.status(204).send(null);
      },
    );
    app.get(
      '/channel/team',
      {
        config: { right: ['see-chats', 'manage-people', 'see-audit'] },
        schema: { tags: ['People'], response: { 200: ChannelTeam } },
      },
      async () => ({ team: await readChannelTeam(db, ctx.channel.id) }),
    );
    app.put(
      '/channel/team',
      { ...manage, schema: { tags: ['People'], body: ChannelTeamInput, response: { 200: ChannelTeam } } },
      async ({ body, caller }) => ({ team: await changeChannelTeam(ctx, body.team, caller.name) }),
    );
  };
}

const teamOut = ({ id, name, members }: TeamRow) => ({ id, name, members, everyone: id === EVERYONE });
