import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessConversation } from '../../actions/access-conversation.ts';
import type { Context } from '../../actions/context.ts';
import { refuseFieldByHand } from '../../actions/edit-records.ts';
import { loadRecordTypes } from '../../actions/organisation.ts';
import { notFound } from '../../actions/refusal.ts';
import {
  createFromChat,
  linkToRecord,
  possibleDuplicates,
  proposeRecord,
} from '../../actions/unknown-number.ts';
import { fieldsOf } from '../../core/record-type.ts';
import { seenAmong } from '../../db/access.ts';
import { type ConversationRow, readConversation } from '../../db/conversations.ts';
import { readListed } from '../../db/records.ts';
import { isUuid } from '../../db/rows.ts';
import type { Caller } from '../auth.ts';
import { columnOut } from '../column-view.ts';
import { conversationShown } from '../conversation-shown.ts';
import { ConversationOut } from '../schemas/chat.ts';
import {
  DuplicatesOut,
  LinkRecord,
  ProposedRecordOut,
  RecordFromChat,
  RecordOut,
} from '../schemas/records.ts';
import { recordOut } from '../views.ts';
import { wantedLanguages } from '../wanted-languages.ts';

const ById = z.object({ id: z.string().min(1).max(100) });

/** Customers who are in no record: make one from the chat, or put their number into one. */
export function unknownNumberRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const conversation = async (id: string, caller: Caller): Promise<ConversationRow> => {
    const seen = await accessConversation(db, caller, id);
    const row = await readConversation(db, seen.id);
    if (row === null) throw notFound('conversation');
    return row;
  };
  return async (app) => {
    app.get(
      '/conversations/:id/new-record',
      {
        config: { right: 'edit-records' },
        schema: {
          tags: ['Records'],
          params: ById,
          querystring: z.object({ table: z.string().min(1).max(100) }),
          response: { 200: ProposedRecordOut },
        },
      },
      async ({ params, query, caller, headers }) => {
        const form = await proposeRecord(ctx, await conversation(params.id, caller), query.table);
        const type = (await loadRecordTypes(db)).get(query.table);
        // The Compliance Field is the customer's answer, no part of a form.
        const fields = type === undefined ? [] : fieldsOf(type);
        return {
          values: form.values,
          columns: form.columns
            .filter((column) => !fields.includes(column.name))
            .map((column) => columnOut(column, wantedLanguages(headers['accept-language']), undefined)),
        };
      },
    );
    app.get(
      '/conversations/:id/duplicates',
      {
        config: { right: 'see-chats' },
        schema: {
          tags: ['Records'],
          params: ById,
          querystring: z.object({
            table: z.string().max(100).optional(),
            search: z.string().max(200).optional(),
          }),
          response: { 200: DuplicatesOut },
        },
      },
      async ({ params, query, caller }) => ({
        items: await possibleDuplicates(
          ctx,
          await conversation(params.id, caller),
          query.table ?? null,
          query.search?.trim() || null,
        ),
      }),
    );
    app.post(
      '/conversations/:id/record',
      {
        config: { right: 'edit-records' },
        schema: { tags: ['Records'], params: ById, body: RecordFromChat, response: { 201: RecordOut } },
      },
      async ({ params, body, caller }, reply) => {
        const row = await conversation(params.id, caller);
        await refuseFieldByHand(db, body.table, Object.keys(body.values), caller.role);
        const id = await createFromChat(ctx, row, body.table, body.values, caller);
        const record = await readListed(db, body.table, id);
        if (record === null) throw notFound('record');
        const seen = await seenAmong(db, [record.conversationId], caller);
        return reply.status(201).send(recordOut(record, await loadRecordTypes(db), seen));
      },
    );
    app.post(
      '/conversations/:id/link',
      {
        config: { right: 'edit-records' },
        schema: { tags: ['Records'], params: ById, body: LinkRecord, response: { 200: ConversationOut } },
      },
      async ({ params, body, caller }) => {
        if (!isUuid(body.recordId)) throw notFound('record');
        const row = await conversation(params.id, caller);
        await linkToRecord(ctx, row, body, caller);
        return conversationShown(ctx, row.id, caller);
      },
    );
  };
}
