import { expect, test } from 'vitest';
import { composerBanner } from './banner.ts';
import { type ConsentView, foldConsent } from './consent.ts';
import type { GateCode, GateContact } from './gate.ts';

const NOW = Date.UTC(2026, 4, 12, 9);
const DAY = 86_400_000;

const empty = foldConsent([], 'service', { now: NOW, requestOpenDays: 30 });
const view = (given: Partial<ConsentView>): ConsentView => ({ ...empty, ...given });
const granted = view({ state: 'granted', projects: true, decidedAt: NOW - 2 * DAY, source: 'button' });
const unproven = view({ ...granted, projects: false, source: 'crm-unproven' });
const denied = view({ state: 'denied', projects: true, decidedAt: NOW - 2 * DAY, source: 'stop-word' });
const open = {
  openRequest: {
    requestId: 'r',
    at: NOW - DAY,
    failed: false,
    answered: false,
    settled: false,
    afterRefusal: false,
    seq: 0,
    chain: 'a',
  },
};
const held = { onHold: { since: NOW, seq: 1, chain: 'a' } };
const inside = { lastInboundAt: NOW - DAY + 1 };
const outside = { lastInboundAt: NOW - DAY };

type Row = [
  name: string,
  contact: Partial<GateContact>,
  freeText: GateCode | null,
  code: string,
  says: RegExp,
  until?: number | undefined,
  askingForbidden?: boolean,
  waits?: string | null,
];

