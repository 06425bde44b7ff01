import { refusalPhrase, similarToRefusal } from './keyword-lists/refusals.ts';
import { ANSWER_WORDS, builtInStop, emojiForm, stopForm, stopForms } from './keyword-lists/whole-words.ts';
import { mayMeanYes } from './may-mean-yes.ts';
import { normalise } from './normalise.ts';
import type { Purpose } from './purpose.ts';
import { PURPOSES } from './purpose.ts';

export { KEYWORD_LIST_VERSION } from './keyword-lists/version.ts';
export type { Purpose } from './purpose.ts';

/** An administrator's own word: `yes` and `no` are answer words, `stop` refuses at any time, all purposes unless told. */
export interface TenantKeyword {
  text: string;
  language?: string;
  meaning: 'yes' | 'no' | 'stop';
  purposes?: Purpose[];
}

/** `rule` is stable and names the entry that matched, such as `stop:en:unsubscribe` or `tenant:yes:acepto`. */
export interface Match {
  rule: string;
  language: string | null;
}

/** The whole message is a word for yes or no: in which languages, and by which entry of each. */
export interface AnswerReading {
  meaning: 'yes' | 'no';
  matches: readonly [Match, ...Match[]];
  /** An administrator's word or a thumb: it means that whatever language the question was asked in. */
  everywhere: boolean;
}

/**
 * What a customer's words may mean, free of context; the caller applies the order of the rules (stop, start, answer
 * to an open request, refusal phrase, similar). Several may be set at once, but `similar` only where neither `stop`
 * nor `refusalPhrase` is.
 */
export interface Reading {
  stop: (Match & { purposes: Purpose[] }) | null;
  start: Match | null;
  answer: AnswerReading | null;
  refusalPhrase: (Match & { purposes: Purpose[] }) | null;
  similar: (Match & { purposes: Purpose[] }) | null;
}

/** In UTF-16 units. Longer messages are talk: no entry of the lists comes near, and reading stays quick. */
const LONGEST = 1_000;

/** Reads one message. Total: any string, however long or broken, has a reading. */
export function readText(text: string, tenant: readonly TenantKeyword[]): Reading {
  const shown = text.length > LONGEST ? withoutPadding(text) : text;
  const key = shown === null ? '' : normalise(shown);
  if (shown === null || key.length > LONGEST) {
    return { stop: null, start: null, answer: null, refusalPhrase: null, similar: null };
  }
  const stop = stopWord(key, shown, tenant);
  const phrase = refusalPhrase(key, shown);
  return {
    stop,
    start: START_WORDS.has(key) && mayMeanYes(text) ? { rule: `start:en:${key}`, language: 'en' } : null,
    answer: answerWord(key, text, tenant),
    refusalPhrase: phrase,
    similar: stop === null && phrase === null ? similarToRefusal(key, shown) : null,
  };
}

/**
 * The stop word or kept phrase that a template's own keyword would give another meaning ("reply CANCEL to cancel
 * your visit"), or null. Ask it of keywords that mean anything but a refusal at any time.
 */
export function isReservedWord(text: string): Match | null {
  const { stop, refusalPhrase: phrase } = readText(text, []);
  const match = stop ?? phrase;
  return match === null ? null : { rule: match.rule, language: match.language };
}

/**
 * A long text without invisible padding, long gaps and long runs; null as soon as more than a short message is left.
 * The reading would be the same without it, after seconds instead of milliseconds for 65,000 characters.
 */
function withoutPadding(text: string): string | null {
  let kept = '';
  let last = '';
  let beforeLast = '';
  for (const sign of text) {
    if (INVISIBLE.test(sign) || (sign === last && sign === beforeLast) || (GAP.test(sign) && GAP.test(last)))
      continue;
    kept += sign;
    if (kept.length > LONGEST) return null;
    beforeLast = last;
    last = sign;
  }
  return kept;
}
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** Not an emoji. */
const GAP = /[^\p{L}\p{M}\p{N}\p{S}]/u;

function stopWord(key: string, text: string, tenant: readonly TenantKeyword[]): Reading['stop'] {
  const word = builtInStop(key);
  if (word !== undefined) return { rule: word.rule, language: word.language, purposes: [...word.purposes] };
  const own = ownWord('stop', stopForms(key), stopForm, text, tenant);
  return own === undefined ? null : { ...tenantMatch(own), purposes: [...(own.purposes ?? PURPOSES)] };
}

const START_WORDS: ReadonlySet<string> = new Set(['start', 'unstop']);

/** An answer is the whole message. */
function answerWord(key: string, text: string, tenant: readonly TenantKeyword[]): Reading['answer'] {
  for (const meaning of ['no', 'yes'] as const) {
    const own = ownWord(meaning, [key], (form) => form, text, tenant);
    if (own !== undefined) return { meaning, matches: [tenantMatch(own)], everywhere: true };
  }
  const word = key === '' ? THUMBS.get(emojiForm(text)) : ANSWER_WORDS.get(key);
  return word === undefined || (word.meaning === 'yes' && !mayMeanYes(text)) ? null : word;
}

const THUMBS: ReadonlyMap<string, AnswerReading> = new Map([
  ['👍', { meaning: 'yes', matches: [{ rule: 'yes:emoji:👍', language: null }], everywhere: true }],
  ['👎', { meaning: 'no', matches: [{ rule: 'no:emoji:👎', language: null }], everywhere: true }],
]);

/** The administrator's word that the text is. Of a word made of emoji alone nothing is left to compare but the emoji. */
function ownWord(
  meaning: TenantKeyword['meaning'],
  forms: readonly string[],
  formOf: (key: string) => string,
  text: string,
  tenant: readonly TenantKeyword[],
): TenantKeyword | undefined {
  return tenant.find((word) => {
    if (word.meaning !== meaning || (meaning === 'yes' && !mayMeanYes(text, word.text))) return false;
    const form = formOf(normalise(word.text));
    if (form !== '') return forms.includes(form);
    return emojiForm(word.text) !== '' && emojiForm(word.text) === emojiForm(text);
  });
}

function tenantMatch({ meaning, text, language }: TenantKeyword): Match {
  return { rule: `tenant:${meaning}:${normalise(text) || emojiForm(text)}`, language: language ?? null };
}
