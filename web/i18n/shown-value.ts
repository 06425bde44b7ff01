import { formatNumber } from './locale.ts';

/** Letters that run from right to left, and the characters that change a line's direction. */
const rightToLeft = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;
const leftToRight = /\p{Script=Latin}|[\u200e\d]/u;

/**
 * What a value looks like inside a sentence: a number as the reader writes it; a text kept apart from the sentence
 * where the two run in different directions, so that neither turns the other round. The isolates also end whatever
 * a hostile name leaves open (https://www.w3.org/International/articles/inline-bidi-markup/).
 */
export function shownValue(value: unknown, sentence: 'ltr' | 'rtl'): string {
  if (typeof value === 'number') return formatNumber(value);
  const text = String(value);
  const apart =
    (sentence === 'rtl' ? leftToRight : rightToLeft).test(text) || /[\u202a-\u202e\u2066-\u2069]/.test(text);
  return apart ? `\u2068${text}\u2069` : text;
}
