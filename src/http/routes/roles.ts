import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Context } from '../../actions/context.ts';
import { changeRoleRights, loadRoleRights } from '../../actions/roles.ts';
import {
  AGENT_LEAST,
  READING_RIGHTS,
  RIGHTS,
  type Role,
  type RoleRights,
  rightsOf,
} from '../../core/rights.ts';
import { RoleRightsInput, RoleRightsOut } from '../schemas/people.ts';

/** Which rights each role has. */
export function roleRoutes(ctx: Context): FastifyPluginAsyncZod {
  const manage = { config: { right: 'manage-people' } } as const;
  return async (app) => {
    app.get(
      '/roles',
      { ...manage, schema: { tags: ['People'], response: { 200: RoleRightsOut } } },
      async () => roleRightsOut(await loadRoleRights(ctx.database.db)),
    );
    app.put(
      '/roles',
      { ...manage, schema: { tags: ['People'], body: RoleRightsInput, response: { 200: RoleRightsOut } } },
      async ({ body, caller }) => roleRightsOut(await changeRoleRights(ctx, body, caller)),
    );
  };
}

function roleRightsOut(configured: RoleRights) {
  const of = (role: Role) => RIGHTS.filter((right) => rightsOf(role, configured).has(right));
  return {
    rights: [...RIGHTS],
    administrator: of('administrator'),
    agent: of('agent'),
    auditor: of('auditor'),
    auditorMost: [...READING_RIGHTS],
    agentLeast: [...AGENT_LEAST],
  };
}
