import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';

/** What came between two readings of the same list; what stood there when the page was opened is no news. */

export interface Known {
  ids: ReadonlySet<string>;
  /** When the newest of them came; "" where there was none. Older ones that a person reads on to are no news either. */
  newest: string;
}

export function knownOf(items: readonly NotificationOut[]): Known {
  const newest = items.reduce((latest, { at }) => (at > latest ? at : latest), '');
  return { ids: new Set(items.map(({ id }) => id)), newest };
}

export function freshNotifications(items: readonly NotificationOut[], known: Known): NotificationOut[] {
  return items.filter(({ id, at, readAt }) => readAt === null && at >= known.newest && !known.ids.has(id));
}

type Unread = Pick<ConversationOut, 'id' | 'unread'>;

export function unreadById(chats: readonly Unread[]): ReadonlyMap<string, number> {
  return new Map(chats.map(({ id, unread }) => [id, unread]));
}

/** Those in which more is unread than before. */
export function freshChats<Chat extends Unread>(
  chats: readonly Chat[],
  before: ReadonlyMap<string, number>,
): Chat[] {
  return chats.filter(({ id, unread }) => unread > (before.get(id) ?? 0));
}
