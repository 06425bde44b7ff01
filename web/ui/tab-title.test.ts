import { expect, test } from 'vitest';
import { tabTitle } from './tab-title.ts';

test.each([
  ['Chats', 0, 'Chats · Assent'],
  ['Chats', 3, '(3) Chats · Assent'],
  ['Ana', 99, '(99) Ana · Assent'],
  ['Ana', 100, '(99+) Ana · Assent'],
  // Before a page has named itself.
  ['', 2, '(2) Assent'],
])('the tab of %j with %d unread says %j', (title, count, says) => {
  expect(tabTitle(title, count)).toBe(says);
});
