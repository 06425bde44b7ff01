import { stripEnds } from './keyword-lists/ends.ts';
import { refusalWithin, wholeHold, wholeRefusal } from './keyword-lists/refusal-patterns.ts';
import { isSlip } from './keyword-lists/slips.ts';
import {
  ANSWER_WORDS,
  COURTESIES,
  emojiForm,
  NOT_SLIPS,
  SLIP_TARGETS,
  STOP_WORDS,
  STOP_WORDS_WITH_A_NUMBER,
  stopForm,
} from './keyword-lists/whole-words.ts';
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

/**
 * What a customer's words may mean, free of context; the caller applies the order of the rules (stop, start, answer
 * to an open request, refusal phrase, similar). Several may be set at once.
 */
export interface Reading {
  stop: (Match & { purposes: Purpose[] }) | null;
  start: Match | null;
  answer: (Match & { meaning: 'yes' | 'no' }) | null;
  refusalPhrase: (Match & { purposes: Purpose[] }) | null;
  similar: (Match & { purposes: Purpose[] }) | null;
}

type Refusal = Match & { purposes: Purpose[] };

/** Longer messages are talk: the longest word or phrase of the lists is far shorter, and reading stays quick. */
const LONGEST = 1_000;

/** Reads one message. Total: any string, however long or broken, has a reading. */
export function readText(text: string, tenant: readonly TenantKeyword[]): Reading {
  const shown = text.length > LONGEST ? squeezed(text) : text;
  const key = shown.length > LONGEST ? '' : normalise(shown);
  if (shown.length > LONGEST)
    return { stop: null, start: null, answer: null, refusalPhrase: null, similar: null };
  const stop = stopWord(key, shown, tenant);
  const refusalPhrase = phrase(key, shown);
  return {
    stop,
    start: key === 'start' || key === 'unstop' ? { rule: `start:en:${key}`, language: 'en' } : null,
    answer: answerWord(key, shown, tenant),
    refusalPhrase,
    similar: stop === null && refusalPhrase === null ? similar(key, shown) : null,
  };
}

/**
 * The stop word that a template's own keyword would give another meaning ("reply CANCEL to cancel your visit"), or
 * null. Publishing refuses such a keyword unless its meaning is a refusal at any time.
 */
export function isReservedWord(text: string): Match | null {
  const { stop, refusalPhrase } = readText(text, []);
  const match = stop ?? refusalPhrase;
  return match === null ? null : { rule: match.rule, language: match.language };
}

/** Drops invisible padding, long gaps and long runs, so that a padded "stop" is still read as one. */
function squeezed(text: string): string {
  return text
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu, '')
    .replace(/(?![?¿؟？])[\p{P}\p{S}\p{Z}\p{C}]{2,}/gu, ' ')
    .replace(/(\p{L})\1{2,}/gu, '$1$1$1');
}

function stopWord(key: string, text: string, tenant: readonly TenantKeyword[]): Refusal | null {
  const forms = [stopForm(key), stopForm(stripEnds(key, COURTESIES))];
  for (const form of forms) {
    const word = STOP_WORDS.get(form);
    if (word !== undefined) return { rule: word.rule, language: word.language, purposes: [...word.purposes] };
  }
  const own = tenant.find(
    (word) => word.meaning === 'stop' && isOneOf(forms, stopForm(normalise(word.text)), text, word.text),
  );
  return own === undefined ? null : { ...tenantMatch(own), purposes: [...(own.purposes ?? PURPOSES)] };
}

function isOneOf(forms: readonly string[], form: string, text: string, word: string): boolean {
  if (form !== '') return forms.includes(form);
  return emojiForm(word) !== '' && emojiForm(word) === emojiForm(text);
}

function tenantMatch({ meaning, text, language }: TenantKeyword): Match {
  return { rule: `tenant:${meaning}:${normalise(text) || emojiForm(text)}`, language: language ?? null };
}

