import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConsentView, RequestView } from './consent.ts';
import {
  decideAutomaticAnswer,
  decideSend,
  explainGate,
  GATE_CODES,
  type GateContact,
  type GateInput,
  knewDecision,
  type SendPath,
  typeByNow,
} from './gate.ts';
import type { Purpose } from './purpose.ts';

const NOW = Date.UTC(2026, 4, 12, 9);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function view(purpose: Purpose, given: Partial<ConsentView> = {}): ConsentView {
  return {
    purpose,
    state: 'not-asked',
    decidedAt: null,
    decidedBy: null,
    decidedOn: null,
    source: null,
    projects: false,
    refusedByCustomer: false,
    openRequest: null,
    requests: [],
    onHold: null,
    platformStopped: false,
    foundYes: new Map(),
    found: new Map(),
    verdicts: new Map(),
    ...given,
  };
}

const granted = { state: 'granted', projects: true, decidedAt: NOW - 9 * DAY, source: 'button' } as const;
const denied = { state: 'denied', projects: true, decidedAt: NOW - 9 * DAY, source: 'stop-word' } as const;
const expired = { state: 'expired', projects: true, decidedAt: NOW - 9 * DAY } as const;
const held = { onHold: { since: NOW - DAY, seq: 1, chain: 'a' } };

function contact(given: Partial<GateContact> = {}): GateContact {
  return {
    service: view('service'),
    marketing: view('marketing'),
    unknownNotAllowed: false,
    unset: 'ask-first',
    fieldForbids: false,
    allowReplyAfterRefusal: false,
    lastInboundAt: null,
    lastWordAt: null,
    country: 'DE',
    crmStale: false,
    ...given,
  };
}

const LIMITS = {
  unansweredPerDay: 1,
  unansweredPer30Days: 3,
  afterRefusalPerDay: 1,
  afterRefusalPer90Days: 3,
  countriesNoAskAfterRefusal: [],
};

const text = { kind: 'text', reply: true } as const;
const template = (
  type: 'consent' | 'utility' | 'marketing',
  given: Partial<Extract<GateInput['content'], { kind: 'template' }>> = {},
): GateInput['content'] => ({
  kind: 'template',
  type,
  purpose: 'service',
  category: type === 'marketing' ? 'MARKETING' : 'UTILITY',
  fault: null,
  missingVariables: [],
  ...given,
});

function send(content: GateInput['content'], to: GateContact | null, given: Partial<GateInput> = {}) {
  return decideSend({
    now: NOW,
    path: 'person',
    content,
    maySend: true,
    ownedByColleague: false,
    contactBlocked: false,
    channelConnected: true,
    contact: to,
    limits: LIMITS,
    ...given,
  });
}

/** `yes`, or every code that stands in the way, first the reason. */
function answer(
  content: GateInput['content'],
  to: GateContact | null,
  given: Partial<GateInput> = {},
): string {
  const decision = send(content, to, given);
  return decision.allowed ? 'yes' : [decision.code, ...decision.alsoBlockedBy].join(' ');
}

