import { normalise } from '../normalise.ts';
import type { Purpose } from '../purpose.ts';
import { PURPOSES } from '../purpose.ts';
import { stripEnds } from './ends.ts';
import type { Found } from './refusal-patterns.ts';
import {
  addsNothing,
  mayHold,
  mayRefuse,
  refusalWithin,
  speaksOfOtherThings,
  wholeHold,
  wholeRefusal,
} from './refusal-patterns.ts';
import { isSlip } from './slips.ts';
import {
  ANSWER_WORDS,
  builtInStop,
  COURTESIES,
  emojiForm,
  mayHoldStrongStop,
  NOT_SLIPS,
  SLIP_TARGETS,
  STOP_WORDS,
  STRONG_STOP_WORDS,
  withoutCourtesies,
} from './whole-words.ts';

/** A refusal, or something similar to one; emoji rules have no language. */
export type Refusal = Omit<Found, 'language'> & { language: string | null };

/** More clauses than this are a story, not one refusal after the other. */
const MOST_CLAUSES = 6;

/** The whole message is a kept phrase, or one refusal after the other ("Leave me alone. Don't text me!"). */
export function refusalPhrase(key: string, text: string): Refusal | null {
  if (key === '') return null;
  return wholeRefusal(key) ?? (mayRefuse(key) ? refusalInClauses(clausesOf(text)) : null);
}

function refusalInClauses(clauses: readonly string[]): Refusal | null {
  if (clauses.length < 2 || clauses.length > MOST_CLAUSES) return null;
  // Nearly no message has one, and what the other clauses are need not be known then.
  const parts = clauses.map(wholeRefusal);
  const first = parts.find((part) => part !== null) ?? null;
  if (first === null) return null;
  const refused = new Set<Purpose>();
  for (const [index, clause] of clauses.entries()) {
    const stop = builtInStop(clause);
    const part = parts[index] ?? null;
    if (part === null && stop === undefined && !isBesideTheRefusal(clause)) return null;
    for (const purpose of part?.purposes ?? stop?.purposes ?? []) refused.add(purpose);
  }
  return { ...first, purposes: PURPOSES.filter((purpose) => refused.has(purpose)) };
}

function isBesideTheRefusal(clause: string): boolean {
  return addsNothing(clause) || ANSWER_WORDS.get(clause)?.meaning === 'no' || wholeHold(clause) !== null;
}

/** What stands between the signs that end a clause, each normalised. Its words are words of the whole text. */
export function clausesOf(text: string): readonly string[] {
  // Asked for twice of each message.
  if (last.text !== text) last = { text, clauses: split(text, /[.,;:!?¡¿\n…،؛؟।。！？、()]+/u) };
  return last.clauses;
}
let last: { text: string | null; clauses: readonly string[] } = { text: null, clauses: [] };

function split(text: string, at: RegExp): string[] {
  return text
    .normalize('NFKC')
    .split(at)
    .map(normalise)
    .filter((part) => part !== '');
}

/** What only resembles a refusal, and therefore holds rather than decides. */
export function similarToRefusal(key: string, text: string): Refusal | null {
  if (key === '') return stopSign(text);
  const bare = withoutCourtesies(key);
  return (
    stopWithNumber(bare) ??
    slip(bare) ??
    wholeHold(key) ??
    (mayHold(key) ? holdInClauses(text) : null) ??
    stopSentence(key, text) ??
    refusalWithin(key)
  );
}

function stopSign(text: string): Refusal | null {
  const sign = emojiForm(text);
  if (!['🛑', '🚫', '🔕', '⛔'].includes(sign)) return null;
  return { rule: `similar:emoji:${sign}`, language: null, purposes: [...PURPOSES] };
}

/** "STOP 12345" names one case that we cannot tell. */
function stopWithNumber(key: string): Refusal | null {
  const word = STOP_WORDS.get(/^(.+?)(?: \d+)+$/u.exec(key)?.[1] ?? '');
  if (word === undefined) return null;
  return { rule: `similar:number:${word.key}`, language: word.language, purposes: [...word.purposes] };
}

function slip(key: string): Refusal | null {
  if (key.length < 4 || key.includes(' ') || NOT_SLIPS.has(key)) return null;
  const word = SLIP_TARGETS.find((target) => isSlip(key, target.key));
  return word === undefined
    ? null
    : { rule: `similar:slip:${word.key}`, language: word.language, purposes: [...word.purposes] };
}

/** "I told you, enough": a clause that holds, beside others that add nothing. */
function holdInClauses(text: string): Refusal | null {
  const clauses = clausesOf(text);
  if (clauses.length < 2 || clauses.length > MOST_CLAUSES) return null;
  const hold = clauses.map(wholeHold).find((one) => one !== null) ?? null;
  return hold === null || !clauses.every(isBesideTheRefusal) ? null : hold;
}

/** "STOP. Who is this?": one sentence of the message is nothing but a stop word. */
function stopSentence(key: string, text: string): Refusal | null {
  if (!mayHoldStrongStop(key)) return null;
  const sentences = split(text, /[.!?\n。！？؟।]+/u).map((sentence) => stripEnds(sentence, COURTESIES));
  const stop = sentences.find((sentence) => STRONG_STOP_WORDS.has(sentence));
  if (sentences.length < 2 || stop === undefined || speaksOfOtherThings(key)) return null;
  return { rule: `similar:sentence:${stop}`, language: null, purposes: [...PURPOSES] };
}
