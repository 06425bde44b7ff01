/**
 * Which passwords are taken, after NIST SP 800-63B-4 §3.1.1.2 (a password as the only factor): long, any characters, no
 * composition rules, and nothing that a guesser tries first. https://pages.nist.gov/800-63-4/sp800-63b.html
 */

export const PASSWORD_RULES = { minLength: 15, maxLength: 256 } as const;

export type PasswordProblem = 'password-too-short' | 'password-too-long' | 'password-too-common';

export interface PasswordContext {
  /** Words that everybody who knows the person would try: their name, their e-mail address, the product. */
  words: readonly string[];
  /** Whether this lower-case text is known from leaked lists. */
  isCommon: (text: string) => boolean;
}

/** The form that is hashed: the same password however a keyboard composes its characters. */
export const normalisePassword = (password: string): string => password.normalize('NFKC');

/** What is wrong with a new password; null where it is taken. Characters are counted as code points. */
export function passwordProblem(password: string, context: PasswordContext): PasswordProblem | null {
  const normal = normalisePassword(password);
  const length = [...normal].length;
  if (length < PASSWORD_RULES.minLength) return 'password-too-short';
  if (length > PASSWORD_RULES.maxLength) return 'password-too-long';
  return isGuessable(normal.toLowerCase(), context) ? 'password-too-common' : null;
}

const SENTENCES: Record<PasswordProblem, string> = {
  'password-too-short': `Use at least ${PASSWORD_RULES.minLength} characters. A few words that only you would put together are easy to remember.`,
  'password-too-long': `Use at most ${PASSWORD_RULES.maxLength} characters.`,
  'password-too-common':
    'This password is easily guessed: it is known from leaks, repeats itself, or is little more than your name or the product’s. Choose another one.',
};

export const explainPassword = (problem: PasswordProblem): string => SENTENCES[problem];

/** Letters or digits that stay besides words anybody could know. */
const LEAST_OWN = 6;

function isGuessable(password: string, { words, isCommon }: PasswordContext): boolean {
  const isPattern = (text: string): boolean => isCommon(text) || isRepetition(text) || isRun(text);
  const letters = withoutSigns(password);
  // Where signs are most of it, what stays without them says little.
  if (letters.length * 2 >= password.length && isPattern(letters)) return true;
  if (isCommon(password) || isCommon(withoutEnds(password)) || isRepetition(password)) return true;
  const own = words
    .flatMap(wordsOf)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ' '), password);
  if (own === password) return false;
  const left = withoutSigns(own);
  return [...left].length < LEAST_OWN || isPattern(left);
}

const withoutSigns = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

/** Without the digits and signs that are hung on in front and behind: `!password123456` is `password`. */
const withoutEnds = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

/** `Ada.Administrator@contoso.com` is ada, administrator, contoso, com; what is shorter than three says nothing. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => [...word].length >= 3);
}

/** One part again and again: `abcabcabcabcabc`, `aaaaaaaaaaaaaaa`. */
function isRepetition(text: string): boolean {
  // A text is a repetition just where it is found in itself twice over, shifted.
  return text.length > 0 && (text + text).indexOf(text, 1) < text.length;
}

/** Characters that follow one another in the alphabet or among the digits: `123456789012345`, `abcdefghijklmno`. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const follows = (step: number): boolean =>
    codes.every((code, at) => {
      const before = codes[at - 1];
      if (before === undefined || code - before === step) return true;
      // After 9 comes 0, and the other way round.
      return step === 1 ? before === 57 && code === 48 : before === 48 && code === 57;
    });
  return codes.length > 2 && (follows(1) || follows(-1));
}