describe('what may be sent (product.md §3.1)', () => {
  const inside = { lastInboundAt: NOW - DAY + 1 };
  const outside = { lastInboundAt: NOW - DAY };
  const never = { lastInboundAt: null };
  const closed = 'service-window-closed';
  const needed = 'consent-needed';
  const no = 'consent-denied';
  test.each<[string, Partial<GateContact>, text: string, utility: string]>([
    ['granted, inside', { service: view('service', granted), ...inside }, 'yes', 'yes'],
    ['granted, outside', { service: view('service', granted), ...outside }, closed, 'yes'],
    ['granted, never wrote', { service: view('service', granted), ...never }, closed, 'yes'],
    [
      'granted by the CRM alone, inside',
      { service: view('service', { ...granted, source: 'crm-unproven', projects: false }), ...inside },
      'yes',
      'yes',
    ],
    ['denied, inside', { service: view('service', denied), ...inside }, no, no],
    ['denied, outside', { service: view('service', denied), ...outside }, `${no} ${closed}`, no],
    ['denied, `allow`', { service: view('service', denied), unset: 'allow', ...inside }, no, no],
    ['none, ask-first, inside', inside, 'yes', 'yes'],
    ['none, ask-first, outside', outside, `${needed} ${closed}`, needed],
    ['none, ask-first, never wrote', never, `${needed} ${closed}`, needed],
    [
      'asked, ask-first, outside',
      { service: view('service', { state: 'requested' }), ...outside },
      `${needed} ${closed}`,
      needed,
    ],
    ['expired, ask-first, inside', { service: view('service', expired), ...inside }, 'yes', 'yes'],
    [
      'expired, ask-first, outside',
      { service: view('service', expired), ...outside },
      `consent-expired ${closed}`,
      'consent-expired',
    ],
    ['none, allow, inside', { unset: 'allow', ...inside }, 'yes', 'yes'],
    ['none, allow, outside', { unset: 'allow', ...outside }, closed, 'yes'],
    [
      'expired, allow, outside',
      { service: view('service', expired), unset: 'allow', ...outside },
      closed,
      'yes',
    ],
    [
      'on hold, granted, inside',
      { service: view('service', { ...granted, ...held }), ...inside },
      'consent-on-hold',
      'consent-on-hold',
    ],
    [
      'on hold, none, outside',
      { service: view('service', held), ...outside },
      `consent-on-hold ${needed} ${closed}`,
      `consent-on-hold ${needed}`,
    ],
    [
      'on hold, allow, inside',
      { service: view('service', held), unset: 'allow', ...inside },
      'consent-on-hold',
      'consent-on-hold',
    ],
    ['a No found in the record, inside', { fieldForbids: true, ...inside }, no, no],
    ['a No found in the record, allow', { fieldForbids: true, unset: 'allow', ...inside }, no, no],
    [
      'a No found beside a Yes found elsewhere',
      { service: view('service', { ...granted, projects: false }), fieldForbids: true, ...inside },
      no,
      no,
    ],
    [
      'a No found, but the ledger says Yes',
      { service: view('service', granted), fieldForbids: true, ...inside },
      'yes',
      'yes',
    ],
  ])('%s', (_name, given, freeText, utility) => {
    const to = contact(given);
    expect({ freeText: answer(text, to), utility: answer(template('utility'), to) }).toEqual({
      freeText,
      utility,
    });
    expect(answer(template('consent'), to), 'a Consent Template may always go').toBe('yes');
  });
});

describe('a denied customer who writes', () => {
  const wrote = { service: view('service', denied), lastInboundAt: NOW - HOUR, lastWordAt: NOW - HOUR };
  test.each<[string, Partial<GateContact>, string]>([
    ['may be answered where the record type says so', { allowReplyAfterRefusal: true }, 'yes'],
    ['may not be answered by default', {}, 'consent-denied'],
    [
      'not after the window',
      { allowReplyAfterRefusal: true, lastInboundAt: NOW - DAY, lastWordAt: NOW - DAY },
      'consent-denied service-window-closed',
    ],
    [
      'not where the refusal is all they wrote',
      { allowReplyAfterRefusal: true, lastWordAt: null },
      'consent-denied',
    ],
    [
      'not where they wrote before they refused',
      { allowReplyAfterRefusal: true, lastWordAt: NOW - 10 * DAY },
      'consent-denied',
    ],
    [
      'not for words in the second of the refusal',
      { allowReplyAfterRefusal: true, lastWordAt: NOW - 9 * DAY + 900 },
      'consent-denied',
    ],
    [
      'not while on hold',
      { allowReplyAfterRefusal: true, service: view('service', { ...denied, ...held }) },
      'consent-on-hold',
    ],
    [
      'not on a No found in the record',
      { allowReplyAfterRefusal: true, service: view('service'), fieldForbids: true },
      'consent-denied',
    ],
  ])('%s', (_name, given, expected) => {
    expect(answer(text, contact({ ...wrote, ...given }))).toBe(expected);
  });

  test('is answered in words of somebody who knew: by no template, and by nothing that was queued before', () => {
    const to = contact({ ...wrote, allowReplyAfterRefusal: true });
    for (const content of [template('utility'), { kind: 'text', reply: false } as const])
      expect(answer(content, to)).toBe('consent-denied');
  });
});

