import { expect, it } from 'vitest';
import { isFromWindow, isRequest } from './messages.ts';

const token = { type: 'assent:token', nonce: 'n', token: 't', life: 60_000, origin: 'https://crm.example' };

it.each([
  [{ type: 'assent:ready' }, true],
  [token, true],
  [{ ...token, life: '60000' }, false],
  [{ ...token, nonce: undefined }, false],
  [{ type: 'other', nonce: 'n' }, false],
  ['assent:ready', false],
  [null, false],
])('the frame hears %j: %s', (said, heard) => {
  expect(isFromWindow(said)).toBe(heard);
});

it.each([
  [{ type: 'assent:request', nonce: 'n', origin: 'https://crm.example' }, true],
  [{ type: 'assent:request', nonce: 'n' }, false],
  [token, false],
  [undefined, false],
])('the window hears %j: %s', (said, heard) => {
  expect(isRequest(said)).toBe(heard);
});
