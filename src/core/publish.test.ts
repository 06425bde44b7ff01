import { describe, expect, test } from 'vitest';
import type { MessageTemplateDefinition, PublishedTemplate } from './message-template.ts';
import { labelMeanings, publishProblems, waitsFor } from './publish.ts';
import type { PublishInput, WhatsAppTemplate } from './publish-problem.ts';
import { RECORD_TYPE_DEFAULTS, type RecordType } from './record-type.ts';

const CONTACT: RecordType = {
  ...RECORD_TYPE_DEFAULTS,
  table: 'contact',
  displayName: 'Contact',
  phoneColumns: ['mobilephone'],
  nameColumn: 'fullname',
  complianceField: 'allowwhatsapp',
};
const COMPONENTS = [
  { type: 'BODY', text: 'Hello {{1}}, may Contoso write to you on WhatsApp?' },
  {
    type: 'BUTTONS',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Yes, I Agree' },
      { type: 'QUICK_REPLY', text: 'No, Thank You' },
    ],
  },
];
const WHATSAPP: WhatsAppTemplate = {
  name: 'consent_request',
  language: 'en',
  status: 'APPROVED',
  category: 'UTILITY',
  parameterFormat: 'POSITIONAL',
  components: COMPONENTS,
};
const CONSENT: MessageTemplateDefinition = {
  name: 'Ask for consent',
  type: 'consent',
  recordType: 'contact',
  session: 'utility',
  whatsappTemplate: { name: 'consent_request', language: 'en' },
  bindings: { 1: { column: 'fullname' } },
  keywords: [],
  reply: null,
  keywordsAreStopWords: false,
};
const OPT_IN: MessageTemplateDefinition = {
  ...CONSENT,
  name: 'Agreed',
  type: 'opt-in',
  whatsappTemplate: null,
  bindings: {},
  keywords: [{ text: 'Yes, I Agree' }],
  reply: { text: 'Thank you.' },
};
const OPT_OUT: MessageTemplateDefinition = {
  ...OPT_IN,
  name: 'Refused',
  type: 'opt-out',
  keywords: [{ text: 'No, Thank You' }],
};
const INPUT: PublishInput = {
  id: 'mine',
  definition: CONSENT,
  recordType: CONTACT,
  columns: [
    { name: 'fullname', label: 'Full Name', kind: 'text' },
    { name: 'mobilephone', label: 'Mobile Phone', kind: 'phone' },
    { name: 'allowwhatsapp', label: 'Allow WhatsApp', kind: 'boolean' },
  ],
  whatsappTemplates: [WHATSAPP],
  published: [],
  businessName: 'Contoso',
};

const problems = (change: Partial<PublishInput>) =>
  publishProblems({ ...INPUT, ...change }).map(({ severity, code }) => `${severity} ${code}`);
const define = (change: Partial<MessageTemplateDefinition>) =>
  problems({ definition: { ...CONSENT, ...change } });
const meta = (change: Partial<WhatsAppTemplate>) =>
  problems({ whatsappTemplates: [{ ...WHATSAPP, ...change }] });
const live = (definition: MessageTemplateDefinition, id = 'other'): PublishedTemplate => ({
  id,
  version: 1,
  wording: null,
  definition,
});

describe("in the seed's order everything can be published", () => {
  test('the Consent Template before the answers', () => {
    expect(problems({})).toEqual([]);
  });
  test('then the Opt-In and the Opt-Out Template', () => {
    const published = [live(CONSENT, 'consent'), live(OPT_IN, 'in')];
    expect(problems({ definition: OPT_IN, published: [live(CONSENT, 'consent')] })).toEqual([]);
    expect(problems({ definition: OPT_OUT, published })).toEqual([]);
  });
  test('and each of them again, beside its own live version', () => {
    const published = [live(CONSENT, 'mine')];
    expect(problems({ published })).toEqual([]);
    expect(problems({ definition: OPT_IN, published: [live(OPT_IN, 'mine')] })).toEqual([]);
  });
});