test.each<[string, Partial<ConsentView>, knowsSeq: number | null, chain: string, boolean]>([
  ['nothing decided', {}, null, 'a', true],
  ['the deciding line was there', { decidedBy: 'a/3', decidedAt: NOW }, 3, 'a', true],
  ['it came after', { decidedBy: 'a/3', decidedAt: NOW - DAY }, 2, 'a', false],
  ['what was known was not kept', { decidedBy: 'a/3', decidedAt: NOW - DAY }, null, 'a', false],
  ['another identity’s line, a second before', { decidedBy: 'b/9', decidedAt: NOW - 1_000 }, 2, 'a', true],
  ['another identity’s line, in the same second', { decidedBy: 'b/1', decidedAt: NOW }, 2, 'a', false],
])('whether the writer knew: %s', (_name, given, knowsSeq, contactPointId, expected) => {
  expect(knewDecision(view('service', given), { contactPointId, knowsSeq, at: NOW })).toBe(expected);
});

describe('marketing', () => {
  const yes = { service: view('service', granted), marketing: view('marketing', granted) };
  const needed = 'marketing-consent-needed';
  test.each<[string, Partial<GateContact>, string]>([
    ['both granted', yes, 'yes'],
    ['service not asked', { marketing: yes.marketing }, 'yes'],
    ['service expired', { ...yes, service: view('service', expired) }, 'yes'],
    ['service denied', { ...yes, service: view('service', denied) }, 'consent-denied'],
    ['service denied by the record', { marketing: yes.marketing, fieldForbids: true }, 'consent-denied'],
    ['service on hold', { ...yes, service: view('service', { ...granted, ...held }) }, 'consent-on-hold'],
    [
      'marketing on hold',
      { ...yes, marketing: view('marketing', { ...granted, ...held }) },
      'consent-on-hold',
    ],
    ['marketing not asked', { service: yes.service }, needed],
    ['marketing not asked, unset allow', { service: yes.service, unset: 'allow' }, needed],
    ['marketing denied', { ...yes, marketing: view('marketing', denied) }, needed],
    ['marketing expired', { ...yes, marketing: view('marketing', expired) }, `consent-expired ${needed}`],
    [
      'stopped on the platform',
      { ...yes, marketing: view('marketing', { ...granted, platformStopped: true }) },
      'platform-stopped-marketing',
    ],
  ])('%s', (_name, given, expected) => {
    const to = contact(given);
    expect(answer(template('marketing'), to)).toBe(expected);
    expect(answer(template('utility', { category: 'MARKETING' }), to), 'what Meta classes MARKETING').toBe(
      expected,
    );
    expect(answer(template('marketing', { category: 'UTILITY' }), to), 'what we call marketing').toBe(
      expected,
    );
  });

  test('a Consent Template keeps its own purpose; the platform’s stop blocks it only as MARKETING', () => {
    const stopped = contact({ marketing: view('marketing', { platformStopped: true }) });
    expect(answer(template('consent', { category: 'MARKETING' }), stopped)).toBe(
      'platform-stopped-marketing',
    );
    expect(answer(template('consent', { purpose: 'marketing' }), stopped)).toBe('yes');
    expect(answer(template('consent', { category: 'MARKETING' }), contact())).toBe('yes');
    expect(
      answer(template('utility'), contact({ ...yes, ...stopped, service: view('service', granted) })),
    ).toBe('yes');
  });

  test('a marketing decision says nothing of service', () => {
    expect(answer(text, contact({ marketing: view('marketing', denied), lastInboundAt: NOW }))).toBe('yes');
    expect(answer(template('utility'), contact({ marketing: view('marketing', granted) }))).toBe(
      'consent-needed',
    );
  });
});

