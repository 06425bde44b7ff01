import type { Purpose } from '../purpose.ts';
import { PURPOSES } from '../purpose.ts';
import { KEYWORD_LISTS } from './all.ts';
import { firstWord, stripped } from './ends.ts';
import type { KeywordList } from './list.ts';
import type { Pattern } from './pattern.ts';
import { patternReader } from './pattern.ts';
import type { Entry, RuleSet } from './rule-set.ts';
import { fitsWithin, fitting, fittingWithin, ruleSet } from './rule-set.ts';
import { FILLERS, STRONG_STOP_WORDS, withoutCourtesies } from './whole-words.ts';

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
/** The words with which the rules of any language begin: most messages begin with none of them. */
const FIRST_WORDS = {
  whole: new Set(RULES.flatMap(({ whole }) => [...whole.byFirstWord.keys()])),
  holds: new Set(RULES.flatMap(({ holds }) => [...holds.byFirstWord.keys()])),
};

/** The rules of all languages that are looked for inside a text: one look-up for each of its words. */
const WITHIN = new Map<string, { language: number; entry: Entry<Found> }[]>();
for (const [language, { within }] of RULES.entries())
  for (const [word, entries] of within.byAnchor)
    WITHIN.set(word, [...(WITHIN.get(word) ?? []), ...entries.map((entry) => ({ language, entry }))]);

/** The first rule of each language that fits anywhere, by the place of the language. */
function hitsWithin(words: readonly string[]): ReadonlyMap<number, Entry<Found>> {
  const hits = new Map<number, Entry<Found>>();
  let held: ReadonlySet<string> | undefined;
  for (const word of words) {
    for (const { language, entry } of WITHIN.get(word) ?? []) {
      const before = hits.get(language);
      if (before !== undefined && before.order <= entry.order) continue;
      held ??= new Set(words);
      if (fitsWithin(entry, words, held)) hits.set(language, entry);
    }
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
  const bare = withoutCourtesies(key);
  const cores = stripped(key, FILLERS);
  if (bare === key && cores.size === 0 && !FIRST_WORDS[list].has(firstWord(key))) return null;
  for (const rules of RULES) {
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
  const words = key.split(' ');
  const hits = hitsWithin(words);
  if (hits.size === 0 || fittingWithin(REVERSED, words) === true) return null;
  for (const [language, { talk, marketing }] of RULES.entries()) {
    const hit = hits.get(language)?.value;
    if (hit === undefined || fittingWithin(talk, words) === true) continue;
    return fittingWithin(marketing, words) === true ? { ...hit, purposes: ['marketing'] } : copied(hit);
  }
  return null;
}

/** Whether any language's list finds a time, a place or somebody else in a normalised text. */
export function speaksOfOtherThings(key: string): boolean {
  const words = key.split(' ');
  return RULES.some(({ talk }) => fittingWithin(talk, words) === true);
}

function copied(found: Found): Found {
  return { ...found, purposes: [...found.purposes] };
}