describe('the record type', () => {
  test.each<[what: string, change: Partial<PublishInput>, problem: string]>([
    ['is not there', { recordType: null }, 'error record-type-missing'],
    [
      'has no Compliance Field',
      { recordType: { ...CONTACT, complianceField: null } },
      'error compliance-field-missing',
    ],
    [
      'lost its field',
      { recordType: { ...CONTACT, complianceField: 'gone' } },
      'error compliance-field-gone',
    ],
    [
      'has a field of text',
      { recordType: { ...CONTACT, complianceField: 'fullname' } },
      'error compliance-field-gone',
    ],
    ['lost its table', { columns: null }, 'error table-missing'],
  ])('%s', (_, change, problem) => {
    expect(problems(change)).toEqual([problem]);
  });

  test('only a Consent Template needs a Compliance Field (E7)', () => {
    const recordType = { ...CONTACT, complianceField: null };
    expect(problems({ recordType, definition: { ...CONSENT, type: 'utility' } })).toEqual([]);
  });

  test('is where it is mended', () => {
    expect(publishProblems({ ...INPUT, recordType: null })[0]?.fix).toBe('record-types');
  });
});

describe('the WhatsApp template', () => {
  test('is not chosen, or not there in this language', () => {
    expect(define({ whatsappTemplate: null })).toEqual(['error whatsapp-template-not-chosen']);
    expect(define({ whatsappTemplate: { name: 'consent_request', language: 'fr' } })).toEqual([
      'error whatsapp-template-not-found',
    ]);
  });

  test.each(['PENDING', 'REJECTED', 'PAUSED', 'DISABLED', 'IN_APPEAL', 'LIMIT_EXCEEDED'])(
    'is %s',
    (status) => {
      expect(meta({ status })).toEqual(['error whatsapp-template-not-approved']);
    },
  );

  test.each<[what: string, components: unknown[]]>([
    ['no buttons', COMPONENTS.slice(0, 1)],
    [
      'one quick reply',
      [COMPONENTS[0], { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }] }],
    ],
    [
      'a link for a second button',
      [
        COMPONENTS[0],
        {
          type: 'BUTTONS',
          buttons: [
            { type: 'QUICK_REPLY', text: 'Yes' },
            { type: 'URL', text: 'More', url: 'https://example.com' },
          ],
        },
      ],
    ],
  ])('asks with %s', (_, components) => {
    expect(meta({ components })).toEqual(['error no-quick-replies']);
    const definition: MessageTemplateDefinition = { ...CONSENT, type: 'utility' };
    expect(problems({ definition, whatsappTemplates: [{ ...WHATSAPP, components }] })).toEqual([]);
  });

  test('has a part that Assent cannot fill in', () => {
    expect(meta({ components: [{ type: 'HEADER', format: 'VIDEO' }, ...COMPONENTS] })).toEqual([
      'error whatsapp-template-unsupported',
    ]);
  });

  test('is marketing to Meta: no utility template, and a warning for a question', () => {
    const whatsappTemplates = [{ ...WHATSAPP, category: 'MARKETING' }];
    expect(problems({ whatsappTemplates })).toEqual(['warning marketing-category']);
    expect(problems({ whatsappTemplates, definition: { ...CONSENT, type: 'utility' } })).toEqual([
      'error marketing-category',
    ]);
    expect(problems({ whatsappTemplates, definition: { ...CONSENT, type: 'marketing' } })).toEqual([]);
  });

  test('does not name who asks', () => {
    expect(problems({ businessName: 'Fabrikam' })).toEqual(['warning no-business-name']);
    expect(problems({ businessName: 'Fabrikam', definition: { ...CONSENT, type: 'utility' } })).toEqual([]);
    expect(problems({ businessName: null })).toEqual([]);
  });

  test('names who asks in other letters, or by a fixed text', () => {
    expect(problems({ businessName: 'CONTOSO' })).toEqual([]);
    expect(
      problems({
        businessName: 'Fabrikam',
        definition: { ...CONSENT, bindings: { 1: { text: 'Fabrikam' } } },
      }),
    ).toEqual([]);
  });

  test('cannot be sent in another approved language', () => {
    const spanish = { ...WHATSAPP, language: 'es', components: [{ type: 'BODY', text: '{{1}} y {{2}}' }] };
    expect(problems({ whatsappTemplates: [WHATSAPP, spanish] })).toEqual(['warning language-not-usable']);
    expect(problems({ whatsappTemplates: [WHATSAPP, { ...spanish, status: 'REJECTED' }] })).toEqual([]);
  });
});

