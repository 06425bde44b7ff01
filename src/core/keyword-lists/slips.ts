/**
 * Whether `typed` is one slip of the finger away from `word`: two neighbouring letters swapped, one left out, one
 * too many, or one wrong. Both normalised.
 */
export function isSlip(typed: string, word: string): boolean {
  if (typed === word || Math.abs(typed.length - word.length) > 1) return false;
  let from = 0;
  while (from < typed.length && typed[from] === word[from]) from += 1;
  let end = 0;
  while (end < Math.min(typed.length, word.length) - from && typed.at(-1 - end) === word.at(-1 - end))
    end += 1;
  const a = typed.slice(from, typed.length - end);
  const b = word.slice(from, word.length - end);
  if (a.length <= 1 && b.length <= 1) return true;
  return a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0];
}
