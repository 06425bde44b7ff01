import { CONSENT_STATES } from '../../src/core/consent.ts';
import { SORTS, VIEWS, type View } from '../../src/core/conversation-list.ts';
import type { ConversationQuery } from '../../src/http/schemas/chat.ts';
import { withQuery } from '../ui/api.ts';
import { oneOf, textUpTo } from '../ui/search-values.ts';

export type { View };

/** What the address of the chats says about their list: `/chats/…?view=mine&consent=denied&search=Ana`. */
export type ChatsSearch = Omit<ConversationQuery, 'limit' | 'cursor' | 'recordId' | 'phone'>;

/** What narrows a view: shown as chips that can be taken away. */
export const FILTERS = ['unread', 'consent', 'recordType', 'owner', 'team', 'channel'] as const;
export type FilterName = (typeof FILTERS)[number];

/** Those that are set. */
export const chosenFilters = (search: ChatsSearch): FilterName[] =>
  FILTERS.filter((name) => search[name] !== undefined);

export const DEFAULT_VIEW: View = 'team';

/** Reads it, leaving out what does not parse. The router turns `true` and digits into values of their own. */
export function chatsSearchOf(raw: Record<string, unknown>): ChatsSearch {
  const texts = Object.entries(raw).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)] as const]
      : [],
  );
  const said = Object.fromEntries(texts);
  return withoutDefaults({
    view: oneOf(VIEWS, said.view),
    sort: oneOf(SORTS, said.sort),
    search: textUpTo(200, said.search),
    searchIn: oneOf(['names', 'messages'], said.searchIn),
    owner: said.owner,
    team: said.team,
    channel: said.channel,
    recordType: said.recordType,
    consent: oneOf([...CONSENT_STATES, 'on-hold'], said.consent),
    unread: oneOf(['true', 'false'], said.unread),
  });
}

/** What the server is asked: *Team* is what is open, unless words are searched, which are searched in all (docs/desk.md). */
export function listAsked(search: ChatsSearch): ChatsSearch {
  return search.search === undefined ? { view: DEFAULT_VIEW, ...search } : search;
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

type Maybe<T> = { [K in keyof T]: T[K] | undefined };

function withoutDefaults(search: Maybe<ChatsSearch>): ChatsSearch {
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
