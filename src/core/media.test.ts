import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256Hex } from './media.ts';

const hash = createHash('sha256').update('a file').digest();
const hex = hash.toString('hex');

it.each([
  ['base64', hash.toString('base64'), hex],
  ['base64 without its end', hash.toString('base64').replace('=', ''), hex],
  ['base64 for addresses', Buffer.alloc(32, 0xfb).toString('base64url'), 'fb'.repeat(32)],
  ['hex', hex, hex],
  ['hex in large letters', hex.toUpperCase(), hex],
  ['a hash of another length', hash.subarray(1).toString('base64'), null],
  ['words', 'not a hash', null],
  ['nothing', null, null],
])('a hash in %s', (_what, given, read) => {
  expect(sha256Hex(given)).toBe(read);
});
