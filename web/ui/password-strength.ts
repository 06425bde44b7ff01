import {
  normalisePassword,
  PASSWORD_RULES,
  type PasswordProblem,
  passwordProblem,
} from '../../src/core/password.ts';

/**
 * A hint while a password is typed: what the server will refuse, or how far it is beyond that. The browser does not
 * carry the list of leaked passwords, so the server may still say that one is common.
 */
export type Strength = PasswordProblem | 'fair' | 'strong';

/** Characters beyond the least that make a password strong. */
const BEYOND = 5;

/** `words`: the person's name and e-mail address, which a guesser tries first. */
export function strengthOf(password: string, words: readonly string[]): Strength {
  const problem = passwordProblem(password, { words: ['Assent', ...words], isCommon: () => false });
  if (problem !== null) return problem;
  const characters = [...normalisePassword(password)];
  const different = new Set(characters).size;
  return characters.length >= PASSWORD_RULES.minLength + BEYOND && different > 8 ? 'strong' : 'fair';
}
