/** Whole words to take off the ends of a normalised text, in a form that is quick to look up. */
export interface Ends {
  readonly phrases: ReadonlySet<string>;
  readonly longest: number;
  /**
   * First and last words of the phrases, with how many words such phrases have: most messages have none of them at their
   * ends, and cost no more than that.
   */
  readonly firsts: ReadonlyMap<string, ReadonlySet<number>>;
  readonly lasts: ReadonlyMap<string, ReadonlySet<number>>;
}

/** `phrases` are normalised. */
export function endsOf(phrases: Iterable<string>): Ends {
  const known = new Set(phrases);
  const parts = [...known].map((phrase) => phrase.split(' '));
  return {
    phrases: known,
    longest: Math.max(0, ...parts.map(({ length }) => length)),
    firsts: sizesBy(parts, (words) => words[0] ?? ''),
    lasts: sizesBy(parts, (words) => words.at(-1) ?? ''),
  };
}

function sizesBy(
  parts: readonly string[][],
  wordOf: (words: string[]) => string,
): ReadonlyMap<string, ReadonlySet<number>> {
  const sizes = new Map<string, Set<number>>();
  for (const words of parts) {
    const word = wordOf(words);
    const known = sizes.get(word);
    if (known === undefined) sizes.set(word, new Set([words.length]));
    else known.add(words.length);
  }
  return sizes;
}

/** Whether a normalised text begins or ends with a word that one of the phrases begins or ends with. */
export function hasEnds(key: string, { firsts, lasts }: Pick<Ends, 'firsts' | 'lasts'>): boolean {
  return firsts.has(firstWord(key)) || lasts.has(key.slice(key.lastIndexOf(' ') + 1));
}

/** Takes the phrases off both ends of a normalised text, longest first, until none is left there. */
export function stripEnds(key: string, { phrases, longest, firsts, lasts }: Ends): string {
  if (!hasEnds(key, { firsts, lasts })) return key;
  const words = wordsOf(key);
  let from = 0;
  let to = words.length;
  let stable = false;
  while (!stable && from < to) {
    stable = true;
    const atStart = firsts.get(words[from] ?? '');
    const atEnd = lasts.get(words[to - 1] ?? '');
    if (atStart === undefined && atEnd === undefined) break;
    for (let size = Math.min(longest, to - from); size > 0; size -= 1) {
      if (atStart?.has(size) && phrases.has(words.slice(from, from + size).join(' '))) {
        from += size;
        stable = false;
        break;
      }
      if (atEnd?.has(size) && phrases.has(words.slice(to - size, to).join(' '))) {
        to -= size;
        stable = false;
        break;
      }
    }
  }
  return from === 0 && to === words.length ? key : words.slice(from, to).join(' ');
}

/** Ends of several languages. Most texts begin and end with a word of none of them, and cost two look-ups. */
export interface EndsByLanguage {
  readonly ends: ReadonlyMap<string, Ends>;
  readonly firsts: ReadonlyMap<string, readonly string[]>;
  readonly lasts: ReadonlyMap<string, readonly string[]>;
}

export function endsByLanguage(ends: ReadonlyMap<string, Ends>): EndsByLanguage {
  const firsts = new Map<string, string[]>();
  const lasts = new Map<string, string[]>();
  const note = (map: Map<string, string[]>, word: string, language: string): void => {
    map.set(word, [...(map.get(word) ?? []), language]);
  };
  for (const [language, one] of ends) {
    for (const word of one.firsts.keys()) note(firsts, word, language);
    for (const word of one.lasts.keys()) note(lasts, word, language);
  }
  return { ends, firsts, lasts };
}

/** What `stripEnds` leaves in each language in which it takes something off. */
export function stripped(key: string, { ends, firsts, lasts }: EndsByLanguage): ReadonlyMap<string, string> {
  // Of one message the same words are asked about several times in a row.
  if (key === last.key) return last.cores;
  const begins = firsts.get(firstWord(key));
  const stops = lasts.get(key.slice(key.lastIndexOf(' ') + 1));
  if (begins === undefined && stops === undefined) return NOTHING;
  const cores = new Map<string, string>();
  for (const language of new Set([...(begins ?? []), ...(stops ?? [])])) {
    const one = ends.get(language);
    const core = one === undefined ? key : stripEnds(key, one);
    if (core !== key) cores.set(language, core);
  }
  last = { key, cores };
  return cores;
}
let last: { key: string | null; cores: ReadonlyMap<string, string> } = { key: null, cores: new Map() };
const NOTHING: ReadonlyMap<string, string> = new Map();

/** The words of a normalised text. The same text is taken apart several times in a row. */
export function wordsOf(key: string): readonly string[] {
  if (apart.key !== key) apart = { key, words: key.split(' ') };
  return apart.words;
}
let apart: { key: string | null; words: readonly string[] } = { key: null, words: [] };

/** The first word of a normalised text. */
export function firstWord(key: string): string {
  const end = key.indexOf(' ');
  return end === -1 ? key : key.slice(0, end);
}

/**
 * What remains of a normalised text with none, some or all of the phrases taken off its ends, as far as that has at
 * most `most` words. "Basta ya" is an administrator's word although "ya" ends other messages as a courtesy.
 */
export function coresOf(key: string, ends: Ends, most: number): string[] {
  const words = wordsOf(key);
  const starts = reach(words, ends);
  const stops = reach(words.toReversed(), ends, true).map((taken) => words.length - taken);
  return starts.flatMap((from) =>
    stops.filter((to) => from < to && to - from <= most).map((to) => words.slice(from, to).join(' ')),
  );
}

/** How many words can be taken off the start of `words`; `backwards` where they stand in reverse. */
function reach(
  words: readonly string[],
  { phrases, longest, firsts, lasts }: Ends,
  backwards = false,
): number[] {
  const reached = new Set([0]);
  for (const from of reached) {
    const sizes = (backwards ? lasts : firsts).get(words[from] ?? '');
    if (sizes === undefined) continue;
    for (let size = 1; size <= Math.min(longest, words.length - from); size += 1) {
      if (!sizes.has(size)) continue;
      const part = words.slice(from, from + size);
      if (phrases.has((backwards ? part.toReversed() : part).join(' '))) reached.add(from + size);
    }
  }
  return [...reached];
}
