import type { InfiniteData } from '@tanstack/react-query';
import type { z } from 'zod';
import type { NotificationOut, NotificationPage } from '../../src/http/schemas/desk.ts';

export type NotificationPages = InfiniteData<z.infer<typeof NotificationPage>>;

/** Each once: a page that was asked for while new ones came in repeats the end of the one before. */
export function notificationsOf(data: NotificationPages | undefined): NotificationOut[] {
  const known = new Map<string, NotificationOut>();
  for (const { items } of data?.pages ?? [])
    for (const one of items) if (!known.has(one.id)) known.set(one.id, one);
  return [...known.values()];
}

export function unreadOf(data: NotificationPages | undefined): number {
  return data?.pages[0]?.unread ?? 0;
}

/** As it will be once these, or all (null), are read. */
export function withRead(
  data: NotificationPages,
  ids: readonly string[] | null,
  at: string,
): NotificationPages {
  const meant = ({ id, readAt }: NotificationOut) => readAt === null && (ids === null || ids.includes(id));
  const marked = notificationsOf(data).filter(meant).length;
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      items: page.items.map((one) => (meant(one) ? { ...one, readAt: at } : one)),
      unread: ids === null ? 0 : Math.max(0, page.unread - marked),
    })),
  };
}
