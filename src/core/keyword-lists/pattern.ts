import { normalise } from '../normalise.ts';

/**
 * A pattern over whole words: `word`, `(one|or the other)`, `[perhaps]`, `{slot}` for a named choice, and `...` for up
 * to four words of any kind. Groups nest. Walked word by word rather than made into a regular expression: the lists
 * as regular expressions took V8 over a second to compile at the first message.
 */
export type Pattern =
  | { kind: 'word'; word: string }
  | { kind: 'gap' }
  | { kind: 'sequence'; parts: readonly Pattern[] }
  | { kind: 'choice'; of: readonly Pattern[] };

/** In words. */
const LONGEST_GAP = 4;

/** Patterns of one list; its slots are read once. */
export type PatternReader = (pattern: string) => Pattern;

/** Throws, at import as lists are constants, on a pattern that is not well formed or that nothing at all would fit. */
export function patternReader(slots: Readonly<Record<string, string>>): PatternReader {
  const known = new Map<string, Pattern>();
  const read: PatternReader = (pattern) => parse(pattern, slot);

  function slot(name: string): Pattern {
    const found = known.get(name);
    if (found !== undefined) return found;
    const choice = slots[name];
    if (choice === undefined) throw new Error(`no slot {${name}}`);
    const parsed = read(`(${choice})`);
    known.set(name, parsed);
    return parsed;
  }

  return read;
}

function parse(pattern: string, slot: (name: string) => Pattern): Pattern {
  const tokens = pattern.match(/\.\.\.|[()[\]|]|\{\w+\}|[^()[\]|{}\s]+/gu) ?? [];
  let at = 0;

  function choices(): Pattern {
    const alternatives: Pattern[][] = [[]];
    for (let token = tokens[at]; token !== undefined && token !== ')' && token !== ']'; token = tokens[at]) {
      at += 1;
      if (token === '|') alternatives.push([]);
      else alternatives.at(-1)?.push(part(token));
    }
    const of = alternatives.map((parts): Pattern => ({ kind: 'sequence', parts }));
    return { kind: 'choice', of };
  }

  function part(token: string): Pattern {
    if (token === '...') return { kind: 'gap' };
    if (token.startsWith('{')) return slot(token.slice(1, -1));
    if (token === '(' || token === '[') {
      const inner = choices();
      if (tokens[at] !== (token === '(' ? ')' : ']')) throw new Error(`unbalanced pattern: ${pattern}`);
      at += 1;
      return token === '(' ? inner : { kind: 'choice', of: [inner, { kind: 'sequence', parts: [] }] };
    }
    const words = normalise(token).split(' ');
    if (words[0] === '') throw new Error(`empty word in pattern: ${pattern}`);
    return { kind: 'sequence', parts: words.map((word) => ({ kind: 'word', word })) };
  }

  const parsed = choices();
  if (at < tokens.length) throw new Error(`unbalanced pattern: ${pattern}`);
  return parsed;
}

/** Where in `words` the pattern can end when it begins at one of `from`: indexes of the word after it. */
export function endsFrom(
  pattern: Pattern,
  words: readonly string[],
  from: ReadonlySet<number>,
): ReadonlySet<number> {
  if (pattern.kind === 'word') {
    const after: number[] = [];
    for (const at of from) if (words[at] === pattern.word) after.push(at + 1);
    return after.length === 0 ? NOWHERE : new Set(after);
  }
  if (pattern.kind === 'gap') {
    const reached = new Set<number>();
    for (const at of from) {
      for (let to = at; to <= Math.min(at + LONGEST_GAP, words.length); to += 1) reached.add(to);
    }
    return reached;
  }
  if (pattern.kind === 'choice') {
    const all: number[] = [];
    for (const choice of pattern.of) for (const end of endsFrom(choice, words, from)) all.push(end);
    return all.length === 0 ? NOWHERE : new Set(all);
  }
  let reached = from;
  for (const part of pattern.parts) {
    if (reached.size === 0) return reached;
    reached = endsFrom(part, words, reached);
  }
  return reached;
}

const NOWHERE: ReadonlySet<number> = new Set();

/** The words a text can begin with to fit, and whether the pattern may also be passed without any word. */
export function beginnings(pattern: Pattern): { words: ReadonlySet<string>; empty: boolean } {
  if (pattern.kind === 'word') return { words: new Set([pattern.word]), empty: false };
  if (pattern.kind === 'gap') throw new Error('a pattern may not begin with a gap');
  const words = new Set<string>();
  if (pattern.kind === 'choice') {
    const all = pattern.of.map(beginnings);
    for (const choice of all) for (const word of choice.words) words.add(word);
    return { words, empty: all.some(({ empty }) => empty) };
  }
  for (const part of pattern.parts) {
    const first = beginnings(part);
    for (const word of first.words) words.add(word);
    if (!first.empty) return { words, empty: false };
  }
  return { words, empty: true };
}

/**
 * What a text that fits holds for certain: of each list one of the words, the shortest lists first, of those the one of long
 * words, which fewer texts hold ("blocking" rather than "am"). Most patterns are ruled out by it without being walked.
 */
export function needs(pattern: Pattern): readonly (readonly string[])[] {
  return [...needed(pattern)].sort((a, b) => a.length - b.length || letters(b) - letters(a));
}

const letters = (words: readonly string[]): number => words.reduce((sum, word) => sum + word.length, 0);

function needed(pattern: Pattern): (readonly string[])[] {
  switch (pattern.kind) {
    case 'word':
      return [[pattern.word]];
    case 'gap':
      return [];
    case 'sequence':
      return pattern.parts.flatMap(needed);
    case 'choice': {
      const [only, ...others] = pattern.of;
      if (only !== undefined && others.length === 0) return needed(only);
      // Each way through needs at least the words of its own shortest list.
      const ways = pattern.of.map((one) => needs(one)[0]);
      const all = ways.flatMap((way) => way ?? []);
      return ways.every((way) => way !== undefined) ? [[...new Set(all)]] : [];
    }
  }
}
