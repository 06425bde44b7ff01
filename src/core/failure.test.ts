import { expect, test } from 'vitest';
import { meaningOfFailure } from './failure.ts';
import { SERVICE_WINDOW_MS, windowOpen } from './session.ts';

const AT = Date.parse('2026-05-12T12:00:00.000Z');
const ASKED = { id: 'request', purpose: 'service' } as const;
const HOUR = 3_600_000;

test.each<[name: string, codes: number[], request: typeof ASKED | null, acts: string[]]>([
  ['a text that could not be delivered says nothing', [131026], null, []],
  [
    'a request that could not be delivered was never asked',
    [131026],
    ASKED,
    ['request-failed whatsapp null'],
  ],
  ['a failure without a code is one', [], ASKED, ['request-failed whatsapp null']],
  ['the marketing stop is the customer’s own', [131050], null, ['platform platform customer']],
  [
    'a request that met the marketing stop is both',
    [131050],
    ASKED,
    ['request-failed whatsapp null', 'platform platform customer'],
  ],
  ['any of several codes counts', [131026, 131050], null, ['platform platform customer']],
  ['a closed window is no line', [131047], null, []],
])('%s', (_, codes, request, acts) => {
  const { lines } = meaningOfFailure(codes, { at: AT, request, lastInboundAt: AT - HOUR });
  expect(lines.map(({ act, source, actor }) => `${act.act} ${source} ${actor}`)).toEqual(acts);
});

test.each<[name: string, codes: number[], lastInboundAt: number | null, becomes: number | null]>([
  ['which closes it', [131047], AT - HOUR, AT - SERVICE_WINDOW_MS],
  ['which closes it, also among other codes', [131026, 131047], AT, AT - SERVICE_WINDOW_MS],
  ['and the customer wrote since: it is open again', [131047], AT + HOUR, null],
  ['and it was closed here too: nothing changes', [131047], AT - 2 * SERVICE_WINDOW_MS, null],
  ['and the customer never wrote: they still did not', [131047], null, null],
  ['another code leaves it', [131026], AT - HOUR, null],
])('WhatsApp calls the window closed, %s', (_, codes, lastInboundAt, becomes) => {
  const meaning = meaningOfFailure(codes, { at: AT, request: null, lastInboundAt });
  expect(meaning.lastInboundAt).toBe(becomes);
  if (becomes !== null) expect(windowOpen(becomes, AT)).toBe(false);
});
