import type { Purpose } from '../purpose.ts';
import { PURPOSES } from '../purpose.ts';
import { KEYWORD_LISTS } from './all.ts';
import { stripEnds } from './ends.ts';
import type { KeywordList } from './list.ts';
import { patternSource } from './pattern.ts';
import { COURTESIES, FILLERS, STRONG_STOP_WORDS } from './whole-words.ts';

/** A pattern that fits, and what it refuses. */
export interface Found {
  rule: string;
  language: string;
  purposes: Purpose[];
}

interface Rule extends Found {
  expression: RegExp;
}

/** Rules in their order, and one expression for all: most messages fit none, and one test is quicker than forty. */
interface RuleSet {
  any: RegExp;
  rules: Rule[];
}

interface Rules {
  language: string;
  whole: RuleSet;
  holds: RuleSet;
  within: RuleSet;
  talk: RegExp;
  marketing: RegExp;
}

const WHOLE = ['^', '$'] as const;
const WITHIN = ['(?:^| )', ''] as const;

function expression(before: string, sources: readonly string[], after: string): RegExp {
  return new RegExp(sources.length === 0 ? '(?!)' : `${before}(?:${sources.join('|')})${after}`, 'u');
}

function compile(list: KeywordList): Rules {
  const { language, slots } = list;
  const sources = (patterns: readonly string[]) => patterns.map((pattern) => patternSource(pattern, slots));

  function ruleSet(
    kind: string,
    [before, after]: readonly [string, string],
    marketing: readonly string[],
    full: readonly string[],
  ): RuleSet {
    const all = [...marketing, ...full];
    return {
      any: expression(before, sources(all), after),
      rules: all.map((pattern, at) => ({
        rule: `${kind}:${language}:${pattern}`,
        language,
        purposes: at < marketing.length ? ['marketing'] : [...PURPOSES],
        expression: expression(before, sources([pattern]), after),
      })),
    };
  }

  return {
    language,
    whole: ruleSet('phrase', WHOLE, list.marketingRefusals, list.refusals),
    holds: ruleSet('similar', WHOLE, [], list.holds),
    within: ruleSet(
      'similar',
      WITHIN,
      [...list.marketingRefusals, ...list.marketingHoldsWithin],
      [...list.refusals, ...list.holdsWithin],
    ),
    talk: expression(WITHIN[0], sources(list.talk), WITHIN[1]),
    marketing: expression(WITHIN[0], 'promo' in slots ? sources(['{promo}']) : [], WITHIN[1]),
  };
}

const RULES = KEYWORD_LISTS.map(compile);
const REVERSED = expression(
  WITHIN[0],
  KEYWORD_LISTS.flatMap(({ reversed, slots }) => reversed.map((pattern) => patternSource(pattern, slots))),
  WITHIN[1],
);

function found({ any, rules }: RuleSet, key: string): Found | null {
  const text = `${key} `;
  const hit = any.test(text) ? rules.find((rule) => rule.expression.test(text)) : undefined;
  return hit === undefined ? null : { rule: hit.rule, language: hit.language, purposes: [...hit.purposes] };
}

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
      const hit = form === '' ? null : found(rules[list], form);
      if (hit !== null) return hit;
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
  if (REVERSED.test(`${key} `)) return null;
  for (const rules of RULES) {
    const hit = found(rules.within, key);
    if (hit === null || rules.talk.test(`${key} `)) continue;
    return rules.marketing.test(`${key} `) ? { ...hit, purposes: ['marketing'] } : hit;
  }
  return null;
}

/** Whether any language's list finds a time, a place or somebody else in a normalised text. */
export function speaksOfOtherThings(key: string): boolean {
  return RULES.some(({ talk }) => talk.test(`${key} `));
}
