import type { Purpose } from '../purpose.ts';
import { PURPOSES } from '../purpose.ts';
import { KEYWORD_LISTS } from './all.ts';
import { stripEnds } from './ends.ts';
import type { KeywordList } from './list.ts';
import type { Pattern } from './pattern.ts';
import { patternReader } from './pattern.ts';
import type { RuleSet } from './rule-set.ts';
import { fitting, fittingWithin, ruleSet } from './rule-set.ts';
import { COURTESIES, FILLERS, STRONG_STOP_WORDS } from './whole-words.ts';

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
  for (const [language, fillers] of FILLERS) {
    const core = stripEnds(key, fillers);
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
  return [...FILLERS.values()].some((fillers) => stripEnds(key, fillers) === '');
}

function wholeIn(key: string, list: 'whole' | 'holds'): Found | null {
  const bare = stripEnds(key, COURTESIES);
  for (const rules of RULES) {
    const fillers = FILLERS.get(rules.language);
    const core = fillers === undefined ? bare : stripEnds(key, fillers);
    for (const form of new Set([key, bare, core])) {
      const hit = fitting(rules[list], form);
      if (hit !== undefined) return copied(hit);
    }
  }
  return null;
}

/**
 * A refusal inside a normalised text that says more. Where that text names promotions it is held for marketing
 * alone ("don't send promos but do send my appointment"); where it names a time, a place or somebody else, or asks
 * for the opposite, it is talk.
 */
export function refusalWithin(key: string): Found | null {
  if (fittingWithin(REVERSED, key) === true) return null;
  for (const { within, talk, marketing } of RULES) {
    const hit = fittingWithin(within, key);
    if (hit === undefined || fittingWithin(talk, key) === true) continue;
    return fittingWithin(marketing, key) === true ? { ...hit, purposes: ['marketing'] } : copied(hit);
  }
  return null;
}

/** Whether any language's list finds a time, a place or somebody else in a normalised text. */
export function speaksOfOtherThings(key: string): boolean {
  return RULES.some(({ talk }) => fittingWithin(talk, key) === true);
}

function copied(found: Found): Found {
  return { ...found, purposes: [...found.purposes] };
}
