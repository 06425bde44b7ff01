import { badQuery, DataverseError } from './errors.ts';
import type { Comparison, Filter, Literal, Operand } from './filter.ts';
import { like } from './like.ts';
import type { Settings } from './model.ts';

/** The kinds of value that compare with each other. */
export type Kind = 'text' | 'number' | 'boolean' | 'guid' | 'date' | 'enum' | 'any';
/** A name of the filter, found: what kind it is and how an item answers it. */
export type Reader<T> = { kind: Kind; read: (item: T) => unknown };
/** What a filter is held against. Both throw DataverseError for a name that is not there. */
export type Names<T> = {
  find: (path: readonly string[]) => Reader<T>;
  /** A collection-valued navigation property. */
  each?: (path: readonly string[]) => { names: Names<T>; items: (item: T) => Iterable<T> };
};

type Truth = boolean | null;
type Test<T> = (item: T) => Truth;

const EDM: Record<Kind, string> = {
  text: 'Edm.String',
  number: 'Edm.Int32',
  boolean: 'Edm.Boolean',
  guid: 'Edm.Guid',
  date: 'Edm.DateTimeOffset',
  enum: 'Edm.String',
  any: 'Edm.Untyped',
};

/**
 * A filter as a function. Names and types are checked once, here. Logic has three values as in SQL: a comparison with
 * a null column is neither true nor false, and only true keeps the item.
 */
export function compileFilter<T>(
  filter: Filter,
  names: Names<T>,
  settings: Pick<Settings, 'negationMatchesNull' | 'wildcardsInEq'>,
): (item: T) => boolean {
  const compile = (part: Filter, scope: Names<T>, variable: string): Test<T> => {
    const find = (path: readonly string[]): Reader<T> =>
      scope.find(variable !== '' && path[0] === variable ? path.slice(1) : path);
    switch (part.kind) {
      case 'and': {
        const [left, right] = [compile(part.left, scope, variable), compile(part.right, scope, variable)];
        return (item) => {
          const first = left(item);
          if (first === false) return false;
          const second = right(item);
          return second === false ? false : first === null || second === null ? null : true;
        };
      }
      case 'or': {
        const [left, right] = [compile(part.left, scope, variable), compile(part.right, scope, variable)];
        return (item) => {
          const first = left(item);
          if (first === true) return true;
          const second = right(item);
          return second === true ? true : first === null || second === null ? null : false;
        };
      }
      case 'not': {
        const inner = compile(part.inner, scope, variable);
        return (item) => {
          const truth = inner(item);
          return truth === null ? (settings.negationMatchesNull ? true : null) : !truth;
        };
      }
      case 'text': {
        const { kind, read } = find(part.path);
        if (kind !== 'text' && kind !== 'any')
          throw badQuery(
            `No function signature for the function with name '${part.fn}' matches the specified arguments.`,
          );
        const before = part.fn === 'startswith' ? '' : '%';
        const after = part.fn === 'endswith' ? '' : '%';
        const matches = like(before + part.value + after);
        return (item) => {
          const value = read(item);
          return typeof value === 'string' ? matches(value) : null;
        };
      }
      case 'function':
        return compileFunction(part.name, find([part.property]), part.values);
      case 'lambda': {
        const path = variable !== '' && part.path[0] === variable ? part.path.slice(1) : part.path;
        if (!scope.each) throw badQuery(`'${path.join('/')}' is no collection.`);
        const inside = scope.each(path);
        const body = part.body ? compile(part.body, inside.names, part.variable) : () => true;
        return (item) => {
          const items = [...inside.items(item)];
          return part.quantifier === 'any'
            ? items.some((one) => body(one) === true)
            : items.every((one) => body(one) === true);
        };
      }
      case 'compare':
        return compileComparison(part.op, find, part.left, part.right, settings);
    }
  };
  const test = compile(filter, names, '');
  return (item) => test(item) === true;
}

