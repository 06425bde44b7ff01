import type { Purpose } from '../purpose.ts';
import { PURPOSES } from '../purpose.ts';
import { KEYWORD_LISTS } from './all.ts';
import { stripped, wordsOf } from './ends.ts';
import type { KeywordList } from './list.ts';
import type { Pattern } from './pattern.ts';
import { patternReader } from './pattern.ts';
import { type Placed, ruleIndex } from './rule-index.ts';
import type { Entry, RuleSet } from './rule-set.ts';
import { fitsWithin, fitting, fittingWithin, ruleSet } from './rule-set.ts';
import { FILLERS, mayHoldStrongStop, STRONG_STOP_WORDS, withoutCourtesies } from './whole-words.ts';

/** A pattern that fits, and what it refuses. */
export interface Found {
  rule: string;
  language: string;
  purposes: Purpose[];
}

interface Rules {
  language: string;
  whole: RuleSet<Found>;
  holds: RuleSet<Found>;
  within: RuleSet<Found>;
  talk: RuleSet<true>;
  marketing: RuleSet<true>;
}

function compile(list: KeywordList): Rules {
  const { language, slots } = list;
  const read = patternReader(slots);
  const named = (kind: string, purposes: readonly Purpose[], patterns: readonly string[]) =>
    patterns.map((pattern): [Pattern, Found] => [
      read(pattern),
      { rule: `${kind}:${language}:${pattern}`, language, purposes: [...purposes] },
    ]);
  const plain = (patterns: readonly string[]) =>
    ruleSet(patterns.map((pattern): [Pattern, true] => [read(pattern), true]));
  return {
    language,
    whole: ruleSet([
      ...named('phrase', ['marketing'], list.marketingRefusals),
      ...named('phrase', PURPOSES, list.refusals),
    ]),
    holds: ruleSet(named('similar', PURPOSES, list.holds)),
    within: ruleSet([
      ...named('similar', ['marketing'], [...list.marketingRefusals, ...list.marketingHoldsWithin]),
      ...named('similar', PURPOSES, [...list.refusals, ...list.holdsWithin]),
    ]),
    talk: plain(list.talk),
    marketing: plain('promo' in slots ? ['{promo}'] : []),
  };
}

const RULES = KEYWORD_LISTS.map(compile);
interface Candidates {
  whole: readonly Placed<Found>[];
  holds: readonly Placed<Found>[];
  within: readonly Placed<Found>[];
}

const INDEX = ruleIndex([
  RULES.map(({ whole }) => whole),
  RULES.map(({ holds }) => holds),
  RULES.map(({ within }) => within),
]);

/** The rules that may fit a normalised text or a part of it. Most texts lead to none, and cost no more than this. */
function candidates(key: string): Candidates {
  if (asked.key === key) return asked.found;
  const [whole = [], holds = [], within = []] = INDEX(wordsOf(key));
  asked = { key, found: { whole, holds, within } };
  return asked.found;
}
let asked: { key: string | null; found: Candidates } = {
  key: null,
  found: { whole: [], holds: [], within: [] },
};

/**
 * Whether a normalised text, or a clause of it, may be a refusal or be similar to one as a whole: its words are those of its
 * clauses.
 */
export const mayRefuse = (key: string): boolean => candidates(key).whole.length > 0 || mayHoldStrongStop(key);
export const mayHold = (key: string): boolean => candidates(key).holds.length > 0;

/** The first rule of each language that fits anywhere, by the place of the language. */
function hitsWithin(key: string): ReadonlyMap<number, Entry<Found>> {
  const hits = new Map<number, Entry<Found>>();
  for (const { set: language, entry } of candidates(key).within) {
    const before = hits.get(language);
    if (before !== undefined && before.order <= entry.order) continue;
    if (fitsWithin(entry, wordsOf(key))) hits.set(language, entry);
  }
  return hits;
}

const REVERSED = ruleSet(
  KEYWORD_LISTS.flatMap(({ reversed, slots }) =>
    reversed.map((pattern): [Pattern, true] => [patternReader(slots)(pattern), true]),
  ),
);

/**
 * A kept phrase that is a refusal as the whole of a normalised text, with or without words around that add nothing
 * ("I said stop", "for the last time, leave me alone").
 */
export function wholeRefusal(key: string): Found | null {
  const hit = wholeIn(key, 'whole');
  if (hit !== null) return hit;
  if (!mayHoldStrongStop(key)) return null;
  // In the order of the lists: the first language whose words around it add nothing.
  const cores = stripped(key, FILLERS);
  const unchanged = STRONG_STOP_WORDS.has(key);
  if (!unchanged && cores.size === 0) return null;
  for (const { language } of RULES) {
    const core = cores.get(language) ?? key;
    if (STRONG_STOP_WORDS.has(core))
      return { rule: `phrase:${language}:${core}`, language, purposes: [...PURPOSES] };
  }
  return null;
}

/** A phrase that is similar to a refusal as the whole of a normalised text. */
export function wholeHold(key: string): Found | null {
  return wholeIn(key, 'holds');
}

/** Words that add nothing to a refusal beside them: courtesies, "I told you", "I never signed up for this". */
export function addsNothing(key: string): boolean {
  return key === '' || [...stripped(key, FILLERS).values()].includes('');
}

function wholeIn(key: string, list: 'whole' | 'holds'): Found | null {
  const found = candidates(key)[list];
  if (found.length === 0) return null;
  const languages = new Set(found.map(({ set }) => set));
  const bare = withoutCourtesies(key);
  const cores = stripped(key, FILLERS);
  for (const [language, rules] of RULES.entries()) {
    if (!languages.has(language)) continue;
    const core = cores.get(rules.language) ?? key;
    const hit =
      fitting(rules[list], key) ??
      (bare === key ? undefined : fitting(rules[list], bare)) ??
      (core === key || core === bare ? undefined : fitting(rules[list], core));
    if (hit !== undefined) return copied(hit);
  }
  return null;
}

/**
 * A refusal inside a normalised text that says more. Where that text names promotions it is held for marketing
 * alone ("don't send promos but do send my appointment"); where it names a time, a place or somebody else, or asks
 * for the opposite, it is talk.
 */
export function refusalWithin(key: string): Found | null {
  const hits = hitsWithin(key);
  if (hits.size === 0) return null;
  const words = wordsOf(key);
  if (fittingWithin(REVERSED, words) === true) return null;
  for (const [language, { talk, marketing }] of RULES.entries()) {
    const hit = hits.get(language)?.value;
    if (hit === undefined || fittingWithin(talk, words) === true) continue;
    return fittingWithin(marketing, words) === true ? { ...hit, purposes: ['marketing'] } : copied(hit);
  }
  return null;
}

/** Whether any language's list finds a time, a place or somebody else in a normalised text. */
export function speaksOfOtherThings(key: string): boolean {
  const words = wordsOf(key);
  return RULES.some(({ talk }) => fittingWithin(talk, words) === true);
}

function copied(found: Found): Found {
  return { ...found, purposes: [...found.purposes] };
}
