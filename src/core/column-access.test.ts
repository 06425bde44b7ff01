import { expect, test } from 'vitest';
import { type Check, columnAccess, type Security } from './column-access.ts';

const OPEN = { read: true, update: true };
const CLOSED = { read: false, update: false };
const UPDATE_CLOSED = { read: true, update: false };
const UNKNOWN = { read: null, update: null };
const tested = (verdict: Check['verdict'], security: Security | null): Check => ({ verdict, security });

test.each<[what: string, Security | null, Check | null, ReturnType<typeof columnAccess>]>([
  ['not secured', null, null, null],
  ['secured and opened to us', OPEN, null, null],
  ['closed to us', CLOSED, null, 'unreadable'],
  ['not ours to write', UPDATE_CLOSED, null, 'not-writable'],
  ['secured, and nobody tells', UNKNOWN, null, null],
  ['secured, nobody tells, and a test found it closed', UNKNOWN, tested('unreadable', UNKNOWN), 'unreadable'],
  ['closed by metadata, and a test went well all the same', CLOSED, tested('works', CLOSED), null],
  ['secured after a test went well', CLOSED, tested('works', null), 'unreadable'],
  ['opened after a test went wrong', OPEN, tested('unreadable', CLOSED), null],
  ['not secured, and not to be written', null, tested('not-writable', null), 'not-writable'],
  ['a test that came to no end', CLOSED, tested('unknown', CLOSED), 'unreadable'],
])('%s', (_, security, check, access) => {
  expect(columnAccess(security, check)).toBe(access);
});