/** Requests, oldest first, so many hours ago. */
const asked = (given: Partial<RequestView>, ...hoursAgo: number[]): RequestView[] =>
  hoursAgo.map((hours, index) => ({
    requestId: `r${index}`,
    at: NOW - hours * HOUR,
    failed: false,
    answered: false,
    settled: false,
    afterRefusal: false,
    seq: 0,
    chain: 'a',
    ...given,
  }));

describe('asking (product.md §3.5)', () => {
  const soon = 'asked-too-recently';
  const often = 'ask-limit-reached';
  const none = (requests: RequestView[]) => view('service', { requests });
  const refused = (requests: RequestView[], hoursAgo = 100 * 24) =>
    view('service', { ...denied, decidedAt: NOW - hoursAgo * HOUR, requests });
  const after = { afterRefusal: true };
  test.each<[string, ConsentView, string, until: number | undefined]>([
    ['never asked', none([]), 'yes', undefined],
    ['unanswered, 24 hours ago', none(asked({}, 24)), 'yes', undefined],
    ['unanswered, less', none(asked({}, 23)), soon, NOW + HOUR],
    ['less, but it failed', none(asked({ failed: true }, 23)), 'yes', undefined],
    ['less, but it was answered', none(asked({ answered: true, settled: true }, 1)), 'yes', undefined],
    ['less, but another decision overtook it', none(asked({ settled: true }, 1)), 'yes', undefined],
    ['three in 30 days', none(asked({}, 29 * 24, 72, 48)), often, NOW + DAY],
    ['three, the oldest 30 days ago', none(asked({}, 30 * 24, 72, 48)), 'yes', undefined],
    ['four: the second has to age too', none(asked({}, 29 * 24, 28 * 24, 72, 48)), often, NOW + 2 * DAY],
    [
      'both: it says when it may really go',
      none(asked({}, 20 * 24, 72, 1)),
      `${soon} ${often}`,
      NOW + 10 * DAY,
    ],
    [
      'both, the later limit lifts first',
      none(asked({}, 30 * 24 - 1, 72, 1)),
      `${soon} ${often}`,
      NOW + 23 * HOUR,
    ],
    [
      'granted: an unanswered one counts all the same',
      view('service', { ...granted, requests: asked({}, 1) }),
      soon,
      NOW + 23 * HOUR,
    ],
    ['refused just now: the first may go at once', refused(asked({ settled: true }, 1), 0), 'yes', undefined],
    ['refused, one after it 23 hours ago', refused(asked(after, 23)), soon, NOW + HOUR],
    ['refused, one after it 24 hours ago', refused(asked(after, 24)), 'yes', undefined],
    [
      'refused, asked after it an hour ago, failed',
      refused(asked({ ...after, failed: true }, 1)),
      'yes',
      undefined,
    ],
    [
      'refused again since: the first may go at once',
      refused(asked({ ...after, settled: true }, 1), 0.5),
      'yes',
      undefined,
    ],
    [
      'three after refusals in 90 days',
      refused(asked({ ...after, settled: true }, 89 * 24, 50, 40), 30),
      often,
      NOW + DAY,
    ],
    [
      'three, the oldest 90 days ago',
      refused(asked({ ...after, settled: true }, 90 * 24, 50, 40), 30),
      'yes',
      undefined,
    ],
    [
      'what was asked before any refusal is not counted',
      refused(asked({ settled: true }, 60, 50, 40), 30),
      'yes',
      undefined,
    ],
  ])('%s', (_name, service, expected, until) => {
    const decision = send(template('consent'), contact({ service }));
    expect(decision.allowed ? 'yes' : [decision.code, ...decision.alsoBlockedBy].join(' ')).toBe(expected);
    expect(decision.allowed ? undefined : decision.until).toBe(until);
  });

  test('`until` is the first moment at which it may go', () => {
    const service = none(asked({}, 20 * 24, 72, 1));
    const decision = send(template('consent'), contact({ service }));
    const until = decision.allowed ? 0 : (decision.until ?? 0);
    expect(send(template('consent'), contact({ service }), { now: until - 1 }).allowed).toBe(false);
    expect(send(template('consent'), contact({ service }), { now: until }).allowed).toBe(true);
  });

  test('no limit is one; none at all asks never', () => {
    const free = {
      unansweredPerDay: null,
      unansweredPer30Days: null,
      afterRefusalPerDay: null,
      afterRefusalPer90Days: null,
    };
    const service = none(asked({}, 5, 4, 3, 2, 1));
    expect(answer(template('consent'), contact({ service }), { limits: { ...LIMITS, ...free } })).toBe('yes');
    const decision = send(template('consent'), contact(), { limits: { ...LIMITS, unansweredPerDay: 0 } });
    expect(decision).toEqual({ allowed: false, code: soon, alsoBlockedBy: [] });
  });

  test('limits are waived once the customer wrote, until the next refusal', () => {
    const service = refused(asked(after, 3, 2, 1), 4);
    const to = (lastWordAt: number | null) => contact({ service, lastWordAt });
    expect(answer(template('consent'), to(null))).toBe(`${soon} ${often}`);
    expect(answer(template('consent'), to(NOW - HOUR))).toBe('yes');
    expect(answer(template('consent'), to(NOW - 5 * HOUR))).toBe(`${soon} ${often}`);
  });

  test('each purpose has its own count', () => {
    const service = none(asked({}, 1));
    expect(answer(template('consent', { purpose: 'marketing' }), contact({ service }))).toBe('yes');
  });

  test.each<SendPath>(['campaign', 'automation'])(
    'a %s never asks after a refusal, whatever the customer wrote',
    (path) => {
      const to = contact({ service: refused([]), lastWordAt: NOW });
      expect(answer(template('consent'), to, { path })).toBe('asking-forbidden');
      expect(answer(template('consent'), contact(), { path })).toBe('yes');
      expect(answer(template('consent'), contact({ fieldForbids: true }), { path })).toBe('yes');
    },
  );

  test('nor anybody in a country that forbids it', () => {
    const limits = { ...LIMITS, countriesNoAskAfterRefusal: ['DE'] };
    expect(answer(template('consent'), contact({ service: refused([]) }), { limits })).toBe(
      'asking-forbidden',
    );
    expect(answer(template('consent'), contact({ service: refused([]), country: 'FR' }), { limits })).toBe(
      'yes',
    );
    // What waives the limits waives no prohibition.
    expect(answer(template('consent'), contact({ service: refused([]), lastWordAt: NOW }), { limits })).toBe(
      'asking-forbidden',
    );
    expect(answer(template('consent'), contact(), { limits })).toBe('yes');
  });

  test('it says whether it asks after a refusal', () => {
    expect(send(template('consent'), contact({ service: refused([]) }))).toMatchObject({
      requestAfterRefusal: true,
    });
    expect(send(template('consent'), contact({ fieldForbids: true }))).toMatchObject({
      requestAfterRefusal: false,
    });
    expect(send(text, contact({ lastInboundAt: NOW }))).toMatchObject({ requestAfterRefusal: false });
  });
});

