import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessConversation } from '../../actions/access-conversation.ts';
import type { Context } from '../../actions/context.ts';
import { countConversations, type ListRequest, listConversations } from '../../actions/list-conversations.ts';
import { loadSettings } from '../../actions/organisation.ts';
import { Refusal } from '../../actions/refusal.ts';
import { matchKey, parsePhone } from '../../core/phone.ts';
import { isUuid } from '../../db/rows.ts';
import type { Caller } from '../auth.ts';
import { conversationShown } from '../conversation-shown.ts';
import { ConversationCounts, ConversationOut, ConversationPage, ConversationQuery } from '../schemas/chat.ts';
import { conversationOut, isoTime } from '../views.ts';
import { keyCursor, toCursor } from './cursor.ts';

const ById = z.object({ id: z.string().min(1).max(100) });

/** The list of conversations, and one of them. */
export function conversationRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/conversations',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], querystring: ConversationQuery, response: { 200: ConversationPage } },
      },
      async ({ query, caller }) => {
        const listed = await listConversations(ctx, caller, requestOf(query, caller));
        const settings = await loadSettings(db);
        return {
          items: listed.rows.map((row) => {
            const match = listed.matches.get(row.id);
            return {
              ...conversationOut(row, caller.id, settings),
              ...(match === undefined ? {} : { match: { ...match, at: isoTime(match.at) } }),
            };
          }),
          nextCursor: listed.next === null ? null : toCursor(listed.next),
          ...(listed.searchedSince === null ? {} : { searchedSince: isoTime(listed.searchedSince) }),
        };
      },
    );
    app.get(
      '/conversation-counts',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], response: { 200: ConversationCounts } },
      },
      async ({ caller }) => {
        const [mine, unassigned, waitingForConsent, onHold, unread] = await Promise.all([
          countConversations(db, caller, { view: 'mine' }),
          countConversations(db, caller, { view: 'unassigned' }),
          countConversations(db, caller, { view: 'waiting-for-consent' }),
          countConversations(db, caller, { view: 'on-hold' }),
          countConversations(db, caller, { unread: true }),
        ]);
        return { mine, unassigned, waitingForConsent, onHold, unread };
      },
    );
    app.get(
      '/conversations/:id',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Chat'], params: ById, response: { 200: ConversationOut } },
      },
      async ({ params, caller }) => {
        const { id } = await accessConversation(db, caller, params.id);
        return conversationShown(ctx, id, caller);
      },
    );
  };
}

function requestOf(query: z.infer<typeof ConversationQuery>, caller: Caller): ListRequest {
  const words = query.search?.trim() ?? '';
  const owner = query.owner === 'me' ? caller.id : (query.owner ?? null);
  return {
    filter: {
      view: query.view ?? null,
      owner: owner === null || owner === 'nobody' ? owner : known('owner', owner),
      team: query.team === undefined ? null : known('team', query.team),
      channel: query.channel ?? null,
      recordType: query.recordType ?? null,
      consent: query.consent ?? null,
      unread: query.unread === 'true',
    },
    sort: query.sort ?? 'attention',
    search: words === '' ? null : { words, in: query.searchIn ?? 'names' },
    of: subjectOf(query),
    after: keyCursor(query.cursor),
    limit: query.limit,
  };
}

function subjectOf({ phone, recordType, recordId }: z.infer<typeof ConversationQuery>): ListRequest['of'] {
  if (phone !== undefined) {
    const parsed = parsePhone(phone);
    if (parsed === null) throw new Refusal(422, 'phone-invalid', `“${phone}” is not a phone number.`);
    return { matchKey: matchKey(parsed.e164) };
  }
  return recordType === undefined || recordId === undefined ? null : { recordType, recordId };
}

function known(what: 'owner' | 'team', id: string): string {
  if (isUuid(id)) return id;
  throw new Refusal(422, 'invalid-request', `There is no ${what} “${id}”.`);
}
