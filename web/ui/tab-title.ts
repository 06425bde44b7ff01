/** What the browser's tab says: how much is unread, the page, the product: "(3) Chats · Assent". */
let page = '';
let unread = 0;

export function nameTab(title: string): void {
  page = title;
  show();
}

/** Counted up to 100, which is shown as "99+". */
export function countInTab(count: number): void {
  unread = count;
  show();
}

export function tabTitle(title: string, count: number): string {
  const name = title === '' ? 'Assent' : `${title} · Assent`;
  return count === 0 ? name : `(${count > 99 ? '99+' : count}) ${name}`;
}

function show(): void {
  document.title = tabTitle(page, unread);
}
