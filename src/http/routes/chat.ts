import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessConversation, accessMessage, accessTo } from '../../actions/access-conversation.ts';
import type { Context } from '../../actions/context.ts';
import { markRead, settleUnconfirmed, showTyping } from '../../actions/conversation.ts';
import { decideHold, markShared } from '../../actions/record-consent.ts';
import { Refusal } from '../../actions/refusal.ts';
import { sendMessage } from '../../actions/send-message.ts';
import type { To } from '../../actions/target.ts';
import type { Caller } from '../auth.ts';
import { conversationShown } from '../conversation-shown.ts';
import { asAccepted } from '../message-view.ts';
import {
  ConsentEvents,
  ConversationOpening,
  ConversationOut,
  MessageOut,
  MessagePage,
  MessageQuery,
  SendableOut,
  SendMessage,
} from '../schemas/chat.ts';
import { IdempotencyKey, PageQuery } from '../schemas/common.ts';
import { ConsentOut, HoldDecision } from '../schemas/consent.ts';
import { consentEventsPart, sendablePart, senderOf, tracePart } from './chat-parts.ts';
import { consentOf } from './consent-view.ts';
import { shownMessage, threadPart } from './thread-pages.ts';

const ById = z.object({ id: z.string().min(1).max(100) });
const SendableQuery = z.object({
  recordType: z.string().optional(),
  recordId: z.string().optional(),
  conversationId: z.string().optional(),
  phone: z.string().max(50).optional(),
  language: z.string().max(10).optional(),
});

/** Chats: conversations, threads, what may be sent, and sending. */
export function chatRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const shown = (id: string, caller: Caller) => conversationShown(ctx, id, caller);

  return async (app) => {
    app.get(
      '/conversations/:id/messages',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], params: ById, querystring: MessageQuery, response: { 200: MessagePage } },
      },
      async ({ params, query, caller }) => {
        const { id } = await accessConversation(db, caller, params.id);
        return threadPart(ctx, id, query);
      },
    );
    app.get(
      '/conversations/:id/opening',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], params: ById, response: { 200: ConversationOpening } },
      },
      async ({ params, caller }) => {
        const { id, contactPointId } = await accessConversation(db, caller, params.id);
        const page = PageQuery.parse({});
        const [conversation, messages, events, trace, sendable] = await Promise.all([
          shown(id, caller),
          threadPart(ctx, id, page),
          consentEventsPart(ctx, contactPointId),
          tracePart(ctx, id, page),
          sendablePart(ctx, { conversationId: id }, caller, null),
        ]);
        return { conversation, messages, events, trace, sendable };
      },
    );
    app.get(
      '/conversations/:id/events',
      {
        config: { right: 'see-chats' },
        schema: {
          tags: ['Chat'],
          params: ById,
          response: { 200: ConsentEvents },
        },
      },
      async ({ params, caller }) => {
        const { contactPointId } = await accessConversation(db, caller, params.id);
        return consentEventsPart(ctx, contactPointId);
      },
    );
    app.post(
      '/conversations/:id/read',
      { config: { right: 'chat' }, schema: { tags: ['Chat'], params: ById, response: { 204: z.null() } } },
      async ({ params, caller }, reply) => {
        await markRead(ctx, caller, params.id);
        return reply.status(204).send(null);
      },
    );
    app.post(
      '/conversations/:id/typing',
      { config: { right: 'chat' }, schema: { tags: ['Chat'], params: ById, response: { 204: z.null() } } },
      async ({ params, caller }, reply) => {
        await showTyping(ctx, caller, params.id);
        return reply.status(204).send(null);
      },
    );
    app.post(
      '/conversations/:id/shared',
      {
        config: { right: 'record-refusal' },
        schema: {
          tags: ['Chat'],
          params: ById,
          body: z.object({ shared: z.boolean() }),
          response: { 200: ConversationOut },
        },
      },
      async ({ params, body, caller }) => {
        const { id } = await accessConversation(db, caller, params.id);
        await markShared(ctx, id, body.shared, caller);
        return shown(id, caller);
      },
    );
    app.post(
      '/conversations/:id/hold',
      {
        config: { right: 'record-refusal' },
        schema: { tags: ['Consent'], params: ById, body: HoldDecision, response: { 200: ConsentOut } },
      },
      async ({ params, body, caller }) => {
        await accessConversation(db, caller, params.id);
        await decideHold(ctx, params.id, body.decision, body.reason, caller);
        return consentOf(ctx, { conversationId: params.id }, 'service', caller);
      },
    );

    app.post(
      '/messages',
      {
        config: { right: ['chat', 'initiate', 'ask-consent'] },
        schema: {
          tags: ['Chat'],
          body: SendMessage,
          headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }).loose(),
          response: { 202: MessageOut },
        },
      },
      async ({ body, headers, caller }, reply) => {
        await accessTo(db, caller, body.to);
        const message = await sendMessage(ctx, body, senderOf(caller), headers['idempotency-key'] ?? null);
        return reply.status(202).send(asAccepted(await shownMessage(ctx, message.id)));
      },
    );
    app.get(
      '/messages/:id',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], params: ById, response: { 200: MessageOut } },
      },
      async ({ params, caller }) => {
        await accessMessage(db, caller, params.id);
        return shownMessage(ctx, params.id);
      },
    );
    app.post(
      '/messages/:id/settle',
      {
        config: { right: 'chat' },
        schema: {
          tags: ['Chat'],
          params: ById,
          body: z.object({ outcome: z.enum(['sent', 'not-sent']) }),
          response: { 200: MessageOut },
        },
      },
      async ({ params, body, caller }) => {
        await accessMessage(db, caller, params.id);
        await settleUnconfirmed(ctx, params.id, body.outcome, caller.name);
        return shownMessage(ctx, params.id);
      },
    );

    app.get(
      '/sendable',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], querystring: SendableQuery, response: { 200: SendableOut } },
      },
      async ({ query, caller }) => {
        const to = toOf(query);
        await accessTo(db, caller, to);
        return sendablePart(ctx, to, caller, query.language ?? null);
      },
    );
  };
}

function toOf(query: z.infer<typeof SendableQuery>): To {
  if (query.conversationId !== undefined) return { conversationId: query.conversationId };
  if (query.phone !== undefined) return { phone: query.phone };
  if (query.recordType !== undefined && query.recordId !== undefined)
    return { recordType: query.recordType, recordId: query.recordId };
  throw new Refusal(
    422,
    'invalid-request',
    'Name a conversationId, a phone, or a recordType with its recordId.',
  );
}
