import { badQuery } from './errors.ts';

export type Literal =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'guid'; value: string }
  | { kind: 'date'; value: string }
  | { kind: 'enum'; type: string; value: string }
  | { kind: 'null' };
export type Operand = { kind: 'path'; path: string[] } | Literal;
export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type Filter =
  | { kind: 'and' | 'or'; left: Filter; right: Filter }
  | { kind: 'not'; inner: Filter }
  | { kind: 'compare'; op: Comparison; left: Operand; right: Operand }
  | { kind: 'text'; fn: 'contains' | 'startswith' | 'endswith'; path: string[]; value: string }
  /** `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=["a","b"])` and its like, without the prefix. */
  | { kind: 'function'; name: string; property: string; values: string[] }
  | { kind: 'lambda'; path: string[]; quantifier: 'any' | 'all'; variable: string; body: Filter | null };

type Token = { type: 'word' | 'string' | 'number' | 'guid' | 'date' | 'json' | 'sign'; text: string };

const COMPARISONS: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const PREFIX = 'Microsoft.Dynamics.CRM.';
/** How deep parentheses and `not` may nest before it is taken for an attack. */
const MAX_DEPTH = 100;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/i;
const date = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)?)?(?![\w-])/i;
const number = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)/;
const word = /^[@A-Za-z_][\w.]*/;

/**
 * Reads a `$filter` (already percent-decoded) of the kinds Dataverse takes. Names are not looked up here.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/filter-rows
 * @param aliases parameter aliases of the query, such as `@p1`, by name
 * @throws DataverseError 400 for what is no filter
 */
