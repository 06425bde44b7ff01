import { expect, test } from 'vitest';
import { missingSince, restoredReason } from './restored.ts';

test.each([['2026-11-30T02:21:38.000Z'], [null]])(
  'a stop after a restore is told apart, and says since when (%s)',
  (at) => {
    expect(missingSince(restoredReason(at))).toEqual({ at });
  },
);

test.each(['131031: Account has been locked', 'DISABLED_UPDATE:', 'RESTORED'])(
  '%s is what WhatsApp said',
  (reason) => {
    expect(missingSince(reason)).toBeNull();
  },
);