test.each<Row>([
  [
    'an unknown number',
    { unknownNotAllowed: true },
    'contact-point-unknown',
    'unknown-number',
    /no CRM record/,
  ],
  ['somebody who may not send', { service: denied }, 'not-allowed', 'not-allowed', /may not send/],
  [
    'a conversation of a colleague, whatever the customer decided',
    { service: denied },
    'owned-by-colleague',
    'owned-by-colleague',
    /Take it over/,
  ],
  ['a blocked customer who refused', { service: denied }, 'contact-blocked', 'contact-blocked', /Unblock/],
  ['no channel', { service: granted }, 'channel-disconnected', 'channel-disconnected', /not connected/],
  [
    'a stale CRM',
    { service: granted, ...inside },
    'crm-unreachable',
    'crm-unreachable',
    /CRM cannot be reached/,
  ],
  [
    'on hold, before everything decided',
    { service: view({ ...granted, ...held }), ...inside },
    'consent-on-hold',
    'on-hold',
    /Decide whether/,
  ],
  [
    'agreed, inside',
    { service: granted, ...inside },
    null,
    'granted',
    /agreed\. Templates may go at any time/,
    NOW + 1,
  ],
  [
    'agreed, outside',
    { service: granted, ...outside },
    'service-window-closed',
    'window-closed',
    /agreed\. .*send a template/,
  ],
  [
    'agreed, never wrote',
    { service: granted },
    'service-window-closed',
    'window-closed',
    /not written in the last 24 hours/,
  ],
  [
    'the CRM says Yes, inside',
    { service: unproven, ...inside },
    null,
    'crm-unproven',
    /without proof/,
    NOW + 1,
  ],
  [
    'refused',
    { service: denied, ...outside },
    'consent-denied',
    'denied',
    /^Refused 10 May 2026\. Only a Consent Template/,
  ],
  [
    'refused, wrote since',
    { service: denied, ...inside, lastWordAt: NOW - 60_000 },
    'consent-denied',
    'denied-wrote',
    /wrote since then: ask again/,
  ],
  [
    'refused, wrote before',
    { service: denied, ...inside, lastWordAt: NOW - 3 * DAY },
    'consent-denied',
    'denied',
    /Only a Consent Template/,
  ],
  [
    'refused, wrote since, may be answered',
    { service: denied, ...inside, lastWordAt: NOW - 60_000 },
    null,
    'denied-reply',
    /you may answer/,
    NOW + 1,
  ],
  [
    'refused, wrote since, too long ago',
    { service: denied, ...outside, lastWordAt: NOW - DAY },
    'consent-denied',
    'denied',
    /Only a Consent Template/,
  ],
  [
    'refused, in a country that forbids to ask again',
    { service: denied, ...outside },
    'consent-denied',
    'denied',
    /does not allow asking again/,
    undefined,
    true,
  ],
  [
    'refused, wrote since, in a country that forbids to ask again',
    { service: denied, ...inside, lastWordAt: NOW - 60_000 },
    'consent-denied',
    'denied',
    /does not allow asking again/,
    undefined,
    true,
  ],
  [
    'refused, wrote since, may be answered in such a country too',
    { service: denied, ...inside, lastWordAt: NOW - 60_000 },
    null,
    'denied-reply',
    /you may answer/,
    NOW + 1,
    true,
  ],
  [
    'refused, asked again',
    { service: view({ ...denied, ...open }) },
    'consent-denied',
    'denied',
    /Asked again 11 May 2026, not answered yet/,
  ],
  [
    'refused, asked again, wrote since that',
    { service: view({ ...denied, ...open }), ...inside, lastWordAt: NOW - 60_000 },
    'consent-denied',
    'denied-wrote',
    /wrote since then: ask again/,
  ],
  [
    'refused, wrote, asked again',
    { service: view({ ...denied, ...open }), ...inside, lastWordAt: NOW - DAY - 60_000 },
    'consent-denied',
    'denied',
    /Asked again 11 May 2026, not answered yet/,
  ],
  [
    'refused, asked again, wrote since, may be answered',
    { service: view({ ...denied, ...open }), ...inside, lastWordAt: NOW - 60_000 },
    null,
    'denied-reply',
    /you may answer/,
    NOW + 1,
  ],
  ['a No found in the record', { fieldForbids: true, ...inside }, 'consent-denied', 'denied', /CRM says No/],
  [
    'asked, outside',
    { service: view({ state: 'requested', ...open }) },
    'consent-needed',
    'requested',
    /Asked 11 May 2026, not answered yet/,
  ],
  [
    'asked, wrote',
    { service: view({ state: 'requested', ...open }), ...inside },
    null,
    'wrote-first',
    /you can answer\. Asked 11 May 2026/,
    NOW + 1,
  ],
  ['never asked, wrote', inside, null, 'wrote-first', /Ask for consent/, NOW + 1],
  ['never asked', {}, 'consent-needed', 'ask-first', /not been asked yet/],
  [
    'expired',
    { service: view({ state: 'expired', projects: true }) },
    'consent-expired',
    'expired',
    /expired/,
  ],
  [
    'expired, wrote',
    { service: view({ state: 'expired', projects: true }), ...inside },
    null,
    'wrote-first',
    /you can answer/,
    NOW + 1,
  ],
  [
    'not asked, allowed, inside',
    { unset: 'allow', ...inside },
    null,
    'unset-allowed',
    /allows messages until they refuse/,
    NOW + 1,
  ],
  [
    'not asked, allowed, outside',
    { unset: 'allow' },
    'service-window-closed',
    'window-closed',
    /Send a template/,
  ],
  [
    'asked, allowed, outside',
    { unset: 'allow', service: view({ state: 'requested', ...open }) },
    'service-window-closed',
    'window-closed',
    /Send a template/,
  ],
  ...(
    [
      [
        'never asked',
        {},
        'consent-needed',
        /^Ada recorded that the customer agreed\..*send a Consent Template\.$/,
      ],
      [
        'expired',
        { service: view({ state: 'expired', projects: true }) },
        'consent-expired',
        /^Ada recorded/,
      ],
      [
        'refused',
        { service: denied },
        'consent-denied',
        /^Refused 10 May 2026\. Ada recorded that they have agreed since/,
      ],
      [
        'refused some time',
        { service: view({ ...denied, decidedAt: null }) },
        'consent-denied',
        /^Refused\. Ada/,
      ],
    ] as const
  ).map(
    ([name, contact, freeText, says]): Row => [
      `${name}, a grant waits for a second person`,
      contact,
      freeText,
      'grant-waits',
      says,
      undefined,
      false,
      'Ada',
    ],
  ),
  [
    'on hold, a grant waits',
    { service: view(held) },
    'consent-on-hold',
    'on-hold',
    /Decide/,
    undefined,
    false,
    'Ada',
  ],
  ['wrote, a grant waits', inside, null, 'wrote-first', /you can answer/, NOW + 1, false, 'Ada'],
])('%s', (_name, given, freeText, code, says, until, askingForbidden = false, waits = null) => {
  const contact: GateContact = {
    service: empty,
    marketing: foldConsent([], 'marketing', { now: NOW, requestOpenDays: 30 }),
    unknownNotAllowed: false,
    unset: 'ask-first',
    fieldForbids: false,
    allowReplyAfterRefusal: false,
    lastInboundAt: null,
    lastWordAt: null,
    country: null,
    crmStale: false,
    ...given,
  };
  const banner = composerBanner({ contact, now: NOW, freeText, askingForbidden, grantWaitsFrom: waits });
  expect(banner).toMatchObject({ code, text: expect.stringMatching(says) });
  expect(banner.until).toBe(until);
});
