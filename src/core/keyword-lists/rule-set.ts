import { firstWord } from './ends.ts';
import type { Pattern } from './pattern.ts';
import { beginnings, endsFrom, needs } from './pattern.ts';

interface Entry<T> {
  order: number;
  pattern: Pattern;
  needs: readonly (readonly string[])[];
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
    const entry = { order, pattern, needs: needs(pattern), value };
    for (const word of words) {
      const entries = byFirstWord.get(word) ?? [];
      byFirstWord.set(word, entries);
      entries.push(entry);
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
  const held = new Set(words);
  return entries.find(
    (entry) => holds(held, entry) && endsFrom(entry.pattern, words, START).has(words.length),
  )?.value;
}
const START: ReadonlySet<number> = new Set([0]);

const holds = (held: ReadonlySet<string>, { needs: wanted }: Pick<Entry<unknown>, 'needs'>): boolean =>
  wanted.every((one) => one.some((word) => held.has(word)));

/** The first rule, in the order of the rules, that fits anywhere in a normalised text; it comes as its words. */
export function fittingWithin<T>(rules: RuleSet<T>, words: readonly string[]): T | undefined {
  let first: Entry<T> | undefined;
  let held: ReadonlySet<string> | undefined;
  for (const [at, word] of words.entries()) {
    const entries = rules.byFirstWord.get(word);
    if (entries === undefined) continue;
    held ??= new Set(words);
    for (const entry of entries) {
      if (first !== undefined && first.order <= entry.order) break;
      if (holds(held, entry) && endsFrom(entry.pattern, words, new Set([at])).size > 0) first = entry;
    }
  }
  return first?.value;
}