describe('bindings', () => {
  test.each<[what: string, bindings: MessageTemplateDefinition['bindings'], found: string[]]>([
    ['unbound', {}, ['error variable-unbound']],
    ['column gone', { 1: { column: 'nickname' } }, ['error binding-column-missing']],
    ['Boolean column', { 1: { column: 'allowwhatsapp' } }, ['error binding-not-text']],
    ['fixed text', { 1: { text: 'customer' } }, []],
    ['of no variable', { 1: { text: 'customer' }, 2: { text: 'x' } }, ['warning binding-unused']],
  ])('%s', (_, bindings, found) => {
    expect(define({ bindings })).toEqual(found);
  });
});

describe('keywords', () => {
  const optIn = (texts: string[], change: Partial<MessageTemplateDefinition> = {}) => ({
    ...OPT_IN,
    keywords: texts.map((text) => ({ text })),
    ...change,
  });

  test.each<[what: string, definition: MessageTemplateDefinition, found: string[]]>([
    ['none', optIn([]), ['error keywords-missing']],
    ['nothing to recognise', optIn(['…!']), ['error keyword-empty']],
    ['an emoji is something', optIn(['🌻']), []],
    ['a stop word as opt-in', optIn(['Unsubscribe']), ['error keyword-reserved']],
    ['a stop word as opt-out', { ...OPT_OUT, keywords: [{ text: 'Unsubscribe' }] }, []],
    ['no as opt-in', optIn(['Nein']), ['error keyword-opposite']],
    ['yes as opt-out', { ...OPT_OUT, keywords: [{ text: 'Sí' }] }, ['error keyword-opposite']],
    ['yes with any sign', { ...OPT_OUT, keywords: [{ text: 'Yes 🚫?' }] }, ['error keyword-opposite']],
    ['START with any sign', { ...OPT_OUT, keywords: [{ text: '~Start~' }] }, ['error keyword-opposite']],
    ['START as opt-out', { ...OPT_OUT, keywords: [{ text: 'START' }] }, ['error keyword-opposite']],
    [
      'no as a stop word',
      { ...OPT_OUT, keywords: [{ text: 'No' }], keywordsAreStopWords: true },
      ['warning stop-word-ordinary'],
    ],
    ['twice', optIn(['Agreed', '“AGREED!”']), ['warning keyword-twice']],
    [
      'twice, in two languages',
      {
        ...OPT_IN,
        keywords: [
          { text: 'ok', language: 'en' },
          { text: 'ok', language: 'de' },
        ],
      },
      [],
    ],
  ])('%s', (_, definition, found) => {
    expect(problems({ definition })).toEqual(found);
  });

  const definition = optIn(['Count me']);
  const refusing = (change: Partial<MessageTemplateDefinition>) =>
    problems({ definition, published: [live({ ...OPT_OUT, keywords: [{ text: 'count me!' }], ...change })] });

  test('one keyword in both lists', () => {
    expect(refusing({})).toEqual(['error keyword-in-both-lists']);
  });
  test('of another record type, or in another language, is another keyword', () => {
    expect(refusing({ recordType: 'lead' })).toEqual([]);
    const english = { ...definition, keywords: [{ text: 'Count me', language: 'en_US' }] };
    const against = (language: string) =>
      problems({
        definition: english,
        published: [live({ ...OPT_OUT, keywords: [{ text: 'count me', language }] })],
      });
    expect(against('de')).toEqual([]);
    expect(against('en')).toEqual(['error keyword-in-both-lists']);
  });
  test('but not where it is a stop word, which refuses everywhere', () => {
    expect(refusing({ recordType: 'lead', keywordsAreStopWords: true })).toEqual([
      'error keyword-in-both-lists',
    ]);
    const english = { ...definition, keywords: [{ text: 'Count me', language: 'en' }] };
    const german = {
      ...OPT_OUT,
      keywords: [{ text: 'count me', language: 'de' }],
      keywordsAreStopWords: true,
    };
    expect(problems({ definition: english, published: [live(german)] })).toEqual([
      'error keyword-in-both-lists',
    ]);
  });
  test('in a second template of the same kind', () => {
    const second = live({ ...definition, name: 'Second' });
    expect(problems({ definition, published: [second] })).toEqual(['warning keyword-elsewhere']);
  });
});

