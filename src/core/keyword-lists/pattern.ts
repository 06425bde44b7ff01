import { normalise } from '../normalise.ts';

/**
 * Patterns over whole words: `word`, `(one|or the other)`, `[perhaps]`, `{slot}` for a named choice, and `...` for
 * up to four words of any kind. Groups nest. The result is a regular expression source that expects every word of
 * the normalised text to be followed by one space, so that choices need no care about gaps.
 *
 * Throws on a pattern that is not well formed; lists are constants, so that is at import.
 */
export function patternSource(pattern: string, slots: Readonly<Record<string, string>>): string {
  const tokens = pattern.match(/\.\.\.|[()[\]|]|\{\w+\}|[^()[\]|{}\s]+/gu) ?? [];
  let at = 0;

  function choices(): string {
    const alternatives = [''];
    while (at < tokens.length) {
      const token = tokens[at] ?? '';
      if (token === ')' || token === ']') break;
      at += 1;
      if (token === '|') alternatives.push('');
      else alternatives.push((alternatives.pop() ?? '') + item(token));
    }
    return alternatives.length === 1 ? (alternatives[0] ?? '') : `(?:${alternatives.join('|')})`;
  }

  function item(token: string): string {
    if (token === '...') return '(?:\\S+ ){0,4}';
    if (token === '(' || token === '[') {
      const inner = choices();
      const closing = tokens[at];
      at += 1;
      if (closing !== (token === '(' ? ')' : ']')) throw new Error(`unbalanced pattern: ${pattern}`);
      return token === '(' ? inner : `(?:${inner})?`;
    }
    if (token.startsWith('{')) {
      const choice = slots[token.slice(1, -1)];
      if (choice === undefined) throw new Error(`no slot ${token} for pattern: ${pattern}`);
      return patternSource(`(${choice})`, slots);
    }
    const word = normalise(token);
    if (word === '') throw new Error(`empty word in pattern: ${pattern}`);
    return `${word} `;
  }

  const source = choices();
  if (at < tokens.length) throw new Error(`unbalanced pattern: ${pattern}`);
  return source;
}
