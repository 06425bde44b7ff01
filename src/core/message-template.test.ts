import { describe, expect, test } from 'vitest';
import {
  type MessageTemplateDefinition,
  type PublishedTemplate,
  replyText,
  tenantKeywords,
  wordingChanged,
} from './message-template.ts';

const definition = (given: Partial<MessageTemplateDefinition>): MessageTemplateDefinition => ({
  name: 'Yes, I Agree',
  type: 'opt-in',
  recordType: 'contact',
  session: 'utility',
  whatsappTemplate: null,
  bindings: {},
  keywords: [],
  reply: null,
  keywordsAreStopWords: false,
  ...given,
});
const published = (given: Partial<MessageTemplateDefinition>): PublishedTemplate => ({
  id: 't',
  version: 1,
  wording: null,
  definition: definition(given),
});

test('keywords mean yes, no, or stop where an administrator marked them', () => {
  const keywords = [{ text: 'acepto', language: 'es' }, { text: 'ok' }];
  const meanings = (given: Partial<MessageTemplateDefinition>) =>
    tenantKeywords([published({ keywords, ...given })], ['contact']);
  expect(meanings({})).toEqual([
    { text: 'acepto', meaning: 'yes', language: 'es' },
    { text: 'ok', meaning: 'yes' },
  ]);
  expect(meanings({ type: 'opt-out' }).map(({ meaning }) => meaning)).toEqual(['no', 'no']);
  expect(meanings({ type: 'opt-out', keywordsAreStopWords: true }).map(({ meaning }) => meaning)).toEqual([
    'stop',
    'stop',
  ]);
  expect(meanings({ type: 'opt-in', keywordsAreStopWords: true }).map(({ meaning }) => meaning)).toEqual([
    'yes',
    'yes',
  ]);
});

test('only answer templates of the customer’s record types have keywords; of all where there is no record', () => {
  const templates = [
    published({ keywords: [{ text: 'a' }] }),
    published({ keywords: [{ text: 'b' }], recordType: 'lead' }),
    published({ keywords: [{ text: 'c' }], type: 'consent' }),
  ];
  const texts = (...recordTypes: string[]) => tenantKeywords(templates, recordTypes).map(({ text }) => text);
  expect([texts('contact'), texts('lead', 'contact'), texts('account'), texts()]).toEqual([
    ['a'],
    ['a', 'b'],
    [],
    ['a', 'b'],
  ]);
});

test.each<[string, string | null, string | null]>([
  ['the exact language', 'pt_BR', 'obrigado (BR)'],
  ['written another way', 'pt-br', 'obrigado (BR)'],
  ['another country of the language', 'es_MX', 'gracias'],
  ['the language without a country', 'pt', 'obrigado'],
  ['a language without a text', 'fr', 'thanks'],
  ['a text that was left empty', 'de', 'thanks'],
  ['no language known', null, 'thanks'],
  ['a word every object has', 'constructor', 'thanks'],
])('an automatic answer: %s', (_name, language, expected) => {
  const texts = { pt: 'obrigado', pt_BR: 'obrigado (BR)', es: 'gracias', de: ' ' };
  expect(replyText(definition({ reply: { text: 'thanks', texts } }), language)).toBe(expected);
});

test('no automatic answer where none was written', () => {
  expect(replyText(definition({}), 'en')).toBeNull();
  expect(replyText(definition({ reply: { text: ' ' } }), 'en')).toBeNull();
});

describe('the wording at WhatsApp against the one published', () => {
  const body = { type: 'BODY', text: 'Hello {{1}}', example: { body_text: [['Ana']] } };
  const link = { type: 'URL', text: 'Our terms', url: 'https://contoso.example/terms' };
  const buttons = { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }, link] };
  const held = (...components: unknown[]) => ({ components, parameterFormat: 'POSITIONAL' as const });
  const wording = { en: held(body, buttons) };

  test.each<[what: string, components: unknown[], changed: boolean]>([
    ['the same', [body, buttons], false],
    [
      'the same in another order, with other examples',
      [buttons, { type: 'body', text: 'Hello {{1}}' }],
      false,
    ],
    ['another text', [{ ...body, text: 'Hi {{1}}' }, buttons], true],
    ['a footer more', [body, buttons, { type: 'FOOTER', text: 'Contoso' }], true],
    ['another label', [body, { ...buttons, buttons: [{ type: 'QUICK_REPLY', text: 'OK' }, link] }], true],
    [
      'a link that leads elsewhere',
      [body, { ...buttons, buttons: [buttons.buttons[0], { ...link, url: 'https://fabrikam.example' }] }],
      true,
    ],
    ['an offer beside it', [body, buttons, { type: 'LIMITED_TIME_OFFER' }], true],
  ])('%s', (_, components, changed) => {
    expect(wordingChanged({ wording }, { ...held(...components), language: 'en' })).toBe(changed);
  });

  test('a language that nobody published, and what a version before this published, are no change', () => {
    expect(wordingChanged({ wording }, { ...held(buttons), language: 'es' })).toBe(false);
    expect(wordingChanged({ wording: null }, { ...held(buttons), language: 'en' })).toBe(false);
  });
});
