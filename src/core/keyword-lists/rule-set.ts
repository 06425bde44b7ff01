import { firstWord, wordsOf } from './ends.ts';
import type { Pattern } from './pattern.ts';
import { beginnings, endsFrom, needs } from './pattern.ts';

export interface Entry<T> {
  order: number;
  pattern: Pattern;
  /** The words a text that fits begins with. */
  firsts: ReadonlySet<string>;
  needs: readonly (readonly string[])[];
  value: T;
}

/** Patterns in order, each with what it stands for. */
export interface RuleSet<T> {
  /** By each word they can begin with: how a whole text finds them. */
  readonly byFirstWord: ReadonlyMap<string, readonly Entry<T>[]>;
  /** By the rarest words they need: how they are found anywhere, so that what people write about orders leads to few. */
  readonly byAnchor: ReadonlyMap<string, readonly Entry<T>[]>;
}

/** Throws on a pattern that fits no words at all: it would fit anywhere. */
export function ruleSet<T>(rules: Iterable<readonly [Pattern, T]>): RuleSet<T> {
  const entries: Entry<T>[] = [];
  for (const [pattern, value] of rules) {
    const { words, empty } = beginnings(pattern);
    if (empty) throw new Error(`a pattern that needs no word: ${JSON.stringify(value)}`);
    entries.push({ order: entries.length, pattern, firsts: words, needs: needs(pattern), value });
  }
  const uses = new Map<string, number>();
  for (const word of entries.flatMap((entry) => entry.needs.flat()))
    uses.set(word, (uses.get(word) ?? 0) + 1);
  const weight = (words: readonly string[]): number =>
    words.reduce((sum, word) => sum + (uses.get(word) ?? 0), 0);
  const byFirstWord = new Map<string, Entry<T>[]>();
  const byAnchor = new Map<string, Entry<T>[]>();
  const put = (map: Map<string, Entry<T>[]>, word: string, entry: Entry<T>): void => {
    const known = map.get(word);
    if (known === undefined) map.set(word, [entry]);
    else known.push(entry);
  };
  for (const entry of entries) {
    for (const word of entry.firsts) put(byFirstWord, word, entry);
    const [anchor = [...entry.firsts]] = [...entry.needs].sort((a, b) => weight(a) - weight(b));
    for (const word of anchor) put(byAnchor, word, entry);
  }
  return { byFirstWord, byAnchor };
}

/** The first rule that fits a normalised text as a whole. */
export function fitting<T>(rules: RuleSet<T>, key: string): T | undefined {
  const entries = rules.byFirstWord.get(firstWord(key));
  if (entries === undefined) return undefined;
  const words = wordsOf(key);
  const held = new Set(words);
  return entries.find(
    (entry) => holds(held, entry) && endsFrom(entry.pattern, words, START).has(words.length),
  )?.value;
}
const START: ReadonlySet<number> = new Set([0]);

/** The first rule, in the order of the rules, that fits anywhere in a normalised text; it comes as its words. */
export function fittingWithin<T>({ byAnchor }: RuleSet<T>, words: readonly string[]): T | undefined {
  let first: Entry<T> | undefined;
  let held: ReadonlySet<string> | undefined;
  for (const word of words) {
    for (const entry of byAnchor.get(word) ?? []) {
      if (first !== undefined && first.order <= entry.order) break;
      held ??= new Set(words);
      if (holds(held, entry) && fitsWithin(entry, words)) first = entry;
    }
  }
  return first?.value;
}

/** Whether a rule fits somewhere in a text. Ask first whether the text holds the words it needs: walking is dear. */
export function fitsWithin({ firsts, pattern }: Entry<unknown>, words: readonly string[]): boolean {
  return words.some((word, at) => firsts.has(word) && endsFrom(pattern, words, new Set([at])).size > 0);
}

const holds = (held: ReadonlySet<string>, { needs: wanted }: Pick<Entry<unknown>, 'needs'>): boolean =>
  wanted.every((one) => one.some((word) => held.has(word)));
