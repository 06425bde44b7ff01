import { noNumberText } from '../../src/actions/send-message.ts';
import { ERRORS, explain } from '../../src/adapters/whatsapp-cloud/errors.ts';
import { composerBanner } from '../../src/core/banner.ts';
import { foldConsent, type Verdict } from '../../src/core/consent.ts';
import { planImport } from '../../src/core/csv-import.ts';
import { explainGate, GATE_CODES } from '../../src/core/gate.ts';
import { MEDIA_KINDS, receiveProblem, tooLarge, uploadProblem } from '../../src/core/media.ts';
import { explainPassword } from '../../src/core/password.ts';
import { publishProblems } from '../../src/core/publish.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { NO_WORKING_HOURS, workingHoursProblems } from '../../src/core/working-hours.ts';
import { describeLine } from '../../src/http/describe-line.ts';

/** Sentences that are put together, as the server's own functions say them. */

interface Told {
  code: string;
  text: string;
}

const NOW = Date.UTC(2026, 4, 12, 9);
const DAY = 86_400_000;

export function toldSentences(): Told[] {
  return [
    ...gate(),
    ...banners(),
    ...errors(),
    ...passwords(),
    ...media(),
    ...imported(),
    ...statuses(),
    ...hours(),
    ...withoutNumber(),
  ];
}

const gate = (): Told[] =>
  [...GATE_CODES, 'superseded', 'of-tomorrow'].flatMap((code) => [
    { code, text: explainGate(code) },
    {
      code,
      text: explainGate(code, { service: foldConsent([], 'service', { now: NOW, requestOpenDays: 30 }) }),
    },
  ]);

const errors = (): Told[] =>
  [
    ...ERRORS.flatMap(({ codes }) => codes.map((one) => (typeof one === 'number' ? one : one.from))),
    987_654,
  ].map((code) => ({ code: `whatsapp-${code}`, text: explain(code) }));

function withoutNumber(): Told[] {
  const related = {
    ...RECORD_TYPE_DEFAULTS,
    table: 'opportunity',
    displayName: 'Opportunity',
    phoneColumns: [],
    nameColumn: 'name',
    relatedTable: 'contact',
    relatedColumn: 'customerid',
  };
  return ['contact', 'opportunity'].flatMap((recordType) => {
    const target = { contact: null, phone: null, opened: null, addressed: { recordType, recordId: '1' } };
    const text = noNumberText(target, new Map([['opportunity', related]])) ?? '';
    return ['contact-point-unknown', 'no-phone'].map((code) => ({ code, text }));
  });
}

const passwords = (): Told[] =>
  (['password-too-short', 'password-too-long', 'password-too-common'] as const).map((code) => ({
    code,
    text: explainPassword(code),
  }));

const hours = (): Told[] =>
  workingHoursProblems({
    ...NO_WORKING_HOURS,
    timeZone: 'Nowhere/Now',
    days: [{ day: 1, from: '18:00', to: '09:00' }],
    holidays: [{ from: '2026-12-26', to: '2026-12-25', name: 'Yule' }],
  }).map((text) => ({ code: 'invalid-working-hours', text }));

function banners(): Told[] {
  const nothing = foldConsent([], 'service', { now: NOW, requestOpenDays: 30 });
  const openRequest = {
    requestId: 'r',
    at: NOW - 3 * DAY,
    failed: false,
    answered: false,
    settled: false,
    afterRefusal: false,
    seq: 0,
    chain: 'a',
  };
  const views = (['not-asked', 'requested', 'granted', 'denied', 'expired'] as const).flatMap((state) =>
    [null, NOW - 5 * DAY].flatMap((decidedAt) =>
      [null, openRequest].flatMap((open) =>
        [null, 'crm-unproven'].map((source) => ({
          ...nothing,
          state,
          decidedAt,
          openRequest: open,
          source,
          projects: source === null,
        })),
      ),
    ),
  );
  const held = { ...nothing, onHold: { since: NOW, seq: 1, chain: 'a' } };
  return [...views, held].flatMap((service) =>
    [null, NOW - 60_000, NOW - 3 * DAY].flatMap((lastInboundAt) =>
      [null, ...GATE_CODES].flatMap((freeText) =>
        [false, true].flatMap((odd) =>
          (['ask-first', 'allow'] as const).flatMap((unset) => {
            const contact = {
              service,
              marketing: nothing,
              unknownNotAllowed: odd && freeText === 'contact-point-unknown',
              unset,
              fieldForbids: odd,
              allowReplyAfterRefusal: odd,
              lastInboundAt,
              lastWordAt: lastInboundAt,
              country: 'US',
              crmStale: false,
            };
            return [null, 'Ada'].map((grantWaitsFrom) =>
              composerBanner({ contact, now: NOW, freeText, askingForbidden: odd, grantWaitsFrom }),
            );
          }),
        ),
      ),
    ),
  );
}

