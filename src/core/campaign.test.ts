import { describe, expect, it } from 'vitest';
import {
  CAMPAIGN_STATES,
  explainSkip,
  haltOf,
  hasAgreed,
  mayCancel,
  nextSetSize,
  restAfter,
  SAME_NUMBER,
  SET_MS,
} from './campaign.ts';
import type { ConsentView } from './consent.ts';
import { explainGate, GATE_CODES, type GateCode } from './gate.ts';

const refused = (code: GateCode, ...alsoBlockedBy: GateCode[]) => ({
  allowed: false as const,
  code,
  alsoBlockedBy,
});

describe('what makes a campaign wait', () => {
  const waits: readonly GateCode[] = [
    'channel-disconnected',
    'template-not-published',
    'template-waiting',
    'template-paused',
  ];

  it.each(GATE_CODES)('%s', (code) => {
    expect(haltOf(refused(code))).toBe(waits.includes(code) ? code : null);
  });

  it.each<[string, ReturnType<typeof refused>, string | null]>([
    [
      'behind what is about one customer',
      refused('contact-blocked', 'channel-disconnected'),
      'channel-disconnected',
    ],
    ['of two, the first', refused('channel-disconnected', 'template-paused'), 'channel-disconnected'],
    ['not what is about one customer', refused('contact-blocked', 'consent-denied'), null],
  ])('%s', (_what, decision, code) => {
    expect(haltOf(decision)).toBe(code);
  });

  it('never what is allowed', () => {
    expect(haltOf({ allowed: true, requestAfterRefusal: false })).toBeNull();
  });
});

describe('whom a campaign need not ask', () => {
  const hold = { since: 0, seq: 1, chain: 'c' };
  it.each<[string, Pick<ConsentView, 'state' | 'source' | 'onHold'>, boolean]>([
    ['their own answer', { state: 'granted', source: 'button', onHold: null }, true],
    ['what was recorded', { state: 'granted', source: 'recorded', onHold: null }, true],
    ['a Yes found in the CRM', { state: 'granted', source: 'crm-unproven', onHold: null }, false],
    ['a Yes on hold', { state: 'granted', source: 'button', onHold: hold }, false],
    ['a Yes whose days are over', { state: 'expired', source: 'button', onHold: null }, false],
    ['nothing', { state: 'not-asked', source: null, onHold: null }, false],
    ['a question', { state: 'requested', source: null, onHold: null }, false],
    ['a refusal', { state: 'denied', source: 'button', onHold: null }, false],
  ])('%s', (_what, view, agreed) => {
    expect(hasAgreed(view)).toBe(agreed);
  });
});

it('every reason to skip has a sentence: the gate’s, and one of its own', () => {
  // A record of the CRM is in the CRM: what it lacks is a number.
  expect(explainSkip('contact-point-unknown')).toMatch(/no phone number/);
  for (const code of GATE_CODES)
    if (code !== 'contact-point-unknown') expect(explainSkip(code)).toBe(explainGate(code));
  expect(explainSkip(SAME_NUMBER)).toBe('Another record with this number has the message already.');
});

it('is cancelled while it runs and after its last message was queued', () => {
  expect(CAMPAIGN_STATES.filter(mayCancel)).toEqual(['running', 'done']);
});

describe('how fast it goes', () => {
  it.each([
    ['took as long as it should', 600, SET_MS, 600],
    ['was quick', 600, 1, 900],
    ['was a little quick', 600, SET_MS / 1.25, 750],
    ['was slow', 600, SET_MS * 1.6, 375],
    ['was very slow', 600, 10_000, 300],
    ['is as large as it may be', 2_000, 1, 2_000],
    ['is as small as it may be', 200, 10_000, 200],
  ])('a set that %s', (_what, size, tookMs, next) => {
    expect(nextSetSize(size, tookMs)).toBe(next);
  });

  it('settles where a set takes as long as it should, whatever a record costs', () => {
    for (const msPerRecord of [0.05, 0.1, 0.3]) {
      let size = 100;
      for (let set = 0; set < 30; set += 1) size = nextSetSize(size, size * msPerRecord);
      expect(Math.abs(size * msPerRecord - SET_MS)).toBeLessThanOrEqual(msPerRecord);
    }
  });

  it('rests as long as it worked while webhooks come in', () => {
    expect([restAfter(40, true), restAfter(40, false)]).toEqual([40, 4]);
  });
});
