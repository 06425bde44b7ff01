import { firstWord } from './ends.ts';
import type { Pattern } from './pattern.ts';
import { beginnings, endsFrom } from './pattern.ts';

interface Entry<T> {
  order: number;
  pattern: Pattern;
  value: T;
}

/** Patterns in order, each with what it stands for, found by the word they begin with. */
export interface RuleSet<T> {
  readonly byFirstWord: ReadonlyMap<string, readonly Entry<T>[]>;
}

/** Throws on a pattern that fits no words at all: it would fit anywhere. */
export function ruleSet<T>(rules: Iterable<readonly [Pattern, T]>): RuleSet<T> {
  const byFirstWord = new Map<string, Entry<T>[]>();
  let order = 0;
  for (const [pattern, value] of rules) {
    const { words, empty } = beginnings(pattern);
    if (empty) throw new Error(`a pattern that needs no word: ${JSON.stringify(value)}`);
    for (const word of words) {
      const entries = byFirstWord.get(word) ?? [];
      byFirstWord.set(word, entries);
      entries.push({ order, pattern, value });
    }
    order += 1;
  }
  return { byFirstWord };
}

/** The first rule that fits a normalised text as a whole. */
export function fitting<T>(rules: RuleSet<T>, key: string): T | undefined {
  const entries = rules.byFirstWord.get(firstWord(key));
  if (entries === undefined) return undefined;
  const words = key.split(' ');
  return entries.find(({ pattern }) => endsFrom(pattern, words, START).has(words.length))?.value;
}
const START: ReadonlySet<number> = new Set([0]);

/** The first rule, in the order of the rules, that fits anywhere in a normalised text; it comes as its words. */
export function fittingWithin<T>(rules: RuleSet<T>, words: readonly string[]): T | undefined {
  let first: Entry<T> | undefined;
  for (const [at, word] of words.entries()) {
    for (const entry of rules.byFirstWord.get(word) ?? []) {
      if (first !== undefined && first.order <= entry.order) break;
      if (endsFrom(entry.pattern, words, new Set([at])).size > 0) first = entry;
    }
  }
  return first?.value;
}