test('an automatic answer fits into a text message, or is empty', () => {
  const reply = (text: string, texts = {}) => problems({ definition: { ...OPT_IN, reply: { text, texts } } });
  expect(reply('')).toEqual([]);
  expect(reply('x'.repeat(4096))).toEqual([]);
  expect(reply('x'.repeat(4097))).toEqual(['error reply-too-long']);
  expect(reply('x', { es: 'x'.repeat(4097) })).toEqual(['error reply-too-long']);
  expect(problems({ definition: { ...OPT_IN, reply: null } })).toEqual([]);
});

test('only Consent and marketing templates stand in the marketing session', () => {
  expect(define({ session: 'marketing' })).toEqual([]);
  expect(define({ session: 'marketing', type: 'utility' })).toEqual([
    'error marketing-session-not-available',
  ]);
  expect(define({ session: 'marketing', type: 'marketing' })).toEqual([]);
  expect(problems({ definition: { ...OPT_IN, session: 'marketing' } })).toEqual([
    'error marketing-session-not-available',
  ]);
});

test('all problems are named at once', () => {
  const found = problems({
    recordType: { ...CONTACT, complianceField: null },
    whatsappTemplates: [{ ...WHATSAPP, status: 'PAUSED', components: COMPONENTS.slice(0, 1) }],
    definition: { ...CONSENT, bindings: {} },
    businessName: 'Fabrikam',
  });
  expect(found).toEqual([
    'error compliance-field-missing',
    'error whatsapp-template-not-approved',
    'error no-quick-replies',
    'error variable-unbound',
    'warning no-business-name',
  ]);
});

describe('what the buttons mean', () => {
  const yes = { text: 'Yes, I Agree', meaning: 'yes' } as const;
  const no = { text: 'No, Thank You', meaning: 'no' } as const;
  const labels = ['Yes, I Agree', 'No, Thank You'];

  test.each<[what: string, keywords: Parameters<typeof labelMeanings>[1], meanings: (string | null)[]]>([
    ['no keywords yet', [], [null, null]],
    ['both', [yes, no], ['yes', 'no']],
    ['other case and punctuation', [{ ...yes, text: 'YES I AGREE' }], ['yes', null]],
    [
      'part of a label is not the label',
      [
        { ...yes, text: 'Yes' },
        { ...no, text: 'No' },
      ],
      [null, null],
    ],
    ['the keyword of a dialect', [{ ...yes, language: 'en_US' }], ['yes', null]],
    ['a keyword of another language', [{ ...yes, language: 'es' }], [null, null]],
    ['a stop word is a no', [{ ...no, meaning: 'stop' }], [null, 'no']],
    ['what means both is a no', [yes, { ...yes, meaning: 'no' }], ['no', null]],
  ])('%s', (_, keywords, meanings) => {
    expect(labelMeanings(labels, keywords, 'en')).toEqual(meanings);
  });

  test('emoji are told apart', () => {
    const thumb = { text: '👍', meaning: 'yes' } as const;
    expect(labelMeanings(['👍', '👎', ''], [thumb], 'en')).toEqual(['yes', null, null]);
  });

  test.each<
    [
      what: string,
      labels: Record<string, string[]>,
      keywords: Parameters<typeof waitsFor>[1],
      optIn: string[],
      optOut: string[],
    ]
  >([
    ['both templates', { en: labels }, [], ['Yes, I Agree'], ['No, Thank You']],
    ['the Opt-Out', { en: labels }, [yes], [], ['No, Thank You']],
    ['the Opt-In', { en: labels }, [no], ['Yes, I Agree'], []],
    ['nothing', { en: labels }, [yes, no], [], []],
    ['labels in reverse', { en: ['No, Thank You', 'Yes, I Agree'] }, [], ['Yes, I Agree'], ['No, Thank You']],
    ['words that say nothing', { en: ['Teal', 'Amber'] }, [], ['Teal'], ['Amber']],
    [
      'each language',
      { en: labels, es: ['Sí, acepto', 'No, gracias'] },
      [yes, no],
      ['Sí, acepto'],
      ['No, gracias'],
    ],
    ['a third button needs no meaning', { en: [...labels, 'Ask me later'] }, [yes, no], [], []],
    ['a language without buttons', { fr: [] }, [yes, no], ['fr'], ['fr']],
  ])('a Consent Template waits for %s', (_, byLanguage, keywords, missingOptIn, missingOptOut) => {
    expect(waitsFor(byLanguage, keywords)).toEqual({ missingOptIn, missingOptOut });
  });
});
