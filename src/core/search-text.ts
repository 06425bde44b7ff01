/**
 * The form in which names and messages are searched, the same when they are stored and when somebody asks.
 *
 * Case, accents and width are folded away, punctuation separates, and every other letter is spelled in ASCII: `王` is
 * one `X` and three characters. Trigrams and words of PostgreSQL know only the letters of the database's locale: in a
 * database with locale C a Chinese, Cyrillic or Arabic name has none, and no index finds it. ASCII is in every locale.
 * It also makes three characters, which is what a trigram takes, of each letter of a script where two are a name.
 */

/** What is left of longer text is not searched: names of hostile length, messages of 65,000 characters. */
const MOST_CHARACTERS = 4_000;
const MOST_WORD = 60;

/** Letters that Unicode does not take apart, as people type them without the keyboard for it. */
const SPELLED: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
  // Arabic: how the end of a word is written differs from writer to writer
  ى: 'ي',
  ة: 'ه',
};

/** What only decorates a letter: accents, vowel points, directions, joiners, the stretching of Arabic words. */
const DECORATION = new RegExp(
  [
    String.raw`[\p{Cf}\u0640'’ʼ\ufe00-\ufe0f]`,
    // combining marks of Latin, Greek and Cyrillic; of Hebrew; of Arabic; of Japanese; of symbols
    String.raw`[\u0300-\u036f]`,
    String.raw`[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]`,
    String.raw`[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]`,
    String.raw`[\u3099\u309a\u20d0-\u20ff]`,
  ].join('|'),
  'gu',
);
/** Arabic-Indic, Persian, Devanagari; full width is folded by NFKD. */
const DIGITS = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;

/** Words of folded, spelled text, separated by one space. Empty where there is nothing to search. */
export function searchForm(text: string): string {
  return fold(text).replace(NOT_ASCII, spell).trim();
}

const NOT_ASCII = /[^ -~]/gu;
/** Of plain ASCII all the rest changes nothing. */
const BEYOND_ASCII = /[^\0-\x7f]/;
const NOT_ASCII_WORD = /[^a-z0-9]+/g;

function fold(text: string): string {
  if (!BEYOND_ASCII.test(text))
    return text.slice(0, MOST_CHARACTERS).toLowerCase().replaceAll("'", '').replace(NOT_ASCII_WORD, ' ');
  return text
    .slice(0, MOST_CHARACTERS)
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(DECORATION, '')
    .normalize('NFC')
    .replace(DIGITS, digit)
    .replace(/[ßæœøłđðþıςىة]/g, (letter) => SPELLED[letter] ?? letter)
    .replace(/[^\p{L}\p{M}\p{N}\p{So}]+/gu, ' ');
}

const ZEROS = [0x660, 0x6f0, 0x966];
const digit = (letter: string): string => {
  const code = letter.charCodeAt(0);
  return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
};

/** Fixed lengths after a capital, which no folded text holds: one letter is never found inside another. */
function spell(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  return code < 36 ** 3 ? `X${code.toString(36).padStart(3, '0')}` : `Y${code.toString(36).padStart(4, '0')}`;
}

/**
 * LIKE patterns that must all match ` ${searchForm(name)}`, or null where nothing is asked. A word of three characters
 * or more is found anywhere in a name, a shorter one where a word begins: both are what a trigram index answers.
 */
export function namePatterns(search: string): string[] | null {
  const words = wordsOf(search);
  return words.length === 0 ? null : words.map((word) => (word.length < 3 ? `% ${word}%` : `%${word}%`));
}

/**
 * A LIKE pattern that must match the digits of a number; null where what was typed is no part of one. The zeros
 * before a number, of a country's own trunk prefix or for `+`, are no part of it as WhatsApp names it.
 */
export function numberPattern(search: string): string | null {
  const plain = search.normalize('NFKC').replace(DIGITS, digit);
  if (/[^\d\s+().\-/]/.test(plain)) return null;
  const digits = plain.replace(/\D/g, '').replace(/^0+(?=\d{3})/, '');
  return digits.length >= 3 ? `%${digits}%` : null;
}

/** Scripts written without spaces between words: there every letter, and every pair, is a word. */
const LETTERS =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const UNSPACED = new RegExp(`[${LETTERS}]`, 'u');
const UNSPACED_RUNS = new RegExp(`[${LETTERS}]+|[^${LETTERS}]+`, 'gu');

/** The words by which a message is found, each once. */
export function searchWords(text: string): string[] {
  const found = new Set<string>();
  for (const run of runsOf(text)) {
    for (const [index, word] of run.entries()) {
      found.add(word);
      const next = run[index + 1];
      if (next !== undefined) found.add(word + next);
    }
  }
  return [...found];
}

/**
 * What a message must hold to be found, as a tsquery of PostgreSQL; null where nothing is asked. Words of three
 * characters or more may go on: `deliv` finds "delivery".
 */
export function messageQuery(search: string): string | null {
  const terms = new Set<string>();
  for (const run of runsOf(search)) {
    if (run.length === 1) terms.add(run[0] ?? '');
    for (const [index, word] of run.entries())
      if (run[index + 1] !== undefined) terms.add(word + run[index + 1]);
  }
  if (terms.size === 0) return null;
  return [...terms]
    .slice(0, 12)
    .map((term) => (term.length < 3 ? `'${term}'` : `'${term}':*`))
    .join(' & ');
}

/** The part of a text around the first word that was asked for, on one line. */
export function snippetOf(text: string, search: string): string {
  const terms = runsOf(search).map((run) => run.join(''));
  const at = [...text.slice(0, MOST_CHARACTERS).matchAll(WORD)].find(({ 0: word }) =>
    runsOf(word).some((run) => terms.some((term) => run.join('').includes(term))),
  );
  const from = startOf(text, Math.max(0, (at?.index ?? 0) - BEFORE));
  const piece = text.slice(from, from + LONGEST_SNIPPET);
  const line = piece.replace(/\s+/gu, ' ').trim();
  return `${from > 0 ? '…' : ''}${line}${from + LONGEST_SNIPPET < text.length ? '…' : ''}`;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const BEFORE = 40;
const LONGEST_SNIPPET = 160;

/** The beginning of the word that a place is in, or the place where the word is long. */
function startOf(text: string, place: number): number {
  const space = text.slice(Math.max(0, place - 30), place).search(/\s\S*$/u);
  const start = place === 0 || space < 0 ? place : Math.max(0, place - 30) + space + 1;
  // not between the halves of a surrogate pair
  return /[\udc00-\udfff]/.test(text.charAt(start)) ? start + 1 : start;
}

/** Spelled words; those of an unspaced script come letter by letter, all letters that stand together in one run. */
function runsOf(text: string): string[][] {
  const folded = fold(text);
  if (!BEYOND_ASCII.test(folded))
    return folded
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word.slice(0, MOST_WORD)]);
  return folded
    .split(' ')
    .flatMap((word) => word.match(UNSPACED_RUNS) ?? [])
    .map((run) => (UNSPACED.test(run) ? [...run] : [run]))
    .map((run) => run.map((part) => part.replace(NOT_ASCII, spell).slice(0, MOST_WORD)));
}

const wordsOf = (search: string): string[] =>
  searchForm(search)
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, 8)
    .map((word) => word.slice(0, MOST_WORD));
