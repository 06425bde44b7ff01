import type { Entry, RuleSet } from './rule-set.ts';

/** A rule and the place of its set among those that were given: the place of its language. */
export interface Placed<T> {
  set: number;
  entry: Entry<T>;
}

/**
 * Of several lists of rule sets at once: the rules all of whose needed words are among these, each once, list by list. What is
 * not among them fits no text of these words, and no part of one.
 */
export type RuleIndex<T> = (words: readonly string[]) => readonly (readonly Placed<T>[])[];

/** What a word leads to: the alternatives it is one of, and the rules that are looked for by it, each with its list. */
interface Lead<T> {
  alternatives: number[];
  rules: { list: number; id: number; needs: readonly number[]; placed: Placed<T> }[];
}

/**
 * One look-up for each word of a text, whatever the number of languages: a word marks the alternatives it is one of
 * ("stop, quit, cease"), and a rule is a candidate when all of its own are marked. Asking each rule for its words took
 * twenty times as long.
 */
export function ruleIndex<T>(lists: readonly (readonly RuleSet<T>[])[]): RuleIndex<T> {
  const leads = new Map<string, Lead<T>>();
  const leadOf = (word: string): Lead<T> => {
    const known = leads.get(word);
    if (known !== undefined) return known;
    const lead: Lead<T> = { alternatives: [], rules: [] };
    leads.set(word, lead);
    return lead;
  };
  const numbers = new Map<string, number>();
  const numberOf = (words: readonly string[]): number => {
    const name = words.join(' ');
    const known = numbers.get(name);
    if (known !== undefined) return known;
    for (const word of words) leadOf(word).alternatives.push(numbers.size);
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
  let rules = 0;
  for (const [list, sets] of lists.entries())
    for (const [set, { byAnchor }] of sets.entries()) {
      const ids = new Map<Entry<T>, number>();
      for (const [word, entries] of byAnchor)
        for (const entry of entries) {
          const id = ids.get(entry) ?? rules++;
          ids.set(entry, id);
          leadOf(word).rules.push({ list, id, needs: entry.needs.map(numberOf), placed: { set, entry } });
        }
    }
  // In which asking each was marked or found last.
  const marked = new Uint32Array(numbers.size);
  const found = new Uint32Array(rules);
  let asking = 0;
  return (words) => {
    asking += 1;
    const led = words.flatMap((word) => leads.get(word) ?? []);
    for (const { alternatives } of led) for (const number of alternatives) marked[number] = asking;
    const all = lists.map((): Placed<T>[] => []);
    for (const lead of led)
      for (const { list, id, needs, placed } of lead.rules) {
        if (found[id] === asking || !needs.every((number) => marked[number] === asking)) continue;
        found[id] = asking;
        all[list]?.push(placed);
      }
    return all;
  };
}
