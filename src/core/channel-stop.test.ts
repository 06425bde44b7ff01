import { expect, test } from 'vitest';
import { numberSends, stopAfter } from './channel-stop.ts';
import { restoredReason } from './restored.ts';

const BANNED = 'DISABLED_UPDATE: DISABLE';
const RESTORED = restoredReason(null);

test.each<[stopped: string | null, event: string, detail: string | undefined, after: string | null]>([
  [null, 'DISABLED_UPDATE', 'DISABLE', BANNED],
  [null, 'DISABLED_UPDATE', undefined, 'DISABLED_UPDATE:'],
  ['DISABLED_UPDATE: SCHEDULE_FOR_DISABLE', 'DISABLED_UPDATE', 'DISABLE', BANNED],
  [null, 'ACCOUNT_VIOLATION', 'SPAM', 'ACCOUNT_VIOLATION: SPAM'],
  [null, 'PARTNER_ADDED', undefined, null],
  [BANNED, 'PARTNER_ADDED', undefined, BANNED],
  [null, 'DISABLED_UPDATE', 'REINSTATE', null],
  [BANNED, 'DISABLED_UPDATE', 'REINSTATE', null],
  ['DISABLED_UPDATE:', 'DISABLED_UPDATE', 'REINSTATE', null],
  ['131042: no payment method', 'DISABLED_UPDATE', 'REINSTATE', '131042: no payment method'],
  ['ACCOUNT_VIOLATION: SPAM', 'DISABLED_UPDATE', 'REINSTATE', 'ACCOUNT_VIOLATION: SPAM'],
  [RESTORED, 'DISABLED_UPDATE', 'DISABLE', RESTORED],
  [RESTORED, 'DISABLED_UPDATE', 'REINSTATE', RESTORED],
])('a number that stands for %s stands after %s (%s) for %s', (stopped, event, detail, after) => {
  expect(stopAfter(stopped, { event, detail })).toBe(after);
});

test.each([
  ['CONNECTED', 'yes'],
  ['UNKNOWN', 'yes'],
  ['FLAGGED', 'warned'],
  ['RESTRICTED', 'warned'],
  ['RATE_LIMITED', 'warned'],
  ['DISCONNECTED', 'no'],
  ['PENDING', 'no'],
  ['UNVERIFIED', 'no'],
  ['BANNED', 'no'],
  ['MIGRATED', 'no'],
  ['DELETED', 'no'],
  ['what Meta calls it tomorrow', 'no'],
])('a number that Meta calls %s sends: %s', (status, sends) => {
  expect(numberSends(status)).toBe(sends);
});