function media(): Told[] {
  const problems = MEDIA_KINDS.flatMap((kind) => [
    tooLarge(kind),
    tooLarge(kind, 100_000),
    uploadProblem(kind, { mimeType: null, size: 1, animated: false }),
    receiveProblem(kind, { mimeType: null, fileName: null }),
    receiveProblem(kind, { mimeType: 'text/html', fileName: null }),
  ]);
  return problems.flatMap((one) => (one === null ? [] : [{ code: one.code, text: one.message }]));
}

function imported(): Told[] {
  const rows = [
    { Phone: 'ask her', Agreed: 'maybe', Visits: 'many', Name: 'x'.repeat(20_000), phone: '1', Other: '1' },
  ];
  const { bad } = planImport(rows, [
    { name: 'phone', label: 'Phone', kind: 'phone' },
    { name: 'agreed', label: 'Agreed', kind: 'boolean' },
    { name: 'visits', label: 'Visits', kind: 'number' },
    { name: 'fullname', label: 'Name', kind: 'text' },
  ]);
  return bad.map(({ code, message }) => ({ code, text: message }));
}

function statuses(): Told[] {
  const recordType = {
    ...RECORD_TYPE_DEFAULTS,
    table: 'contact',
    displayName: 'Contact',
    phoneColumns: ['mobilephone'],
    nameColumn: 'fullname',
    complianceField: 'allowwhatsapp',
  };
  const buttons = [{ type: 'QUICK_REPLY', text: 'Yes' }];
  return ['PENDING', 'IN_APPEAL', 'REJECTED', 'PAUSED', 'DISABLED', 'ARCHIVED'].flatMap((status) =>
    publishProblems({
      id: null,
      definition: {
        name: 'Ask',
        type: 'consent',
        recordType: 'contact',
        session: 'utility',
        whatsappTemplate: { name: 'ask', language: 'en' },
        bindings: {},
        keywords: [],
        reply: null,
        keywordsAreStopWords: false,
      },
      recordType,
      columns: [{ name: 'allowwhatsapp', label: 'Allow', kind: 'boolean' }],
      whatsappTemplates: ['en', 'es'].map((language) => ({
        name: 'ask',
        language,
        status: language === 'en' ? status : 'APPROVED',
        category: 'UTILITY',
        parameterFormat: 'POSITIONAL',
        components: [
          { type: 'HEADER', format: 'IMAGE' },
          { type: 'BODY', text: 'Hello {{1}}' },
          { type: 'BUTTONS', buttons },
        ],
      })),
      published: [],
      businessName: null,
    }).map(({ code, message }) => ({ code, text: message })),
  );
}

/** Every line that the consent history can show. */
export function toldHistory(): { act: string; summary: string }[] {
  const acts: [act: string, types: Verdict[], details?: Record<string, unknown>[], sources?: string[]][] = [
    ['requested', ['requested']],
    ['request-failed', ['request-failed']],
    ['button', ['granted', 'denied', 'not-counted']],
    ['answer', ['granted', 'denied', 'not-counted']],
    ['stop-word', ['denied']],
    ['start-word', ['granted', 'not-counted']],
    ['refusal-phrase', ['denied']],
    ['hold', ['held']],
    ['released', ['released']],
    [
      'recorded',
      ['granted'],
      [{ decision: 'granted' }, { decision: 'denied' }],
      ['person', 'hold', 'hold-elapsed'],
    ],
    ['platform', ['platform-stopped', 'platform-resumed']],
    ['signup', ['granted']],
    [
      'crm',
      ['crm-observed', 'not-counted'],
      [true, false, null].flatMap((value) => [{ value }, { value, firstSight: true }]),
    ],
    ['expired', ['expired']],
    ['linked', ['linked']],
    ['renumbered', ['renumbered']],
    ['written-in-app', ['written-in-app']],
    ['merged', ['merged']],
    ['erased', ['erased']],
  ];
  return acts.flatMap(([act, types, details = [{}], sources = ['customer']]) =>
    types.flatMap((type) =>
      details.flatMap((detail) =>
        sources.flatMap((source) =>
          [null, 'Maria'].flatMap((actor) =>
            [['service'], ['marketing'], ['service', 'marketing']].flatMap((purposes) =>
              [null, { text: 'Ok “then”; no' }].map((personal) => ({
                act,
                summary: describeLine(
                  {
                    contactPointId: 'p',
                    seq: 1,
                    act,
                    purposes,
                    at: NOW,
                    receivedAt: NOW,
                    source,
                    actor,
                    detail,
                    personalHash: null,
                    prevHash: null,
                    hash: '',
                    salt: null,
                    personal,
                  },
                  type,
                  new Map(),
                ),
              })),
            ),
          ),
        ),
      ),
    ),
  );
}