/** An answer is the whole message. A question ("yes?") or struck-out text ("~yes~") answers nothing. */
function answerWord(key: string, text: string, tenant: readonly TenantKeyword[]): Reading['answer'] {
  if (/[?¿؟？]|~.+~/su.test(text)) return null;
  const own = (['no', 'yes'] as const)
    .map((meaning) =>
      tenant.find(
        (word) => word.meaning === meaning && isOneOf([key], normalise(word.text), text, word.text),
      ),
    )
    .find((word) => word !== undefined);
  if (own !== undefined) return { ...tenantMatch(own), meaning: own.meaning === 'yes' ? 'yes' : 'no' };
  const word = key === '' ? THUMBS.get(emojiForm(text)) : ANSWER_WORDS.get(key);
  if (word === undefined || (word.meaning === 'yes' && AGAINST.test(text))) return null;
  return { rule: word.rule, language: word.language, meaning: word.meaning };
}

const THUMBS = new Map([
  ['👍', { rule: 'yes:emoji:👍', language: null, meaning: 'yes' as const }],
  ['👎', { rule: 'no:emoji:👎', language: null, meaning: 'no' as const }],
]);
/** Signs that contradict a yes beside them. */
const AGAINST = /[👎🚫❌🙅🛑⛔✋🙄]/u;

/** The whole message is a kept phrase, or one refusal after the other ("Leave me alone. Don't text me!"). */
function phrase(key: string, text: string): Refusal | null {
  if (key === '') return null;
  const whole = wholeRefusal(key);
  if (whole !== null) return whole;
  const clauses = clausesOf(text);
  if (clauses.length < 2 || clauses.length > 6) return null;
  let found: Refusal | null = null;
  let stops = 0;
  for (const clause of clauses) {
    const part = wholeRefusal(clause);
    const stop = part === null ? stopWord(clause, '', []) : null;
    if (part !== null) {
      found = {
        ...part,
        purposes: PURPOSES.filter((p) => part.purposes.includes(p) || found?.purposes.includes(p)),
      };
    } else if (stop !== null) {
      stops += 1;
    } else if (
      stripEnds(clause, COURTESIES) !== '' &&
      ANSWER_WORDS.get(clause)?.meaning !== 'no' &&
      wholeHold(clause) === null
    ) {
      return null;
    }
  }
  return found === null || stops === 0 ? found : { ...found, purposes: [...PURPOSES] };
}

function clausesOf(text: string): string[] {
  return text
    .split(/[.,;:!?¡¿\n…،؛؟।。！？、]+/u)
    .map(normalise)
    .filter((clause) => clause !== '');
}

function similar(key: string, text: string): Refusal | null {
  if (key === '') {
    const sign = emojiForm(text);
    return ['🛑', '🚫', '🔕', '⛔'].includes(sign)
      ? { rule: `similar:emoji:${sign}`, language: null, purposes: [...PURPOSES] }
      : null;
  }
  const bare = stripEnds(key, COURTESIES);
  return stopWithNumber(bare) ?? slip(bare) ?? wholeHold(key) ?? stopSentence(text) ?? refusalWithin(key);
}

/** "STOP 12345" names one case that we cannot tell. */
function stopWithNumber(key: string): Refusal | null {
  const word = /^(.+?)(?: \d+)+$/u.exec(key)?.[1];
  if (word === undefined || !STOP_WORDS_WITH_A_NUMBER.has(word)) return null;
  return { rule: `similar:number:${word}`, language: null, purposes: [...PURPOSES] };
}

function slip(key: string): Refusal | null {
  if (key.length < 4 || key.length > 20 || key.includes(' ') || NOT_SLIPS.has(key)) return null;
  const word = SLIP_TARGETS.find((target) => isSlip(key, target.key));
  return word === undefined
    ? null
    : { rule: `similar:slip:${word.key}`, language: word.language, purposes: [...word.purposes] };
}

/** "STOP. Who is this?": one sentence of the message is nothing but a stop word. */
function stopSentence(text: string): Refusal | null {
  const sentences = text.split(/[.!?\n。！？؟।]+/u).map(normalise);
  for (const sentence of sentences) {
    const stop =
      sentences.length > 1 && STRONG.has(stripEnds(sentence, COURTESIES)) ? stopWord(sentence, '', []) : null;
    if (stop !== null) return { ...stop, rule: stop.rule.replace('stop:', 'similar:') };
  }
  return null;
}
const STRONG = new Set(['stop', 'unsubscribe', 'opt out', 'optout', 'stop all']);
