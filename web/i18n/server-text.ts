import i18next, { type ParseKeys } from 'i18next';
import { RIGHTS, type Role } from '../../src/core/rights.ts';
import type english from './en/server.json';
import { currentLanguage, translate } from './i18n.ts';
import { dateFormat, languageName, listOf } from './locale.ts';

/**
 * What the server says, in the reader's language. The server stays the one source: it sends a stable code and the English
 * sentence. The English sentences by code stand in `en/server.json`; where one of them is what the server said, the same
 * key in the reader's language is shown, with the changing parts the server sent as `values`, or else as they stand in the
 * sentence. Reasons kept with a message for years have a code and a sentence only, so both ways are needed. A sentence that
 * is not there, of a newer server say, is shown as the server wrote it. `server-text.test.ts` finds what drifts apart.
 */
export interface ServerSentence {
  /** Stable; of what it may be is said by the server (product.md §4). */
  code: string;
  /** In English. */
  text: string;
  /** Changing parts by name. A time is ISO 8601 and is shown in the reader's zone. */
  values?: Record<string, unknown> | undefined;
}

type Group = keyof typeof english;
type ServerKey = `server:${ParseKeys<'server'>}`;
type Values = Record<string, string>;

export function serverText({ code, text, values = {} }: ServerSentence): string {
  // WhatsApp's errors share sentences, so they stand together; some sentences go with any code.
  const group = /^whatsapp-(\d+|failed)$/.test(code) ? 'whatsapp' : code;
  const own = recognise('codes', group, text);
  return tell(own ?? recognise('any', null, text), text, values);
}

/** Why a message, a file or a template stays behind; undefined where the server gives no reason. */
export function blockedText(of: {
  reason?: string | undefined;
  reasonText?: string | undefined;
}): string | undefined {
  return of.reasonText === undefined ? undefined : serverText({ code: of.reason ?? '', text: of.reasonText });
}

/** A line of the consent history, by the act it tells. */
export function historyText({ act, summary }: { act: string; summary: string }): string {
  return say('history', act, summary);
}

/** What a template waits for; the server says “Waits for …”, which stands above the list already. */
export function waitText(one: { code: string; message: string; values?: Values | undefined }): string {
  const code = one.code === 'opt-in-missing' || one.code === 'opt-out-missing' ? one.code : null;
  const found = recognise('codes', one.code, one.message);
  return code === null || found === null
    ? serverText({ ...one, text: one.message })
    : translate(`server:waits.${code}`, { replace: { ...found.values, ...one.values } });
}

/** Whether to ask again after a refusal; `ago` is the reader's words for when that was. */
export function askAgainText(text: string, ago: string): string {
  return currentLanguage() === 'en' || ago === '' ? text : translate('server:askAgain', { ago });
}

/** What the test of the webhook found. */
export function webhookText(detail: string): string {
  return say('webhook', null, detail);
}

function say(group: Group, code: string | null, text: string): string {
  return tell(recognise(group, code, text), text, {});
}

function tell(found: Recognised | null, text: string, values: Record<string, unknown>): string {
  if (found === null) return text;
  const parts = { ...found.values, ...texts(values, found.values) };
  const shown = worded(parts);
  // In English the server's own words are the sentence, unless a part of it is told otherwise here: a time in the reader's zone,
  // a right, a role or a language by its name.
  if (currentLanguage() === 'en' && String(Object.values(shown)) === String(Object.values(parts)))
    return text;
  // `replace`: a part may be named as one of i18next's own options is.
  return translate(found.key, { replace: shown });
}

/** Only what the sentence has a place for. */
function texts(values: Record<string, unknown>, known: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' && Object.hasOwn(known, name) ? [[name, value] as const] : [],
    ),
  );
}

interface Pattern {
  key: ServerKey;
  names: string[];
  pattern: RegExp;
  /** How much of it is fixed: of two that fit, the one that says more is meant. */
  fixed: number;
}

const isKey = (key: string): key is ServerKey => i18next.exists(key, { lng: 'en' });

function patternsIn(words: unknown, key: string): Pattern[] {
  if (typeof words === 'object' && words !== null)
    return Object.entries(words).flatMap(([name, inner]) => patternsIn(inner, `${key}.${name}`));
  if (typeof words !== 'string' || !isKey(key)) return [];
  const parts = words.split(/\{\{(\w+)\}\}/);
  const fixed = parts.filter((_, index) => index % 2 === 0);
  const source = fixed.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('([^]*?)');
  return [
    {
      key,
      names: parts.filter((_, index) => index % 2 === 1),
      pattern: new RegExp(`^${source}$`),
      fixed: fixed.join('').length,
    },
  ];
}

const made = new Map<string, Pattern[]>();

function patternsOf(group: Group, code: string | null): Pattern[] {
  const key = code === null ? `server:${group}` : `server:${group}.${code}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  // Loaded after the first page is drawn; until then the server's own English stands.
  if (!i18next.hasResourceBundle('en', 'server')) return [];
  const all: object = i18next.getResource('en', 'server', group) ?? {};
  const words = code === null ? all : Object.entries(all).find(([name]) => name === code)?.[1];
  const patterns = patternsIn(words, key).sort((one, other) => other.fixed - one.fixed);
  made.set(key, patterns);
  return patterns;
}

interface Recognised {
  key: ServerKey;
  values: Values;
}

/** Which of the sentences of a code the server said, and its changing parts; null for none of them. */
export function recognise(group: Group, code: string | null, text: string): Recognised | null {
  for (const { key, names, pattern } of patternsOf(group, code)) {
    const found = pattern.exec(text);
    if (found !== null)
      return { key, values: Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])) };
  }
  return null;
}

const ROLES: readonly Role[] = ['administrator', 'agent', 'auditor'];

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const isTime = (value: string): boolean => TIME.test(value);

/** Parts that are words themselves: times, rights, roles, languages, parts of a template. */
function worded(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (isTime(value))
        return [
          name,
          dateFormat({ day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(value)),
        ];
      if (name === 'right') return [name, rightNames(value)];
      if (name === 'role') return [name, roleName(value)];
      if (name.startsWith('language')) return [name, listOf(value.split(', ').map(languageName))];
      if (name === 'part') return [name, say('parts', null, value)];
      if (name === 'lacks') return [name, listOf(value.split(', ').map((lack) => say('lacks', null, lack)))];
      return [name, value];
    }),
  );
}

function roleName(value: string): string {
  const role = ROLES.find((one) => one === value);
  return role === undefined ? value : translate(`rights:roles.${role}`);
}

/** The server names rights as the API does, one or several: `chat” or “assign`. */
function rightNames(value: string): string {
  const names = RIGHTS.filter((right) => value.split(/[^a-z-]+/).includes(right));
  return names.length === 0 ? value : listOf(names.map((right) => translate(`rights:rights.${right}.name`)));
}
