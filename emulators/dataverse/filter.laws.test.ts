import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataverseError } from './errors.ts';
import { compileFilter, type Names } from './evaluate.ts';
import { type Comparison, type Filter, type Operand, parseFilter } from './filter.ts';
import { like } from './like.ts';

/** Writes a filter out, with parentheses wherever they could matter and, by `sparse`, only where they must. */
function write(filter: Filter, sparse: boolean): string {
  const operand = (one: Operand): string => {
    switch (one.kind) {
      case 'path':
        return one.path.join('/');
      case 'string':
        return `'${one.value.replaceAll("'", "''")}'`;
      case 'enum':
        return `${one.type}'${one.value}'`;
      case 'null':
        return 'null';
      default:
        return String(one.value);
    }
  };
  const rank = { or: 1, and: 2, not: 3 };
  const inside = (one: Filter, above: keyof typeof rank, right = false): string => {
    const text = write(one, sparse);
    const below = one.kind === 'and' || one.kind === 'or' || one.kind === 'not' ? rank[one.kind] : 4;
    // Both operators read from left to right.
    const needed = below < rank[above] || (right && below === rank[above] && one.kind !== 'not');
    return sparse && !needed ? text : `(${text})`;
  };
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `${inside(filter.left, filter.kind)} ${filter.kind} ${inside(filter.right, filter.kind, true)}`;
    case 'not':
      return `not ${inside(filter.inner, 'not')}`;
    case 'compare':
      return `${operand(filter.left)} ${filter.op} ${operand(filter.right)}`;
    case 'text':
      return `${filter.fn}(${filter.path.join('/')},'${filter.value.replaceAll("'", "''")}')`;
    case 'function':
      return `Microsoft.Dynamics.CRM.${filter.name}(PropertyName='${filter.property}',PropertyValues=${JSON.stringify(filter.values)})`;
    case 'lambda': {
      const body = filter.body ? `${filter.variable}:${write(filter.body, sparse)}` : '';
      return `${filter.path.join('/')}/${filter.quantifier}(${body})`;
    }
  }
}

const name = fc.constantFrom('a', 'b', 'wa_consent', '_parent_value', 'nav');
const path = fc.array(name, { minLength: 1, maxLength: 2 });
const text = fc.string({
  unit: fc.constantFrom("'", '"', ' ', '%', '(', ')', ',', '+', '&', 'é', 'x', 'and', '['),
});
const comparisons: Comparison[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const literal: fc.Arbitrary<Operand> = fc.oneof(
  text.map((value) => ({ kind: 'string', value }) as const),
  fc.integer().map((value) => ({ kind: 'number', value }) as const),
  fc.boolean().map((value) => ({ kind: 'boolean', value }) as const),
  fc.uuid().map((value) => ({ kind: 'guid', value }) as const),
  fc
    .date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true })
    .map((date) => ({ kind: 'date', value: date.toISOString() }) as const),
  fc.constant({ kind: 'null' } as const),
);
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      kind: fc.constant('compare' as const),
      op: fc.constantFrom(...comparisons),
      left: path.map((one) => ({ kind: 'path' as const, path: one })),
      right: literal,
    }),
    fc.record({
      kind: fc.constant('text' as const),
      fn: fc.constantFrom('contains' as const, 'startswith' as const, 'endswith' as const),
      path,
      value: text,
    }),
    fc.record({
      kind: fc.constant('function' as const),
      name: fc.constantFrom('In', 'NotIn'),
      property: name,
      values: fc.array(fc.string()),
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('filter') }),
    fc.record({
      kind: fc.constant('lambda' as const),
      path,
      quantifier: fc.constantFrom('any' as const, 'all' as const),
      variable: fc.constant('o'),
      body: tie('filter'),
    }),
  ),
}));

describe('the parser', () => {
  it('reads back what was written, with many parentheses or few', () => {
    fc.assert(
      fc.property(filters.filter, fc.boolean(), (filter, sparse) => {
        expect(parseFilter(write(filter, sparse))).toEqual(filter);
      }),
      { numRuns: 500 },
    );
  });

  it('answers any text with a filter or a refusal, never with anything else', () => {
    const scraps = fc.array(
      fc.constantFrom(
        "'",
        '(',
        ')',
        'and',
        'or',
        'not',
        'eq',
        ' ',
        ',',
        '/',
        '[',
        '"',
        'contains',
        'a',
        '1',
        ':',
        '=',
        '@p',
        'é',
        '-',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          scraps.map((parts) => parts.join(' ')),
          fc.string(),
        ),
        (given) => {
          try {
            parseFilter(given);
          } catch (error) {
            expect(error).toBeInstanceOf(DataverseError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

type Item = Record<'a' | 'b', string | null>;
const items = fc.record({
  a: fc.option(fc.constantFrom('x', 'X', 'y', 'ab', '')),
  b: fc.option(fc.constantFrom('x', 'z')),
});
const names: Names<Item> = {
  find: ([first]) => ({ kind: 'text', read: (item) => (first === 'a' ? item.a : item.b) }),
};
const leaves: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    op: fc.constantFrom(...comparisons),
    left: fc.constantFrom('a', 'b').map((one) => ({ kind: 'path' as const, path: [one] })),
    right: fc.oneof(
      fc.constantFrom('x', 'y').map((value) => ({ kind: 'string' as const, value })),
      fc.constant({ kind: 'null' as const }),
    ),
  }),
);

describe('its meaning', () => {
  const settings = { negationMatchesNull: false, wildcardsInEq: true };
  const holds = (filter: Filter, item: Item) => compileFilter(filter, names, settings)(item);

  it('a negation never keeps what the filter kept, and loses only what touches null', () => {
    fc.assert(
      fc.property(leaves, items, (filter, item) => {
        const negated = holds({ kind: 'not', inner: filter }, item);
        const kept = holds(filter, item);
        expect(kept && negated).toBe(false);
        const column = filter.kind === 'compare' && filter.left.kind === 'path' && filter.left.path[0];
        const value = column === 'a' ? item.a : item.b;
        if (value === null && filter.kind === 'compare' && filter.right.kind !== 'null')
          expect([kept, negated]).toEqual([false, false]);
        if (item.a !== null && item.b !== null && filter.kind === 'compare' && filter.right.kind !== 'null')
          expect(kept || negated).toBe(true);
      }),
    );
  });

  it('De Morgan holds, with nulls too', () => {
    fc.assert(
      fc.property(leaves, leaves, items, (left, right, item) => {
        const not = (inner: Filter): Filter => ({ kind: 'not', inner });
        expect(holds(not({ kind: 'and', left, right }), item)).toBe(
          holds({ kind: 'or', left: not(left), right: not(right) }, item),
        );
        expect(holds(not({ kind: 'or', left, right }), item)).toBe(
          holds({ kind: 'and', left: not(left), right: not(right) }, item),
        );
      }),
    );
  });

  it('LIKE without wildcards is equality without case; an escaped wildcard is itself', () => {
    const plain = fc.string({
      unit: fc.constantFrom('a', 'B', '.', '*', '(', '^', '$', '\\', '-', ']', '+'),
    });
    fc.assert(
      fc.property(plain, plain, (one, two) => {
        expect(like(one)(two)).toBe(one.toLowerCase() === two.toLowerCase());
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '%', '_', '[') }), (given) => {
        const escaped = given.replace(/[%_[]/g, '[$&]');
        expect(like(escaped)(given)).toBe(true);
        expect(like(escaped)(`${given}a`)).toBe(false);
      }),
    );
  });
});
