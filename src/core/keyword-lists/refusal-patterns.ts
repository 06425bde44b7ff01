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

interface Rules {
  language: string;
  whole: Rule[];
  holds: Rule[];
  within: Rule[];
  talk: RegExp;
  marketing: RegExp;
}

function compile(list: KeywordList): Rules {
  const { language, slots } = list;
  const rules = (
    kind: string,
    patterns: readonly string[],
    purposes: readonly Purpose[],
    where: 'whole' | 'within',
  ) =>
    patterns.map((pattern) => {
      const source = patternSource(pattern, slots);
      return {
        rule: `${kind}:${language}:${pattern}`,
        language,
        purposes: [...purposes],
        expression: new RegExp(where === 'whole' ? `^${source}$` : `(?:^| )${source}`, 'u'),
      };
    });
  const anywhere = (patterns: readonly string[]) =>
    new RegExp(
      patterns.length === 0 ? '(?!)' : `(?:^| )(?:${patterns.map((p) => patternSource(p, slots)).join('|')})`,
      'u',
    );
  return {
    language,
    whole: [
      ...rules('phrase', list.marketingRefusals, ['marketing'], 'whole'),
      ...rules('phrase', list.refusals, PURPOSES, 'whole'),
    ],
    holds: rules('similar', list.holds, PURPOSES, 'whole'),
    within: [
      ...rules('similar', [...list.marketingRefusals, ...list.marketingHoldsWithin], ['marketing'], 'within'),
      ...rules('similar', [...list.refusals, ...list.holdsWithin], PURPOSES, 'within'),
    ],
    talk: anywhere(list.talk),
    marketing: anywhere('promo' in slots ? ['{promo}'] : []),
  };
}

const RULES = KEYWORD_LISTS.map(compile);

function found(rules: readonly Rule[], key: string): Found | null {
  const text = `${key} `;
  const hit = rules.find(({ expression }) => expression.test(text));
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
 * alone ("don't send promos but do send my appointment"); where it names a time, a place or somebody else it is talk.
 */
export function refusalWithin(key: string): Found | null {
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
