import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { markRead, settleUnconfirmed, showTyping } from '../../actions/conversation.ts';
import { loadSettings } from '../../actions/organisation.ts';
import { decideHold, markShared } from '../../actions/record-consent.ts';
import { notFound, Refusal } from '../../actions/refusal.ts';
import { type Sender, sendMessage } from '../../actions/send-message.ts';
import { readSendable } from '../../actions/sendable.ts';
import type { To } from '../../actions/target.ts';
import { matchKey, parsePhone } from '../../core/phone.ts';
import { requestEvidence } from '../../db/consent.ts';
import { factsOf, historyOf } from '../../db/ledger.ts';
import {
  type ConversationRow,
  conversationPage,
  readConversation,
  readMessage,
  threadPage,
} from '../../db/messages.ts';
import { isUuid } from '../../db/rows.ts';
import type { Caller } from '../auth.ts';
import {
  ConversationOut,
  ConversationPage,
  ConversationQuery,
  MessageOut,
  MessagePage,
  SendableOut,
  SendMessage,
} from '../schemas/chat.ts';
import { PageQuery } from '../schemas/common.ts';
import { ConsentOut, HoldDecision, LedgerLineOut } from '../schemas/consent.ts';
import { conversationOut, historyOut, messageOut, sendableOut } from '../views.ts';
import { consentOf } from './consent-view.ts';
import { numberCursor, timeCursor, toCursor } from './cursor.ts';

const ById = z.object({ id: z.string().min(1).max(100) });
const SendableQuery = z.object({
  recordType: z.string().optional(),
  recordId: z.string().optional(),
  conversationId: z.string().optional(),
  phone: z.string().max(50).optional(),
  language: z.string().max(10).optional(),
});

const senderOf = (caller: Caller): Sender => ({
  id: caller.id,
  name: caller.name,
  path: caller.kind === 'key' ? 'api' : 'person',
  maySend: caller.role !== 'auditor',
});

/** Chats: conversations, threads, what may be sent, and sending. */
export function chatRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const conversation = async (id: string): Promise<ConversationRow> => {
    const row = isUuid(id) ? await readConversation(db, id) : null;
    if (row === null) throw notFound('conversation');
    return row;
  };

  return async (app) => {
    app.get(
      '/conversations',
      { schema: { tags: ['Chat'], querystring: ConversationQuery, response: { 200: ConversationPage } } },
      async ({ query }) => {
        const digits = query.search?.replace(/\D/g, '') ?? '';
        const phone = query.phone === undefined ? null : parsePhone(query.phone);
        if (query.phone !== undefined && phone === null)
          throw new Refusal(422, 'phone-invalid', `“${query.phone}” is not a phone number.`);
        const rows = await conversationPage(
          db,
          {
            search: query.search?.trim() || null,
            searchDigits: digits.length >= 3 ? digits : null,
            recordType: query.recordType ?? null,
            recordId: query.recordId ?? null,
            matchKey: phone === null ? null : matchKey(phone.e164),
            consent: query.consent ?? null,
            unread: query.unread === 'true',
          },
          timeCursor(query.cursor),
          query.limit + 1,
        );
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(conversationOut),
          nextCursor:
            rows.length > query.limit && last?.lastMessageAt != null
              ? toCursor({ at: last.lastMessageAt, id: last.id })
              : null,
        };
      },
    );
    app.get(
      '/conversations/:id',
      { schema: { tags: ['Chat'], params: ById, response: { 200: ConversationOut } } },
      async ({ params }) => conversationOut(await conversation(params.id)),
    );
    app.get(
      '/conversations/:id/messages',
      { schema: { tags: ['Chat'], params: ById, querystring: PageQuery, response: { 200: MessagePage } } },
      async ({ params, query }) => {
        const { id } = await conversation(params.id);
        const rows = await threadPage(db, id, numberCursor(query.cursor), query.limit + 1);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(messageOut),
          nextCursor: rows.length > query.limit && last !== undefined ? toCursor(last.position) : null,
        };
      },
    );
    app.get(
      '/conversations/:id/events',
      {
        schema: {
          tags: ['Chat'],
          params: ById,
          response: { 200: z.object({ items: z.array(LedgerLineOut) }) },
        },
      },
      async ({ params }) => {
        const { contactPointId } = await conversation(params.id);
        const rows = await historyOf(db, contactPointId);
        const facts = (await factsOf(db, [contactPointId])).get(contactPointId) ?? [];
        const evidence = await requestEvidence(db, [...new Set(rows.map((row) => row.contactPointId))]);
        return { items: historyOut(rows, facts, evidence, ctx.clock(), await loadSettings(db)) };
      },
    );
    app.post(
      '/conversations/:id/read',
      { schema: { tags: ['Chat'], params: ById, response: { 204: z.null() } } },
      async ({ params }, reply) => {
        await markRead(ctx, params.id);
        return reply.status(204).send(null);
      },
    );
    app.post(
      '/conversations/:id/typing',
      { schema: { tags: ['Chat'], params: ById, response: { 204: z.null() } } },
      async ({ params }, reply) => {
        await showTyping(ctx, params.id);
        return reply.status(204).send(null);
      },
    );
    app.post(
      '/conversations/:id/shared',
      {
        schema: {
          tags: ['Chat'],
          params: ById,
          body: z.object({ shared: z.boolean() }),
          response: { 200: ConversationOut },
        },
      },
      async ({ params, body, caller }) => {
        await markShared(ctx, params.id, body.shared, caller);
        return conversationOut(await conversation(params.id));
      },
    );
    app.post(
      '/conversations/:id/hold',
      { schema: { tags: ['Consent'], params: ById, body: HoldDecision, response: { 200: ConsentOut } } },
      async ({ params, body, caller }) => {
        await decideHold(ctx, params.id, body.decision, body.reason, caller);
        return consentOf(ctx, { conversationId: params.id }, 'service');
      },
    );

    app.post(
      '/messages',
      {
        schema: {
          tags: ['Chat'],
          body: SendMessage,
          headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }).loose(),
          response: { 202: MessageOut },
        },
      },
      async ({ body, headers, caller }, reply) => {
        const message = await sendMessage(ctx, body, senderOf(caller), headers['idempotency-key'] ?? null);
        return reply.status(202).send(messageOut(message));
      },
    );
    app.get(
      '/messages/:id',
      { schema: { tags: ['Chat'], params: ById, response: { 200: MessageOut } } },
      async ({ params }) => {
        const message = isUuid(params.id) ? await readMessage(db, params.id) : null;
        if (message === null) throw notFound('message');
        return messageOut(message);
      },
    );
    app.post(
      '/messages/:id/settle',
      {
        schema: {
          tags: ['Chat'],
          params: ById,
          body: z.object({ outcome: z.enum(['sent', 'not-sent']) }),
          response: { 200: MessageOut },
        },
      },
      async ({ params, body, caller }) =>
        messageOut(await settleUnconfirmed(ctx, params.id, body.outcome, caller.name)),
    );

    app.get(
      '/sendable',
      { schema: { tags: ['Chat'], querystring: SendableQuery, response: { 200: SendableOut } } },
      async ({ query, caller }) => {
        const sender = senderOf(caller);
        return sendableOut(
          await readSendable(db, ctx, toOf(query), sender.path, sender.maySend, query.language ?? null),
        );
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
