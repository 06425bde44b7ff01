import { expect, test } from 'vitest';
import { signInSearchOf, tokenOf } from './sign-in-search.ts';

test.each([
  [{}, {}],
  [
    { next: '/chats/7', problem: 'session-ended' },
    { next: '/chats/7', problem: 'session-ended' },
  ],
  [{ next: ['/a', '/b'], problem: 7, other: 'x' }, {}],
])('the address of the sign-in says %j: %j', (raw, read) => {
  expect(signInSearchOf(raw)).toEqual(read);
});

test.each([
  [{ token: 'abc' }, 'abc'],
  [{ token: 12 }, '12'],
  [{}, ''],
  [{ token: { a: 1 } }, ''],
])('the address of a link says %j: the token %j', (raw, token) => {
  expect(tokenOf(raw)).toEqual({ token });
});
