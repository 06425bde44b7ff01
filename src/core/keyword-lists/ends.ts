/** Whole words to take off the ends of a normalised text, in a form that is quick to look up. */
export interface Ends {
  readonly phrases: ReadonlySet<string>;
  readonly longest: number;
  /** First and last words of the phrases: most messages have none of them at their ends, and cost no more than that. */
  readonly firsts: ReadonlySet<string>;
  readonly lasts: ReadonlySet<string>;
}

/** `phrases` are normalised. */
export function endsOf(phrases: Iterable<string>): Ends {
  const known = new Set(phrases);
  const parts = [...known].map((phrase) => phrase.split(' '));
  return {
    phrases: known,
    longest: Math.max(0, ...parts.map(({ length }) => length)),
    firsts: new Set(parts.map((words) => words[0] ?? '')),
    lasts: new Set(parts.map((words) => words.at(-1) ?? '')),
  };
}

/** Takes the phrases off both ends of a normalised text, longest first, until none is left there. */
export function stripEnds(key: string, { phrases, longest, firsts, lasts }: Ends): string {
  const end = key.lastIndexOf(' ') + 1;
  if (!firsts.has(firstWord(key)) && !lasts.has(key.slice(end))) return key;
  const words = key.split(' ');
  let from = 0;
  let to = words.length;
  let stable = false;
  while (!stable && from < to) {
    stable = true;
    const atStart = firsts.has(words[from] ?? '');
    const atEnd = lasts.has(words[to - 1] ?? '');
    for (let size = atStart || atEnd ? Math.min(longest, to - from) : 0; size > 0; size -= 1) {
      if (atStart && phrases.has(words.slice(from, from + size).join(' '))) {
        from += size;
        stable = false;
        break;
      }
      if (atEnd && phrases.has(words.slice(to - size, to).join(' '))) {
        to -= size;
        stable = false;
        break;
      }
    }
  }
  return from === 0 && to === words.length ? key : words.slice(from, to).join(' ');
}

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
  const words = key.split(' ');
  const starts = reach(words, ends);
  const stops = reach(words.toReversed(), ends, true).map((taken) => words.length - taken);
  return starts.flatMap((from) =>
    stops.filter((to) => from < to && to - from <= most).map((to) => words.slice(from, to).join(' ')),
  );
}

/** How many words can be taken off the start of `words`; `backwards` where they stand in reverse. */
function reach(words: readonly string[], { phrases, longest }: Ends, backwards = false): number[] {
  const reached = new Set([0]);
  for (const from of reached) {
    for (let size = 1; size <= Math.min(longest, words.length - from); size += 1) {
      const part = words.slice(from, from + size);
      if (phrases.has((backwards ? part.toReversed() : part).join(' '))) reached.add(from + size);
    }
  }
  return [...reached];
}
