/** Where a conversation is shown. */
export const conversationPath = (id: string): string => `/chats/${encodeURIComponent(id)}`;

/** Which conversation an address of the app shows; null for another page. */
export function conversationOfPath(pathname: string): string | null {
  const [, id = ''] = /^\/chats\/([^/]+)$/.exec(pathname) ?? [];
  return id === '' ? null : id;
}