describe('codes (product.md §4)', () => {
  test('the reason is the first of the list, the rest stand beside it in its order', () => {
    const decision = send(
      template('marketing', { fault: 'template-paused', missingVariables: ['1'] }),
      contact({
        service: view('service', { ...denied, ...held }),
        marketing: view('marketing', { ...expired, platformStopped: true }),
        unknownNotAllowed: true,
        crmStale: true,
      }),
      { maySend: false, ownedByColleague: true, contactBlocked: true, channelConnected: false },
    );
    expect(decision).toEqual({
      allowed: false,
      code: 'not-allowed',
      alsoBlockedBy: [
        'owned-by-colleague',
        'contact-blocked',
        'contact-point-unknown',
        'channel-disconnected',
        'template-paused',
        'template-variable-missing',
        'consent-denied',
        'consent-on-hold',
        'consent-expired',
        'marketing-consent-needed',
        'platform-stopped-marketing',
        'crm-unreachable',
      ],
    });
  });

  test('`until` is left out where something beside it never lifts by itself', () => {
    const service = view('service', { requests: asked({}, 1) });
    const decision = send(template('consent'), contact({ service }), { contactBlocked: true });
    expect(decision).toEqual({
      allowed: false,
      code: 'contact-blocked',
      alsoBlockedBy: ['asked-too-recently'],
    });
  });

  test.each([
    'template-not-published',
    'template-waiting',
    'template-paused',
    'template-of-another-record-type',
  ] as const)('a template that is %s stays, a Consent Template too', (fault) => {
    expect(answer(template('utility', { fault }), contact({ service: view('service', granted) }))).toBe(
      fault,
    );
    expect(answer(template('consent', { fault }), contact())).toBe(fault);
  });

  test('a question rests on no value of the CRM; everything else waits for it', () => {
    const to = contact({ service: view('service', granted), lastInboundAt: NOW, crmStale: true });
    expect(answer(text, to)).toBe('crm-unreachable');
    expect(answer(template('utility'), to)).toBe('crm-unreachable');
    expect(answer(template('consent'), to)).toBe('yes');
  });

  test('every code has a sentence of its own; what is no code gets a plain one', () => {
    const sentences = GATE_CODES.map((code) => explainGate(code));
    expect(new Set(sentences).size).toBe(GATE_CODES.length);
    for (const word of ['toString', 'no-such-code', ''])
      expect(explainGate(word)).toBe('This message may not be sent.');
  });

  test('a No that was found in the CRM is not called a refusal', () => {
    const found = contact({ fieldForbids: true });
    const edited = contact({ service: view('service', { ...denied, source: 'crm' }) });
    const refused = contact({ service: view('service', denied) });
    expect(answer(template('utility'), found)).toBe('consent-denied');
    expect(answer(template('utility'), edited)).toBe('consent-denied');
    for (const one of [found, edited]) expect(explainGate('consent-denied', one)).toMatch(/^The CRM says No/);
    expect(explainGate('consent-denied', refused)).toMatch(/^The customer refused messages/);
    expect(explainGate('toString', found)).toBe('This message may not be sent.');
  });
});