function compileComparison<T>(
  op: Comparison,
  find: (path: readonly string[]) => Reader<T>,
  left: Operand,
  right: Operand,
  settings: Pick<Settings, 'negationMatchesNull' | 'wildcardsInEq'>,
): Test<T> {
  if (left.kind !== 'path') {
    if (right.kind !== 'path') throw badQuery('A comparison needs a property on one side.');
    return compileComparison(mirrored[op], find, right, left, settings);
  }
  const column = find(left.path);
  if (right.kind === 'null') {
    if (op !== 'eq' && op !== 'ne') return () => null;
    return (item) => isNull(column.read(item)) === (op === 'eq');
  }
  const negative = op === 'ne';
  const onNull: Truth = negative && settings.negationMatchesNull ? true : null;
  if (right.kind === 'path') {
    const other = find(right.path);
    if (!compatible(column.kind, other.kind)) throw incompatible(column.kind, other.kind, op);
    return (item) => {
      const [one, two] = [column.read(item), other.read(item)];
      return isNull(one) || isNull(two) ? onNull : holds(op, order(column.kind, one, two));
    };
  }
  const wanted = literalFor(column.kind, right, op);
  const { kind } = column;
  if (
    kind === 'text' &&
    settings.wildcardsInEq &&
    (op === 'eq' || op === 'ne') &&
    /[%_[]/.test(String(wanted))
  ) {
    const matches = like(String(wanted));
    return (item) => {
      const value = column.read(item);
      return isNull(value) ? onNull : matches(String(value)) !== negative;
    };
  }
  return (item) => {
    const value = column.read(item);
    return isNull(value) ? onNull : holds(op, order(kind, value, wanted));
  };
}

/** The functions a phone look-up needs; Dataverse has sixty. */
function compileFunction<T>(name: string, column: Reader<T>, values: readonly string[]): Test<T> {
  const fold = (value: unknown): string => String(value).toLowerCase();
  const wanted = new Set(values.map(fold));
  const single = values[0] ?? '';
  switch (name) {
    case 'In':
    case 'NotIn': {
      const inside = name === 'In';
      return (item) => {
        const value = column.read(item);
        return isNull(value) ? null : wanted.has(fold(value)) === inside;
      };
    }
    case 'Between':
    case 'NotBetween': {
      const [low = '', high = ''] = values;
      const inside = name === 'Between';
      return (item) => {
        const value = column.read(item);
        if (isNull(value)) return null;
        const typed = (text: string): unknown => (column.kind === 'number' ? Number(text) : text);
        const within =
          order(column.kind, value, typed(low)) >= 0 && order(column.kind, value, typed(high)) <= 0;
        return within === inside;
      };
    }
    case 'ContainValues':
      return (item) => wanted.has(fold(column.read(item)));
    case 'OnOrAfter':
    case 'OnOrBefore':
      return (item) => {
        const value = column.read(item);
        if (isNull(value)) return null;
        const difference = order('date', value, single);
        return name === 'OnOrAfter' ? difference >= 0 : difference <= 0;
      };
    default:
      throw new DataverseError(
        501,
        '0x80060888',
        `The emulator does not have the function Microsoft.Dynamics.CRM.${name}.`,
      );
  }
}

function literalFor(kind: Kind, value: Exclude<Literal, { kind: 'null' }>, op: Comparison): unknown {
  const given: Kind = value.kind === 'string' ? 'text' : value.kind;
  const fits =
    kind === 'any' ||
    kind === given ||
    (kind === 'guid' && given === 'text' && guidText.test(String(value.value))) ||
    (kind === 'text' && given === 'guid') ||
    (kind === 'text' && given === 'date') ||
    (kind === 'enum' && given === 'text');
  if (!fits) throw incompatible(kind, given, op);
  return kind === 'guid' ? String(value.value).toLowerCase() : value.value;
}

const guidText = /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;

function incompatible(left: Kind, right: Kind, op: Comparison): DataverseError {
  return badQuery(
    `A binary operator with incompatible types was detected. Found operand types '${EDM[left]}' and '${EDM[right]}' for operator kind '${operatorKind[op]}'.`,
  );
}

const operatorKind: Record<Comparison, string> = {
  eq: 'Equal',
  ne: 'NotEqual',
  gt: 'GreaterThan',
  ge: 'GreaterThanOrEqual',
  lt: 'LessThan',
  le: 'LessThanOrEqual',
};
const mirrored: Record<Comparison, Comparison> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
};

function compatible(one: Kind, two: Kind): boolean {
  return one === two || one === 'any' || two === 'any';
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Below, at or above 0, as a sort has it. Text ignores case. */
export function order(kind: Kind, one: unknown, two: unknown): number {
  if (typeof one === 'number' && typeof two === 'number') return one - two;
  if (kind === 'boolean') return Number(one) - Number(two);
  if (kind === 'date') return Date.parse(String(one)) - Date.parse(String(two));
  const [left, right] = [String(one).toLowerCase(), String(two).toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}

function holds(op: Comparison, difference: number): boolean {
  switch (op) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
  }
}
