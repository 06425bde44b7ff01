import { describe, expect, test } from 'vitest';
import { matchKey } from './phone.ts';
import { keysOf, movesOn, noteNumber, tellApart } from './tell-apart.ts';

const T = Date.UTC(2026, 4, 12, 9);
const [OLD, NEW] = ['+12025550101', '+12025550102'];
const phone = (number: string) => ({ kind: 'phone', value: matchKey(number) });
const user = (id: string) => ({ kind: 'user', value: id });

/** Ana left the old number at nine, and is at the new one. */
const ana = {
  id: 'ana',
  phone: NEW,
  renumberedAt: T,
  lastInboundAt: null,
  keys: [phone(OLD), phone(NEW), user('U.ana')].map((key) => ({ ...key, since: null })),
};
const says = (keys: { kind: string; value: string }[], number: string | null, after: number) => ({
  aliases: keys,
  at: T + after * 1000,
  number,
});

describe('who writes from a number that a customer gave up', () => {
  test.each<[string, ReturnType<typeof says>, moves: boolean, taken: boolean]>([
    ['somebody with a user id of their own', says([phone(OLD), user('U.bob')], OLD, 1), true, true],
    ['somebody without a user id', says([phone(OLD)], OLD, 1), true, true],
    ['the customer, who is there again', says([phone(OLD), user('U.ana')], OLD, 1), true, false],
    ['the customer, before they left it', says([phone(OLD)], OLD, -1), true, false],
    ['the customer, in the very second', says([phone(OLD)], OLD, 0), true, false],
    ['the customer, from where they are', says([phone(NEW)], NEW, 1), false, false],
  ])('%s', (_name, person, moves, taken) => {
    const keys = keysOf([ana]);
    expect(movesOn(person, keys)).toBe(moves);
    expect(tellApart(person, keys)).toEqual({
      aliases: person.aliases,
      taken: taken ? [{ key: `phone:${matchKey(OLD)}`, from: 'ana', since: T }] : [],
    });
  });

  test('what the customer said there before it was somebody else’s does not join the two', () => {
    const bob = {
      id: 'bob',
      phone: OLD,
      renumberedAt: null,
      lastInboundAt: null,
      keys: [{ ...phone(OLD), since: T }],
    };
    const keys = keysOf([{ ...ana, keys: ana.keys.slice(1) }, bob]);
    expect(tellApart(says([phone(OLD), user('U.ana')], OLD, -1), keys)).toEqual({
      aliases: [user('U.ana')],
      taken: [],
    });
  });

  test('in one batch, after the customer moved', () => {
    const keys = keysOf([{ ...ana, phone: OLD, renumberedAt: null }]);
    expect(tellApart(says([phone(OLD)], OLD, 1), keys).taken).toEqual([]);
    noteNumber({ ...says([user('U.ana')], NEW, 0), also: [] }, ['ana'], keys);
    expect(tellApart(says([phone(OLD)], OLD, 1), keys).taken).toMatchObject([{ from: 'ana' }]);
  });
});
