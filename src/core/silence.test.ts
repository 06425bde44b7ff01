import { expect, it } from 'vitest';
import { NOTED_WITHIN_MS, SILENT_AFTER_MS, silentSince, unheardFor } from './silence.ts';

const NOW = Date.parse('2026-05-12T12:00:00.000Z');
const ago = (ms: number): number => NOW - ms;
const LONG = SILENT_AFTER_MS;

it.each<[string, number | null, number | null, { unheard: number; silent: boolean }]>([
  ['nothing was sent yet', null, null, { unheard: 0, silent: false }],
  ['nothing was sent since the last webhook', null, ago(5 * LONG), { unheard: 0, silent: false }],
  ['sent, and never a webhook', ago(LONG), null, { unheard: LONG, silent: true }],
  ['sent, and never a webhook, not for long', ago(LONG - 1), null, { unheard: LONG - 1, silent: false }],
  ['sent long after the last webhook', ago(LONG), ago(9 * LONG), { unheard: LONG, silent: true }],
  ['a webhook came after it', ago(5 * LONG), ago(4 * LONG), { unheard: 0, silent: false }],
  [
    'one may have come that was not noted',
    ago(LONG),
    ago(LONG + NOTED_WITHIN_MS),
    { unheard: 0, silent: false },
  ],
  [
    'none came that was not noted',
    ago(LONG),
    ago(LONG + NOTED_WITHIN_MS + 1),
    { unheard: LONG, silent: true },
  ],
  ['the other node’s clock is ahead', NOW + 1_000, ago(LONG), { unheard: 0, silent: false }],
])('%s', (_case, unheardSince, lastWebhookAt, expected) => {
  const hearing = { unheardSince, lastWebhookAt };
  expect(unheardFor(hearing, NOW)).toBe(expected.unheard);
  expect(silentSince(hearing, NOW)).toBe(expected.silent ? unheardSince : null);
});