export function parseFilter(text: string, aliases: ReadonlyMap<string, string> = new Map()): Filter {
  const tokens = tokenize(text);
  let at = 0;
  let depth = 0;
  const peek = (ahead = 0): Token | undefined => tokens[at + ahead];
  const isSign = (sign: string, ahead = 0): boolean =>
    peek(ahead)?.type === 'sign' && peek(ahead)?.text === sign;
  const isWord = (wanted: string): boolean => peek()?.type === 'word' && peek()?.text === wanted;
  const next = (): Token => {
    const token = tokens[at];
    if (!token) throw badQuery(`Syntax error at position ${text.length} in '${text}'.`);
    at += 1;
    return token;
  };
  const expect = (sign: string): void => {
    const token = next();
    if (token.type !== 'sign' || token.text !== sign)
      throw badQuery(`Syntax error: '${sign}' expected, but '${token.text}' found in '${text}'.`);
  };

  const disjunction = (): Filter => {
    let left = conjunction();
    while (isWord('or')) {
      next();
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  };
  const conjunction = (): Filter => {
    let left = negation();
    while (isWord('and')) {
      next();
      left = { kind: 'and', left, right: negation() };
    }
    return left;
  };
  const negation = (): Filter => {
    depth += 1;
    if (depth > MAX_DEPTH) throw badQuery('Recursion depth exceeded allowed limit.');
    try {
      if (!isWord('not')) return primary();
      next();
      return { kind: 'not', inner: negation() };
    } finally {
      depth -= 1;
    }
  };
  const primary = (): Filter => {
    if (isSign('(')) {
      next();
      const inner = disjunction();
      expect(')');
      return inner;
    }
    const first = peek();
    if (first?.type === 'word' && isSign('(', 1)) return call();
    const left = operand();
    if (isSign('(') && left.kind === 'path') return lambda(left.path);
    const op = next();
    const found = COMPARISONS.find((name) => op.type === 'word' && op.text === name);
    if (!found)
      throw badQuery(
        `Syntax error at '${op.text}' in '${text}': a comparison with ${COMPARISONS.join(', ')} expected.`,
      );
    return { kind: 'compare', op: comparison(found), left, right: operand() };
  };
  const call = (): Filter => {
    const { text: name } = next();
    expect('(');
    if (name === 'contains' || name === 'startswith' || name === 'endswith') {
      const column = operand();
      expect(',');
      const value = operand();
      expect(')');
      if (column.kind !== 'path' || value.kind !== 'string')
        throw badQuery(
          `No function signature for the function with name '${name}' matches the specified arguments.`,
        );
      return { kind: 'text', fn: name, path: column.path, value: value.value };
    }
    if (!name.startsWith(PREFIX)) throw badQuery(`An unknown function with name '${name}' was found.`);
    const args = new Map<string, string | string[]>();
    while (!isSign(')')) {
      const parameter = next().text;
      expect('=');
      args.set(parameter, argument());
      if (!isSign(')')) expect(',');
    }
    expect(')');
    const property = args.get('PropertyName');
    if (typeof property !== 'string') throw badQuery(`${name} needs PropertyName.`);
    const values = args.get('PropertyValues') ?? args.get('PropertyValue') ?? [];
    return { kind: 'function', name: name.slice(PREFIX.length), property, values: [values].flat() };
  };
  const argument = (): string | string[] => {
    const token = next();
    if (token.type === 'json') return jsonTexts(token.text);
    if (token.type === 'word' && token.text.startsWith('@')) {
      const behind = aliases.get(token.text);
      if (behind === undefined) throw badQuery(`The parameter alias '${token.text}' has no value.`);
      return behind.startsWith('[') ? jsonTexts(behind) : unquote(behind);
    }
    return token.text;
  };
  const operand = (): Operand => {
    const token = next();
    if (token.type === 'string') return { kind: 'string', value: token.text };
    if (token.type === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.type === 'guid') return { kind: 'guid', value: token.text.toLowerCase() };
    if (token.type === 'date') return { kind: 'date', value: token.text };
    if (token.type !== 'word') throw badQuery(`Syntax error at '${token.text}' in '${text}'.`);
    if (token.text === 'null') return { kind: 'null' };
    if (token.text === 'true' || token.text === 'false')
      return { kind: 'boolean', value: token.text === 'true' };
    if (token.text.startsWith('@')) {
      const behind = aliases.get(token.text);
      if (behind === undefined) throw badQuery(`The parameter alias '${token.text}' has no value.`);
      return literal(behind);
    }
    if (token.text.startsWith(PREFIX) && peek()?.type === 'string')
      return { kind: 'enum', type: token.text, value: next().text };
    const path = [token.text];
    while (isSign('/')) {
      next();
      const step = next();
      if (step.type !== 'word') throw badQuery(`Syntax error at '${step.text}' in '${text}'.`);
      path.push(step.text);
    }
    return { kind: 'path', path };
  };
  const lambda = (path: string[]): Filter => {
    const quantifier = path.at(-1);
    if (path.length < 2 || (quantifier !== 'any' && quantifier !== 'all'))
      throw badQuery(`An unknown function with name '${path.join('/')}' was found.`);
    expect('(');
    if (isSign(')')) {
      next();
      return { kind: 'lambda', path: path.slice(0, -1), quantifier, variable: '', body: null };
    }
    const variable = next().text;
    expect(':');
    const body = disjunction();
    expect(')');
    return { kind: 'lambda', path: path.slice(0, -1), quantifier, variable, body };
  };

  const filter = disjunction();
  const rest = peek();
  if (rest) throw badQuery(`Syntax error at '${rest.text}' in '${text}'.`);
  return filter;
}

/** A literal alone, as in a key or behind a parameter alias. */
export function literal(text: string): Literal {
  const [token, more] = tokenize(text);
  if (!token || more) throw badQuery(`'${text}' is no literal.`);
  switch (token.type) {
    case 'string':
      return { kind: 'string', value: token.text };
    case 'number':
      return { kind: 'number', value: Number(token.text) };
    case 'guid':
      return { kind: 'guid', value: token.text.toLowerCase() };
    case 'date':
      return { kind: 'date', value: token.text };
    default:
      if (token.text === 'null') return { kind: 'null' };
      if (token.text === 'true' || token.text === 'false')
        return { kind: 'boolean', value: token.text === 'true' };
      throw badQuery(`'${text}' is no literal.`);
  }
}

function comparison(name: string): Comparison {
  switch (name) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'ge':
    case 'lt':
      return name;
    default:
      return 'le';
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest)?.[0];
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const quoted = /^'(?:[^']|'')*'/.exec(rest)?.[0];
    if (quoted !== undefined) {
      tokens.push({ type: 'string', text: unquote(quoted) });
      at += quoted.length;
      continue;
    }
    if (rest.startsWith("'")) throw badQuery(`There is an unterminated string literal in '${text}'.`);
    const json = /^\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]/.exec(rest)?.[0];
    if (json !== undefined) {
      tokens.push({ type: 'json', text: json });
      at += json.length;
      continue;
    }
    const found = (
      [
        ['guid', guid],
        ['date', date],
        ['number', number],
        ['word', word],
        ['sign', /^[(),/:=]/],
      ] as const
    ).flatMap(([type, pattern]) => {
      const match = pattern.exec(rest)?.[0];
      return match === undefined ? [] : [{ type, text: match }];
    })[0];
    if (!found)
      throw badQuery(`Syntax error: character '${rest[0]}' is not valid at position ${at} in '${text}'.`);
    tokens.push(found);
    at += found.text.length;
  }
  return tokens;
}

function unquote(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

function jsonTexts(text: string): string[] {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    throw badQuery(`'${text}' is no list of values.`);
  }
  return Array.isArray(values) ? values.map(String) : [String(values)];
}
