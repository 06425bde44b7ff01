import { afterEach, describe, expect, it, test } from 'vitest';
import { keysIn } from '../../test/languages/missing.ts';
import { PART, serverSentences } from '../../test/languages/server-sentences.ts';
import { toldHistory, toldSentences } from '../../test/languages/told-sentences.ts';
import english from './en/server.json' with { type: 'json' };
import { LANGUAGES, translate } from './i18n.ts';
import { speak } from './language.ts';
import { keepTimeZone } from './locale.ts';
import { historyText, recognise, serverText, waitText } from './server-text.ts';

/** What only programs are told: no page makes such a request, and the API speaks English. */
const FOR_PROGRAMS = new Set([
  'bad-signature',
  'button-description',
  'button-not-allowed',
  'button-title-too-long',
  'cache-control',
  'content-disposition',
  'content-range',
  'content-security-policy',
  'invalid-cursor',
  'invalid-json',
  'invalid-url',
  'list-button-missing',
  'not-available',
  'not-stored',
  'option-empty',
  'options-not-unique',
  'text-too-long',
  'too-many-buttons',
  'unsupported-media-type',
  'wrong-api-key',
  'wrong-verify-token',
  'wrong-webhook-key',
]);
/** The shape of a request is checked by zod, in its own words. */
const OF_ZOD = /^\S+: (\S+|does not fit)( \(and \S+ more\))?$|^Name a (phone|conversationId)\b/;
/** Put together of words; `toldSentences` has them whole. */
const TOLD = [
  /^There is no such \S+\.$/,
  /^There is no \S+ “\S+”\.$/,
  /^(The customer agreed|The CRM says Yes, without proof)\. Templates may/,
  /^“?\S+ characters, where|^“\S+” is (neither|no number|no phone number)/,
  /^WhatsApp does not take this file as|^As \S+ a file may have|^It was sent as/,
  /^“\S+” \(\S+\) \S+$/,
];

const inSource = serverSentences();
const told = toldSentences();
const history = toldHistory();
const groupOf = (code: string) => (/^whatsapp-\d+$/.test(code) ? 'whatsapp' : code);
const found = (code: string, text: string) =>
  recognise('codes', groupOf(code), text) ?? recognise('any', null, text);

afterEach(async () => {
  keepTimeZone(null);
  await speak('en');
});

test('every sentence that the server can say is known here, word for word', () => {
  expect(inSource.length).toBeGreaterThan(200);
  const unknown = inSource
    .filter(({ code, text }) => found(code, text) === null)
    .filter(({ code, text }) => !FOR_PROGRAMS.has(code) && ![OF_ZOD, ...TOLD].some((one) => one.test(text)));
  expect(unknown.map(({ where, code, text }) => `${where} ${code}: ${text}`)).toEqual([]);
  expect(told.filter(({ code, text }) => found(code, text) === null)).toEqual([]);
  expect(history.filter(({ act, summary }) => recognise('history', act, summary) === null)).toEqual([]);
});

test('and reads in English exactly as the server says it', () => {
  const all = [
    ...[...inSource, ...told].map(({ code, text }) => ({ text, of: found(code, text) })),
    ...history.map(({ act, summary }) => ({ text: summary, of: recognise('history', act, summary) })),
  ];
  for (const { text, of } of all)
    if (of !== null) expect(translate(of.key, { replace: of.values })).toBe(text);
});

test('no sentence is kept here that the server no longer says', () => {
  const said = [
    ...[...inSource, ...told].map(({ code, text }) => found(code, text)?.key),
    ...history.map(({ act, summary }) => recognise('history', act, summary)?.key),
  ];
  // Said by `notFound('…')`, beside a code that is made, and by what is read from text (owner or team, as the API names them).
  const read =
    /^codes\.(not-found|whatsapp\.withoutReason|invalid-request\.(owner|team)|owned-by-colleague\.(named|takeOver|offered|team)|not-allowed\.(needs|auditor))/;
  const kept = keysIn({ codes: english.codes, any: english.any, history: english.history });
  expect(kept.filter((key) => !said.some((one) => one === `server:${key}`) && !read.test(key))).toEqual([]);
});

