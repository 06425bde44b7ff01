import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import type { MadeLink } from '../../actions/invite.ts';
import {
  changePerson,
  inviteAgain,
  invitePerson,
  readLocks,
  resetPerson,
  signOutPerson,
  unlockPerson,
} from '../../actions/people.ts';
import { notFound } from '../../actions/refusal.ts';
import type { Config } from '../../config.ts';
import { type PersonDetails, peoplePage, readPerson } from '../../db/people.ts';
import { sessionsOf } from '../../db/sessions.ts';
import { PageQuery } from '../schemas/common.ts';
import {
  InvitedOut,
  LinkOut,
  PersonInput,
  PersonOut,
  PersonPage,
  PersonPatch,
  SessionsOut,
} from '../schemas/people.ts';
import { isoOrNull, isoTime } from '../views.ts';
import { nameCursor, toCursor } from './cursor.ts';
import { sessionsOut } from './me.ts';

const ById = z.object({ id: z.string().min(1).max(100) });
const manage = { config: { right: 'manage-people' } } as const;
const links = { config: { right: 'manage-people', ceiling: 'links' } } as const;

/** People as those who manage them see them: inviting, changing, disabling, resetting, signing out. */
export function peopleRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const shown = async (id: string): Promise<PersonOut> => {
    const person = await readPerson(db, id);
    if (person === null) throw notFound('person');
    return personOut(person, await readLocks(ctx, [person]));
  };
  return async (app) => {
    app.get(
      '/people',
      {
        config: { right: ['manage-people', 'see-audit'] },
        schema: {
          tags: ['People'],
          querystring: PageQuery.extend({ search: z.string().max(200).optional() }),
          response: { 200: PersonPage },
        },
      },
      async ({ query }) => {
        const rows = await peoplePage(
          db,
          query.search?.trim() || null,
          nameCursor(query.cursor),
          query.limit + 1,
        );
        const page = rows.slice(0, query.limit);
        const locks = await readLocks(ctx, page);
        const last = page.at(-1);
        return {
          items: page.map((person) => personOut(person, locks)),
          nextCursor:
            rows.length > query.limit && last !== undefined
              ? toCursor({ name: last.name, id: last.id })
              : null,
        };
      },
    );
    app.post(
      '/people',
      { ...manage, schema: { tags: ['People'], body: PersonInput, response: { 201: InvitedOut } } },
      async ({ body, caller }, reply) => {
        const { id, invitation } = await invitePerson(ctx, body, caller, config.publicUrl);
        return reply.status(201).send({ person: await shown(id), invitation: linkOut(invitation) });
      },
    );
    app.patch(
      '/people/:id',
      {
        ...manage,
        schema: { tags: ['People'], params: ById, body: PersonPatch, response: { 200: PersonOut } },
      },
      async ({ params, body, caller }) => {
        await changePerson(ctx, params.id, body, caller);
        return shown(params.id);
      },
    );
    app.post(
      '/people/:id/invitation',
      { ...links, schema: { tags: ['People'], params: ById, response: { 200: LinkOut } } },
      async ({ params, caller }) => linkOut(await inviteAgain(ctx, params.id, caller, config.publicUrl)),
    );
    app.post(
      '/people/:id/reset',
      { ...links, schema: { tags: ['People'], params: ById, response: { 200: LinkOut } } },
      async ({ params, caller }) => linkOut(await resetPerson(ctx, params.id, caller, config.publicUrl)),
    );
    app.post(
      '/people/:id/unlock',
      { ...manage, schema: { tags: ['People'], params: ById, response: { 200: PersonOut } } },
      async ({ params, caller }) => {
        await unlockPerson(ctx, params.id, caller);
        return shown(params.id);
      },
    );
    app.get(
      '/people/:id/sessions',
      { ...manage, schema: { tags: ['People'], params: ById, response: { 200: SessionsOut } } },
      async ({ params, authenticated }) => {
        const { id } = await shown(params.id);
        return sessionsOut(await sessionsOf(db, id, ctx.clock()), authenticated?.session?.signInId ?? null);
      },
    );
    app.delete(
      '/people/:id/sessions',
      { ...manage, schema: { tags: ['People'], params: ById, response: { 204: z.null() } } },
      async ({ params, caller }, reply) => {
        await signOutPerson(ctx, params.id, caller);
        return reply.status(204).send(null);
      },
    );
  };
}

const linkOut = ({ url, expiresAt }: MadeLink) => ({ url, expiresAt: isoTime(expiresAt) });

function personOut(person: PersonDetails, locks: ReadonlyMap<string, number>): PersonOut {
  const { id, name, email, role, teams, hasPassword, hasOidc } = person;
  const ways = [...(hasPassword ? ['password' as const] : []), ...(hasOidc ? ['oidc' as const] : [])];
  return {
    id,
    name,
    email,
    role,
    teams,
    status: statusOf(person, locks),
    signsInWith: ways.length > 0 ? ways : ['link'],
    entraObjectId: person.entraObjectId,
    lastSeenAt: isoOrNull(person.lastSeenAt),
    createdAt: isoTime(person.createdAt),
  };
}

function statusOf(person: PersonDetails, locks: ReadonlyMap<string, number>): PersonOut['status'] {
  if (person.disabledAt !== null) return 'disabled';
  if (locks.has(person.id)) return 'locked';
  const joined = person.hasPassword || person.hasOidc || person.lastSeenAt !== null || person.email === null;
  return joined ? 'active' : 'invited';
}
