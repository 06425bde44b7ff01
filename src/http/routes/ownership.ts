import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessConversation } from '../../actions/access-conversation.ts';
import { assignConversation } from '../../actions/assign.ts';
import { blockContact } from '../../actions/block-contact.ts';
import { listColleagues } from '../../actions/colleagues.ts';
import type { Context } from '../../actions/context.ts';
import { askIn, endDiscussionWith } from '../../actions/discuss.ts';
import { writeNote } from '../../actions/notes.ts';
import {
  acceptConversation,
  closeConversation,
  decideOffer,
  dismissConversation,
  moveToTeam,
  releaseConversation,
  reopenConversation,
  takeOverConversation,
  withdrawOffer,
} from '../../actions/ownership.ts';
import { showPresence } from '../../actions/presence.ts';
import { notFound } from '../../actions/refusal.ts';
import type { Right } from '../../core/rights.ts';
import { readTrace } from '../../db/trace.ts';
import type { Caller } from '../auth.ts';
import { conversationShown } from '../conversation-shown.ts';
import { colleagueOut, traceOut } from '../desk-views.ts';
import { ConversationOut } from '../schemas/chat.ts';
import { Id, PageQuery } from '../schemas/common.ts';
import {
  AssignInput,
  ColleaguesOut,
  DecideAssignment,
  DiscussInput,
  NoteInput,
  PresenceInput,
  ReasonInput,
  TraceOut,
  TracePage,
} from '../schemas/desk.ts';
import { tracePart } from './chat-parts.ts';

const ById = z.object({ id: z.string().min(1).max(100) });

/** Who answers a conversation: accept, assign, take over, close and the rest, with notes and the trace of it all. */
export function ownershipRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  /** As it is after the call, also where the caller does not see it any more. */
  const shown = (id: string, caller: Caller) => conversationShown(ctx, id, caller);

  return async (app) => {
    /** `POST /conversations/{id}/{path}` that changes something and answers the conversation. */
    const act = <B extends z.ZodType>(
      path: string,
      right: Right,
      body: B,
      work: (caller: Caller, id: string, body: z.output<B>) => Promise<void>,
    ): void => {
      app.post(
        `/conversations/:id/${path}`,
        {
          config: { right },
          schema: { tags: ['Desk'], params: ById, body, response: { 200: ConversationOut } },
        },
        async (request) => {
          const { id } = request.params as z.infer<typeof ById>;
          await work(request.caller, id, request.body as z.output<B>);
          return shown(id, request.caller);
        },
      );
    };
    const nothing = z.object({}).strict().nullish();
    const reason = ReasonInput.nullish();

    act('accept', 'chat', nothing, (caller, id) => acceptConversation(ctx, caller, id));
    act('dismiss', 'chat', nothing, (caller, id) => dismissConversation(ctx, caller, id));
    act('close', 'chat', nothing, (caller, id) => closeConversation(ctx, caller, id));
    act('reopen', 'chat', nothing, (caller, id) => reopenConversation(ctx, caller, id));
    act('assign', 'assign', AssignInput, (caller, id, { to, reason: why }) =>
      assignConversation(ctx, caller, id, to, why),
    );
    act('assignment', 'chat', DecideAssignment, (caller, id, { accept, reason: why }) =>
      decideOffer(ctx, caller, id, accept, why),
    );
    act('withdraw', 'chat', reason, (caller, id, given) => withdrawOffer(ctx, caller, id, given?.reason));
    act('take-over', 'chat', reason, (caller, id, given) =>
      takeOverConversation(ctx, caller, id, given?.reason),
    );
    act('release', 'chat', reason, (caller, id, given) =>
      releaseConversation(ctx, caller, id, given?.reason),
    );
    act('team', 'assign', z.object({ team: Id }).strict(), (caller, id, { team }) =>
      moveToTeam(ctx, caller, id, team),
    );
    act('block', 'block', reason, (caller, id, given) => blockContact(ctx, caller, id, true, given?.reason));
    act('unblock', 'block', reason, (caller, id, given) =>
      blockContact(ctx, caller, id, false, given?.reason),
    );
    act('discuss', 'chat', DiscussInput, (caller, id, { person, reason: why }) =>
      askIn(ctx, caller, id, person, why),
    );
    app.delete(
      '/conversations/:id/discuss/:personId',
      {
        config: { right: 'chat' },
        schema: {
          tags: ['Desk'],
          params: ById.extend({ personId: z.string().min(1).max(100) }),
          response: { 200: ConversationOut },
        },
      },
      async ({ params, caller }) => {
        await endDiscussionWith(ctx, caller, params.id, params.personId);
        return shown(params.id, caller);
      },
    );

    app.post(
      '/conversations/:id/notes',
      {
        config: { right: 'chat' },
        schema: { tags: ['Desk'], params: ById, body: NoteInput, response: { 201: TraceOut } },
      },
      async ({ params, body, caller }, reply) => {
        const noteId = await writeNote(ctx, caller, params.id, {
          text: body.text,
          mentions: body.mentions ?? [],
        });
        const note = await readTrace(db, noteId);
        if (note === null) throw notFound('note');
        return reply.status(201).send(traceOut(note));
      },
    );
    app.get(
      '/conversations/:id/trace',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Desk'], params: ById, querystring: PageQuery, response: { 200: TracePage } },
      },
      async ({ params, query, caller }) => {
        const { id } = await accessConversation(db, caller, params.id);
        return tracePart(ctx, id, query);
      },
    );
    app.get(
      '/conversations/:id/colleagues',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Desk'], params: ById, response: { 200: ColleaguesOut } },
      },
      async ({ params, caller }) => {
        await accessConversation(db, caller, params.id);
        const all = await listColleagues(db);
        return {
          items: all
            .filter((person) => person.id !== caller.id)
            .map((person) => colleagueOut(person, ctx.clock())),
        };
      },
    );
    app.post(
      '/conversations/:id/presence',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Desk'], params: ById, body: PresenceInput, response: { 204: z.null() } },
      },
      async ({ params, body, caller }, reply) => {
        await showPresence(ctx, caller, params.id, body.state);
        return reply.status(204).send(null);
      },
    );
  };
}