describe.each(Object.keys(LANGUAGES).filter((language) => language !== 'en'))('in %s', (name) => {
  const language = name as Exclude<keyof typeof LANGUAGES, 'en'>;

  it('every sentence is told in that language, with its parts', async () => {
    await speak(language);
    for (const { code, text } of [...inSource, ...told]) {
      if (found(code, text) === null) continue;
      const shown = serverText({ code, text });
      expect(shown).not.toBe(text);
      expect(shown).not.toMatch(/\{\{[a-z]/);
      expect(shown.split(PART).length).toBe(text.split(PART).length);
    }
    for (const line of history) expect(historyText(line)).not.toBe(line.summary);
  });
});

it('shows a sentence that it does not know as the server wrote it', async () => {
  await speak('es');
  expect(serverText({ code: 'consent-denied', text: 'A newer server says more.' })).toBe(
    'A newer server says more.',
  );
  expect(serverText({ code: 'constructor', text: 'No code of ours.' })).toBe('No code of ours.');
});

it('tells a time in the person’s zone', async () => {
  const banner = {
    code: 'denied',
    text: 'Refused 12 May 2026. Only a Consent Template may be sent.',
    values: { refusedAt: '2026-05-12T23:10:00.000Z', unproven: false },
  };
  keepTimeZone('Asia/Tokyo');
  expect(serverText(banner)).toMatch(/^Refused .*13.*\. Only/);
  await speak('es');
  expect(serverText(banner)).toMatch(/^Rechazado el 13 may 2026\./);
});

it('names languages in words', async () => {
  const text = 'In pt_BR this template cannot be sent: {{1}} is not bound.';
  const unknown = 'This template cannot be sent in “de”, but in: en, es.';
  expect(serverText({ code: 'language-not-usable', text })).toMatch(/^In Brazilian Portuguese this/);
  await speak('es');
  expect(serverText({ code: 'language-not-usable', text })).toMatch(/^En portugués .*Brasil/);
  expect(serverText({ code: 'template-language-unknown', text: unknown })).toMatch(/alemán.*inglés.*español/);
});

it('names rights and roles as the pages do', async () => {
  await speak('es');
  const needs =
    'You are signed in as agent; this needs the right “manage-people”. An administrator can grant it.';
  expect(serverText({ code: 'not-allowed', text: needs })).toContain(
    `«${translate('rights:rights.manage-people.name')}»`,
  );
});

it.each([
  [
    'This needs the right “chat”. An administrator can grant it.',
    'This needs the right “Chat”. An administrator can grant it.',
  ],
  [
    'This needs the right “chat” and “ask-consent”. An auditor reads and changes nothing; an administrator can give you another role.',
    'This needs the right “Chat and Ask for consent”. An auditor reads and changes nothing; an administrator can give you another role.',
  ],
])('names rights by their label in English too: %s', async (text, shown) => {
  await speak('en');
  expect(serverText({ code: 'not-allowed', text })).toBe(shown);
});

it('leaves out what stands above the list of what a template waits for', () => {
  const message = 'Waits for an Opt-In Template with the keyword “Yes, I Agree”';
  expect(waitText({ code: 'opt-in-missing', message })).toBe(
    'An Opt-In Template with the keyword “Yes, I Agree”',
  );
});

it('gives a hostile name no way out of its place', async () => {
  await speak('es');
  const text =
    '{{name}} $t(ui:nav.label) \u202e answers this conversation. Only they or an administrator can do this.';
  expect(serverText({ code: 'not-yours', text })).toBe(
    '\u2068{{name}} $t(ui:nav.label) \u202e\u2069 atiende esta conversación. Solo esa persona o un administrador puede hacer esto.',
  );
});