describe('automatic answers (product.md §3.6)', () => {
  const by = (line: string | null, at: number | null, more: object = {}) => ({
    decidedBy: line,
    decidedAt: at,
    ...more,
  });
  const answered = contact({
    service: view('service', by('a/2', NOW, { state: 'granted' })),
    lastInboundAt: NOW,
  });
  const input = { line: 'a/2', contact: answered, now: NOW, blocked: false, channelConnected: true };
  test.each<[string, Partial<Omit<typeof input, 'line'>> & { line?: string | null }, string | null]>([
    ['while its answer decides, inside the window', {}, null],
    ['not after the window', { contact: { ...answered, lastInboundAt: NOW - DAY } }, 'service-window-closed'],
    ['not to a blocked customer', { blocked: true }, 'contact-blocked'],
    ['not without a channel', { channelConnected: false }, 'channel-disconnected'],
    ['not to what is no line', { line: null }, 'superseded'],
  ])('%s', (_name, given, expected) => {
    expect(decideAutomaticAnswer({ ...input, ...given })).toBe(expected);
  });

  const granted = { state: 'granted' };
  test.each<[string, service: object, marketing: object, fieldForbids: boolean, string | null]>([
    ['decides', by('a/2', NOW, denied), by(null, null), false, null],
    ['decides both', by('a/2', NOW, denied), by('a/2', NOW, denied), false, null],
    ['decides the other purpose', by(null, null), by('a/2', NOW, granted), false, null],
    [
      'is older than a decision about the other purpose',
      by('a/2', NOW),
      by('a/3', NOW + 1),
      false,
      'superseded',
    ],
    ['is newer than it', by('a/2', NOW, granted), by('a/1', NOW - 1), false, null],
    ['decides no more', by('a/3', NOW), by(null, null), false, 'superseded'],
    ['waits for a person with the rest', by('a/2', NOW), by(null, null, held), false, 'superseded'],
    [
      'turned marketing where service was refused',
      by('a/1', NOW - 1, denied),
      by('a/2', NOW, granted),
      false,
      'consent-denied',
    ],
    [
      'refused marketing where service was refused',
      by('a/1', NOW - 1, denied),
      by('a/2', NOW, denied),
      false,
      'consent-denied',
    ],
    [
      'turned marketing in the second service was refused',
      by('a/1', NOW, denied),
      by('a/2', NOW, granted),
      false,
      'consent-denied',
    ],
    [
      'turned marketing where the CRM was found to say No',
      by(null, null, { projects: false }),
      by('a/2', NOW, granted),
      true,
      'consent-denied',
    ],
    [
      'granted service where the CRM was found to say No',
      by('a/2', NOW, { ...granted, projects: true }),
      by(null, null),
      true,
      null,
    ],
  ])('to a line that %s', (_name, service, marketing, fieldForbids, expected) => {
    const both = { service: view('service', service), marketing: view('marketing', marketing) };
    expect(decideAutomaticAnswer({ ...input, contact: { ...answered, ...both, fieldForbids } })).toBe(
      expected,
    );
  });
});

