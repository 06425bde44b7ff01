import { accessConversation } from '../../src/actions/access-conversation.ts';
import type { Context } from '../../src/actions/context.ts';
import {
  countConversations,
  type ListRequest,
  listConversations,
} from '../../src/actions/list-conversations.ts';
import { type ListFilter, VIEWS, type View } from '../../src/core/conversation-list.ts';
import type { Viewer } from '../../src/db/access.ts';
import type { ListKey } from '../../src/db/conversation-list.ts';
import { readConversation } from '../../src/db/conversations.ts';
import { threadPage, threadPageAfter } from '../../src/db/thread.ts';
import { tracePage } from '../../src/db/trace.ts';

/** What the desk reads all day, each as the routes do it: for the plans of its statements. */
export interface DeskRead {
  what: string;
  run(ctx: Context, viewer: Viewer): Promise<unknown>;
}

/** Something of the desk to ask for. */
export interface DeskSample {
  /** Where a page anywhere below begins, by view. */
  places: Partial<Record<View, ListKey>>;
  name: string;
  /** One that thousands have. */
  frequentName: string;
  number: string;
  /** Of a message; one that few and one that many hold. */
  rareWord: string;
  frequentWord: string;
  channel: string;
  /** A conversation, and the position of one of its messages. */
  chat: string;
  position: number;
}

const NO_FILTER: ListFilter = {
  view: null,
  owner: null,
  team: null,
  channel: null,
  recordType: null,
  consent: null,
  unread: false,
};

export function deskReads(sample: DeskSample, limit = 50): DeskRead[] {
  const list = (
    what: string,
    filter: Partial<ListFilter>,
    rest: Partial<Omit<ListRequest, 'filter'>> = {},
  ): DeskRead => ({
    what,
    run: (ctx, viewer) =>
      listConversations(ctx, viewer, {
        filter: { ...NO_FILTER, ...filter },
        sort: 'attention',
        search: null,
        of: null,
        after: null,
        limit,
        ...rest,
      }),
  });
  const chat = sample.chat;
  return [
    ...VIEWS.flatMap((view) => [
      list(`${view}: first page`, { view }),
      list(`${view}: a page anywhere below`, { view }, { after: sample.places[view] ?? null }),
    ]),
    list('every chat, newest first', {}, { sort: 'recent' }),
    list('filter: unread', { unread: true }),
    list('filter: channel', { channel: sample.channel }),
    list('filter: record type', { recordType: 'lead' }),
    {
      what: 'the numbers beside the views',
      run: (ctx, viewer) => countConversations(ctx.database.db, viewer, { view: 'unassigned' }),
    },
    list('search: a name', {}, { search: { words: sample.name, in: 'names' } }),
    list('search: a name of thousands', {}, { search: { words: sample.frequentName, in: 'names' } }),
    list('search: a number', {}, { search: { words: sample.number, in: 'names' } }),
    list('message text: a rare word', {}, { search: { words: sample.rareWord, in: 'messages' } }),
    list('message text: a frequent word', {}, { search: { words: sample.frequentWord, in: 'messages' } }),
    {
      what: 'open a chat',
      async run(ctx, viewer) {
        await accessConversation(ctx.database.db, viewer, chat);
        await readConversation(ctx.database.db, chat);
      },
    },
    {
      what: 'thread: the newest page',
      run: (ctx) => threadPage(ctx.database.db, chat, null, limit + 1),
    },
    {
      what: 'thread: a page back',
      run: (ctx) => threadPage(ctx.database.db, chat, sample.position, limit + 1),
    },
    {
      what: 'thread: a page forward',
      run: (ctx) => threadPageAfter(ctx.database.db, chat, sample.position, limit + 1),
    },
    {
      what: 'what colleagues did',
      run: (ctx) => tracePage(ctx.database.db, chat, null, limit + 1),
    },
  ];
}
