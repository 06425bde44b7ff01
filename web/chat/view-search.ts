import type { z } from 'zod';
import { ConversationQuery, type ConversationView } from '../../src/http/schemas/chat.ts';
import { withQuery } from '../ui/api.ts';

/** What the address of the chats says about their list: `/chats/…?view=mine&consent=denied&search=Ana`. */
const ChatsSearch = ConversationQuery.pick({
  view: true,
  sort: true,
  search: true,
  searchIn: true,
  owner: true,
  team: true,
  channel: true,
  recordType: true,
  consent: true,
  unread: true,
});
export type ChatsSearch = z.infer<typeof ChatsSearch>;
export type View = z.infer<typeof ConversationView>;

/** What narrows a view: shown as chips that can be taken away. */
export const FILTERS = ['unread', 'consent', 'recordType', 'owner', 'team', 'channel'] as const;
export type FilterName = (typeof FILTERS)[number];

export const DEFAULT_VIEW: View = 'team';

/** Reads it, leaving out what does not parse. The router turns `true` and digits into values of their own. */
export function chatsSearchOf(raw: Record<string, unknown>): ChatsSearch {
  const texts = Object.entries(raw).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)] as const]
      : [],
  );
  const kept = texts.filter(([name, value]) => ChatsSearch.safeParse({ [name]: value }).success);
  return withoutDefaults(ChatsSearch.parse(Object.fromEntries(kept)));
}

/** Where this list is, with one of its chats open or none. */
export function chatsAddress(search: ChatsSearch, conversationId?: string): string {
  const path = conversationId === undefined ? '/chats' : `/chats/${encodeURIComponent(conversationId)}`;
  return withQuery(path, withoutDefaults(search));
}

/** Without filters and search: the view as it is when first opened. */
export function plainView({ view, sort }: ChatsSearch): ChatsSearch {
  return withoutDefaults({
    ...(view === undefined ? {} : { view }),
    ...(sort === undefined ? {} : { sort }),
  });
}

export function without(search: ChatsSearch, ...names: (keyof ChatsSearch)[]): ChatsSearch {
  return Object.fromEntries(Object.entries(search).filter(([name]) => !names.some((gone) => gone === name)));
}

export function isNarrowed(search: ChatsSearch): boolean {
  return search.search !== undefined || FILTERS.some((name) => search[name] !== undefined);
}

function withoutDefaults(search: ChatsSearch): ChatsSearch {
  return Object.fromEntries(
    Object.entries(search).filter(
      ([name, value]) =>
        value !== undefined &&
        value !== '' &&
        !(name === 'view' && value === DEFAULT_VIEW) &&
        !(name === 'sort' && value === 'attention') &&
        !(name === 'searchIn' && (value === 'names' || search.search === undefined)) &&
        !(name === 'unread' && value === 'false'),
    ),
  );
}
