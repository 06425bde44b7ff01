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
