import { normalise } from '../normalise.ts';
import type { Purpose } from '../purpose.ts';
import { PURPOSES } from '../purpose.ts';
import { KEYWORD_LISTS } from './all.ts';
import { coresOf, endsByLanguage, endsOf, hasEnds, stripEnds, wordsOf } from './ends.ts';

/** One entry of a list that matches by equality, with the rule's stable name. */
export interface Word {
  readonly rule: string;
  readonly language: string;
  /** Normalised. */
  readonly key: string;
}
export interface StopWord extends Word {
  readonly purposes: readonly Purpose[];
}
export interface AnswerWord {
  readonly meaning: 'yes' | 'no';
  /** One of each language that has the word with this meaning. */
  readonly matches: readonly [Word, ...Word[]];
  readonly everywhere: false;
}

/** The form two spellings of a stop word share: no spaces ("s t o p", "opt-out"), one final letter ("stopp"). */
export function stopForm(key: string): string {
  const joined = key.replaceAll(' ', '');
  const last = joined.charCodeAt(joined.length - 1);
  // Nearly no text ends in a doubled letter; a letter of two halves has to be looked at.
  if (last !== joined.charCodeAt(joined.length - 2) && (last & 0xfc00) !== 0xdc00) return joined;
  return joined.replace(/(\p{L})\1+$/u, '$1');
}

/** What an emoji-only text is compared by, as `normalise` leaves nothing of it; '' where there are words too. */
export function emojiForm(text: string): string {
  if (text.length > 64 || normalise(text) !== '') return '';
  const shown = text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\s\p{P}]|\p{Emoji_Modifier}/gu, '');
  return shown.replace(/(\p{S})\1+/gu, '$1');
}

function words(texts: readonly string[], kind: string, language: string): Word[] {
  return texts.map((text) => {
    const key = normalise(text);
    return { rule: `${kind}:${language}:${key}`, language, key };
  });
}

function byKey<W extends Word>(entries: readonly W[], form: (key: string) => string): ReadonlyMap<string, W> {
  const map = new Map<string, W>();
  for (const entry of entries) if (!map.has(form(entry.key))) map.set(form(entry.key), entry);
  return map;
}

const stops: StopWord[] = KEYWORD_LISTS.flatMap(({ language, stop, stopMarketing }) => [
  ...words(stop, 'stop', language).map((word) => ({ ...word, purposes: PURPOSES })),
  ...words(stopMarketing, 'stop', language).map((word) => ({ ...word, purposes: ['marketing' as const] })),
]);
const stopsByForm = byKey(stops, stopForm);

/** In words; no stop word of ours or of an administrator's has more. */
const LONGEST_STOP_WORD = 8;
/** In characters: longer ones are only tried whole and without any courtesy. */
const LONGEST_MESSAGE = 200;

/** The forms a normalised text is looked up by as a stop word: all of it, and without courtesies at its ends. */
export function stopForms(key: string): readonly string[] {
  if (lastForms.key !== key) lastForms = { key, forms: formsOf(key) };
  return lastForms.forms;
}
let lastForms: { key: string | null; forms: readonly string[] } = { key: null, forms: [] };

function formsOf(key: string): readonly string[] {
  if (!hasEnds(key, COURTESIES)) return [stopForm(key)];
  if (key.length > LONGEST_MESSAGE) return [key, withoutCourtesies(key)].map(stopForm);
  return [key, withoutCourtesies(key), ...coresOf(key, COURTESIES, LONGEST_STOP_WORD)].map(stopForm);
}

/** The built-in stop word that a normalised text is, whole. */
export function builtInStop(key: string): StopWord | undefined {
  if (key.length > LONGEST_MESSAGE && !hasEnds(key, COURTESIES)) return undefined;
  for (const form of stopForms(key)) {
    const word = stopsByForm.get(form);
    if (word !== undefined) return word;
  }
  return undefined;
}

/** By normalised text, spaces and all. No before yes: where two languages disagree about a word, the refusal stands. */
export const ANSWER_WORDS: ReadonlyMap<string, AnswerWord> = answerWords();

function answerWords(): ReadonlyMap<string, AnswerWord> {
  const map = new Map<string, AnswerWord>();
  for (const meaning of ['no', 'yes'] as const)
    for (const list of KEYWORD_LISTS)
      for (const word of words(list[meaning], meaning, list.language)) {
        const known = map.get(word.key);
        if (known === undefined) map.set(word.key, { meaning, matches: [word], everywhere: false });
        else if (known.meaning === meaning)
          map.set(word.key, { ...known, matches: [...known.matches, word] });
      }
  return map;
}

export const STOP_WORDS = byKey(stops, (key) => key);

/** Stop words that mean nothing else in daily life, so that a sentence may hold them and still be read. */
export const STRONG_STOP_WORDS: ReadonlySet<string> = new Set(
  ['stop', 'stopp', 'unsubscribe', 'unsub', 'opt out', 'stop all', 'désabonner', 'désinscrire', 'abmelden']
    .concat([
      'uitschrijven',
      'afmelden',
      'descadastrar',
      'desuscribir',
      'darme de baja',
      'अनसब्सक्राइब',
      'إلغاء الاشتراك',
    ])
    .map(normalise),
);

const STRONG_FIRST_WORDS = new Set([...STRONG_STOP_WORDS].map((stop) => stop.split(' ')[0] ?? ''));

/** Whether a normalised text holds a word with which one of them begins; otherwise none is in it. */
export function mayHoldStrongStop(key: string): boolean {
  return wordsOf(key).some((word) => STRONG_FIRST_WORDS.has(word));
}

/** Single words long enough that one slip is more likely than another word, and "stop". */
export const SLIP_TARGETS = stops.filter(
  ({ key }) => key === 'stop' || (key.length >= 7 && !key.includes(' ')),
);
export const NOT_SLIPS = new Set(
  KEYWORD_LISTS.flatMap((list) =>
    [...list.notTypos, ...list.yes, ...list.no, ...list.courtesies].map(normalise),
  ),
);

export const COURTESIES = endsOf(KEYWORD_LISTS.flatMap((list) => list.courtesies.map(normalise)));
/** A normalised text without the courtesies at its ends. The same message is asked about several times in a row. */
export function withoutCourtesies(key: string): string {
  if (last.key !== key) last = { key, bare: stripEnds(key, COURTESIES) };
  return last.bare;
}
let last = { key: '', bare: '' };

/** Per language, as one language's filler is another's refusal. */
export const FILLERS = endsByLanguage(
  new Map(
    KEYWORD_LISTS.map((list) => [
      list.language,
      endsOf([...list.fillers, ...list.courtesies].map(normalise)),
    ]),
  ),
);