describe('laws', () => {
  const viewArb = (purpose: Purpose): fc.Arbitrary<ConsentView> =>
    fc
      .record({
        state: fc.constantFrom(
          'not-asked' as const,
          'requested' as const,
          'granted' as const,
          'denied' as const,
          'expired' as const,
        ),
        decidedAt: fc.option(fc.integer({ min: NOW - 100 * DAY, max: NOW }), { nil: null }),
        projects: fc.boolean(),
        platformStopped: fc.boolean(),
        onHold: fc.option(fc.constant(held.onHold), { nil: null }),
        requests: fc.array(
          fc.record({
            hours: fc.nat(91 * 24),
            settled: fc.boolean(),
            failed: fc.boolean(),
            afterRefusal: fc.boolean(),
          }),
          { maxLength: 5 },
        ),
      })
      .map(({ requests, ...given }) =>
        view(purpose, {
          ...given,
          requests: requests
            .sort((a, b) => b.hours - a.hours)
            .flatMap(({ hours, ...flags }) => asked(flags, hours)),
        }),
      );
  const timeArb = fc.option(fc.integer({ min: NOW - 2 * DAY, max: NOW }), { nil: null });
  const contactArb: fc.Arbitrary<GateContact> = fc.record({
    service: viewArb('service'),
    marketing: viewArb('marketing'),
    unknownNotAllowed: fc.boolean(),
    unset: fc.constantFrom('ask-first' as const, 'allow' as const),
    fieldForbids: fc.boolean(),
    allowReplyAfterRefusal: fc.boolean(),
    lastInboundAt: timeArb,
    lastWordAt: timeArb,
    country: fc.constantFrom('DE', 'FR', null),
    crmStale: fc.boolean(),
  });
  const contentArb: fc.Arbitrary<GateInput['content']> = fc.oneof(
    fc.record({ kind: fc.constant('text' as const), reply: fc.boolean() }),
    fc.record({
      kind: fc.constant('template' as const),
      type: fc.constantFrom('consent' as const, 'utility' as const, 'marketing' as const),
      purpose: fc.constantFrom('service' as const, 'marketing' as const),
      category: fc.constantFrom('UTILITY', 'MARKETING'),
      fault: fc.constantFrom(null, null, 'template-paused' as const, 'template-waiting' as const),
      missingVariables: fc.constantFrom([], [], ['1']),
    }),
  );
  const inputArb: fc.Arbitrary<GateInput> = fc.record({
    now: fc.constant(NOW),
    path: fc.constantFrom('person' as const, 'api' as const, 'campaign' as const, 'automation' as const),
    content: contentArb,
    maySend: fc.boolean(),
    ownedByColleague: fc.boolean(),
    contactBlocked: fc.boolean(),
    channelConnected: fc.boolean(),
    contact: fc.option(contactArb, { nil: null, freq: 9 }),
    limits: fc.constant({ ...LIMITS, countriesNoAskAfterRefusal: ['DE'] }),
  });
  const law = (name: string, predicate: (input: GateInput, pick: number) => void): void =>
    test(name, () => fc.assert(fc.property(inputArb, fc.nat(99), predicate), { numRuns: 2_000 }));

  law('nothing leaves to somebody we do not know', (input) => {
    expect(decideSend({ ...input, contact: null }).allowed).toBe(false);
  });

  law(
    'a refusal lets nothing but Consent Templates pass, save a reply to what was written since',
    (input) => {
      const { contact: to, content } = input;
      if (to === null || to.service.state !== 'denied' || !decideSend(input).allowed) return;
      if (content.kind === 'template' && content.type === 'consent') return;
      expect(content).toEqual(text);
      expect(to.allowReplyAfterRefusal).toBe(true);
      expect(to.lastWordAt ?? 0).toBeGreaterThan(to.service.decidedAt ?? NOW);
      expect(to.lastInboundAt ?? 0).toBeGreaterThan(NOW - DAY);
    },
  );

  law('marketing leaves only where marketing was granted and nothing stands against it', (input) => {
    const { contact: to, content } = input;
    if (to === null || content.kind === 'text' || content.type === 'consent' || !decideSend(input).allowed)
      return;
    if (content.type !== 'marketing' && content.category !== 'MARKETING') return;
    expect([to.service.state === 'denied', to.marketing.state, to.marketing.platformStopped]).toEqual([
      false,
      'granted',
      false,
    ]);
  });

  law('one more obstacle never opens a way', (input, pick) => {
    if (input.contact === null) return;
    const { service, marketing } = input.contact;
    const change = (given: Partial<GateContact>): GateInput => ({
      ...input,
      contact: contact({ ...input.contact, ...given }),
    });
    const worse: GateInput[] = [
      { ...input, maySend: false },
      { ...input, ownedByColleague: true },
      { ...input, contactBlocked: true },
      { ...input, channelConnected: false },
      { ...input, contact: null },
      { ...input, path: 'campaign' },
      change({ unknownNotAllowed: true }),
      change({ fieldForbids: true }),
      change({ crmStale: true }),
      change({ unset: 'ask-first' }),
      change({ lastInboundAt: null }),
      change({ lastWordAt: null }),
      change({ allowReplyAfterRefusal: false }),
      change({ service: { ...service, ...held } }),
      change({ marketing: { ...marketing, ...held } }),
      change({ marketing: { ...marketing, platformStopped: true } }),
      ...(input.content.kind === 'text'
        ? [{ ...input, content: { ...input.content, reply: false } }]
        : [
            { ...input, content: { ...input.content, fault: 'template-paused' as const } },
            { ...input, content: { ...input.content, missingVariables: ['1'] } },
          ]),
    ];
    const one = worse[pick % worse.length];
    if (one === undefined || decideSend(input).allowed) return;
    expect(decideSend(one).allowed).toBe(false);
  });

  law('a decision names only codes of the list, each once, in its order', (input) => {
    const decision = decideSend(input);
    if (decision.allowed) return;
    const places = [decision.code, ...decision.alsoBlockedBy].map((code) => GATE_CODES.indexOf(code));
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  law('it may go at `until`, and not before', (input) => {
    const decision = decideSend(input);
    if (decision.allowed || decision.until === undefined) return;
    expect(decideSend({ ...input, now: decision.until }).allowed).toBe(true);
    expect(decideSend({ ...input, now: decision.until - 1 }).allowed).toBe(false);
  });
});

test.each([
  ['utility', 'utility', 'utility'],
  ['utility', 'marketing', 'marketing'],
  ['marketing', 'utility', 'marketing'],
  ['marketing', undefined, 'marketing'],
  ['consent', 'marketing', 'consent'],
  ['utility', undefined, 'utility'],
])('a template that was %s when it was queued and is %s today is judged as %s', (queued, today, judged) => {
  expect(typeByNow(queued, today)).toBe(judged);
});
