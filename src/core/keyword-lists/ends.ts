/** Whole words to take off the ends of a normalised text, in a form that is quick to look up. */
export interface Ends {
  readonly phrases: ReadonlySet<string>;
  readonly longest: number;
}

/** `phrases` are normalised. */
export function endsOf(phrases: Iterable<string>): Ends {
  const known = new Set(phrases);
  return { phrases: known, longest: Math.max(0, ...[...known].map((phrase) => phrase.split(' ').length)) };
}

/** Takes the phrases off both ends of a normalised text, longest first, until none is left there. */
export function stripEnds(key: string, { phrases, longest }: Ends): string {
  const words = key.split(' ');
  let from = 0;
  let to = words.length;
  let stable = false;
  while (!stable && from < to) {
    stable = true;
    for (let size = Math.min(longest, to - from); size > 0; size -= 1) {
      if (phrases.has(words.slice(from, from + size).join(' '))) {
        from += size;
        stable = false;
        break;
      }
      if (phrases.has(words.slice(to - size, to).join(' '))) {
        to -= size;
        stable = false;
        break;
      }
    }
  }
  return words.slice(from, to).join(' ');
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
