import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divideAllowance, type Share } from './allowance.ts';
import { createPermits, type Permit, type Permits, REST_MS } from './permits.ts';

describe('the permits of one node', () => {
  const granted = (units: number): Permits => {
    const permits = createPermits();
    permits.grant(units, 100_000, 0);
    return permits;
  };
  const begun = (permits: Permits, now: number): number =>
    permits.take(now, 1_000).filter((one) => one.begin(Math.max(now, one.from))).length;

  test('come one after the other, in an even order', () => {
    expect(
      granted(100)
        .take(0, 10)
        .map((one) => one.from),
    ).toEqual([0, 10]);
  });

  test('catch up after a pause, and never past the second', () => {
    const permits = granted(100);
    let calls = 0;
    for (let now = 0; now <= 500; now += 10) calls += begun(permits, now);
    // Half a second of nothing, and then what a tenth of a second allows at once.
    expect(begun(permits, 995)).toBeLessThanOrEqual(12);
    for (let now = 996; now < 1_000; now += 1) calls += begun(permits, now);
    expect(calls).toBeLessThanOrEqual(100);
  });

  test('one that was not used is there again, also where it still has to rest', () => {
    const permits = granted(1);
    const [first] = permits.take(0, 5);
    expect(permits.take(500, 5)).toEqual([]);
    first?.giveBack();
    const [second] = permits.take(500, 5);
    expect(second?.begin(500)).toBe(true);
    const [third] = permits.take(500 + REST_MS - 10, 5);
    third?.giveBack();
    third?.giveBack();
    expect(permits.held()).toBe(1);
    expect(permits.take(500 + REST_MS - 20, 5)).toEqual([]);
  });

  test.each([
    ['before its moment', 0, 4],
    ['after the lease', 0, 100_000],
  ])('begins nothing %s', (_, at, now) => {
    const permits = granted(100);
    const [, later] = permits.take(at, 5);
    expect(later?.begin(now)).toBe(false);
  });

  test('one that was taken under a lease that ran out is void in the next', () => {
    const permits = granted(2);
    const [old] = permits.take(0, 1);
    permits.grant(2, 300_000, 200_000);
    expect(old?.begin(200_001)).toBe(false);
    old?.giveBack();
    expect(permits.held()).toBe(2);
  });

  test('one whose call left late rests from there', () => {
    const permits = granted(2);
    const [late, other] = permits.take(0, 5).concat(permits.take(500, 5));
    expect(late?.begin(0)).toBe(true);
    late?.began(40);
    expect(other?.begin(500)).toBe(true);
    other?.began(500);
    expect(permits.take(REST_MS, 5).map(({ from }) => from)).toEqual([]);
    expect(permits.take(REST_MS + 30, 5).map(({ from }) => from)).toEqual([REST_MS + 40]);
  });

  test('says when it is worth taking some', () => {
    expect(createPermits().readyIn(0)).toBe(Number.POSITIVE_INFINITY);
    const permits = granted(1);
    expect(permits.readyIn(0)).toBe(0);
    expect(begun(permits, 0)).toBe(1);
    const wait = permits.readyIn(0);
    expect(permits.take(wait - 1, 5)).toEqual([]);
    expect(permits.take(wait, 5)).toHaveLength(1);
  });
});

/**
 * The law: however many nodes there are, whatever they are late by, whichever answers of the database they lose, and however
 * their clocks differ, no second of real time has more calls in it than the number may send.
 */
describe('several nodes', () => {
  const LEASE_MS = 1_500;
  const DRIFT_MS = 20;
  const TICK_MS = 5;

  interface Weather {
    seed: number;
    perSecond: number;
    nodes: number;
    /** Chances by tick and node, in 10,000. */
    stalls: number;
    dies: number;
    loses: number;
    /** How late a call begins at most, ms. */
    late: number;
  }

  /** Starts of all calls in real time, ms. */
  function play(weather: Weather, forMs: number): number[] {
    let state = weather.seed >>> 0;
    const chance = (): number => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
    const happens = (in10000: number): boolean => chance() * 10_000 < in10000;
    const table = new Map<string, { permits: number; leaseUntil: number }>();
    const calls: number[] = [];
    let names = 0;
    const name = (of: string): string => {
      names += 1;
      return `${of} ${names}`;
    };

    const node = () => {
      const drift = 1 + (chance() - 0.5) * 0.001;
      const offset = chance() * 1e6;
      return {
        holder: name('node'),
        permits: createPermits(),
        local: (at: number) => offset + at * drift,
        askedAt: Number.NEGATIVE_INFINITY,
        stalledUntil: 0,
        /** What the database answers, and when it is heard. */
        answer: null as { at: number; asked: number; permits: number; fair: number } | null,
        taken: [] as { permit: Permit; at: number }[],
      };
    };
    const nodes = Array.from({ length: weather.nodes }, node);

    const divide = (
      one: (typeof nodes)[number],
      asked: number,
      at: number,
    ): { permits: number; fair: number } => {
      const shares: Share[] = [...table].map(([holder, { permits, leaseUntil }]) => ({
        holder,
        permits,
        leftMs: leaseUntil - at,
      }));
      const made = divideAllowance(weather.perSecond, shares, {
        holder: one.holder,
        keeps: one.permits.held(),
        resting: one.permits.givenUpResting(one.local(asked)),
      });
      for (const [holder, { leaseUntil }] of table)
        if (holder !== one.holder && leaseUntil + REST_MS <= at) table.delete(holder);
      if (made.resting > 0) table.set(name('given up'), { permits: made.resting, leaseUntil: at });
      table.set(one.holder, { permits: made.permits, leaseUntil: at + LEASE_MS });
      return made;
    };

    for (let at = 0; at < forMs; at += TICK_MS)
      for (const [index, one] of nodes.entries()) {
        if (happens(weather.dies)) {
          nodes[index] = node();
          continue;
        }
        if (at < one.stalledUntil) continue;
        if (happens(weather.stalls)) one.stalledUntil = at + chance() * 3_000;
        const now = one.local(at);
        if (one.answer !== null && at >= one.answer.at) {
          const { asked, permits, fair } = one.answer;
          one.answer = null;
          one.permits.handedOn();
          one.permits.grant(permits, asked + LEASE_MS - DRIFT_MS, now);
          one.permits.shrinkTo(fair);
          if (permits > fair) one.askedAt = Number.NEGATIVE_INFINITY;
        }
        if (one.answer === null && now >= one.askedAt + 300) {
          one.askedAt = now;
          // The database decides at once and is heard late, or not at all.
          if (!happens(weather.loses)) {
            const made = divide(one, at, at + chance() * TICK_MS);
            if (!happens(weather.loses))
              one.answer = { ...made, asked: now, at: at + TICK_MS + chance() * 200 };
          }
        }
        for (const permit of one.permits.take(now, 1 + Math.floor(chance() * 64)))
          one.taken.push({ permit, at: Math.max(now, permit.from) + chance() * weather.late });
        one.taken = one.taken.filter(({ permit, at: due }) => {
          if (due > now) return true;
          if (happens(50)) permit.giveBack();
          else if (permit.begin(now)) calls.push(at);
          return false;
        });
      }
    return calls;
  }

  const most = (calls: readonly number[]): number => {
    let first = 0;
    let found = 0;
    for (const [index, at] of calls.entries()) {
      while ((calls[first] ?? 0) <= at - 1_000) first += 1;
      found = Math.max(found, index - first + 1);
    }
    return found;
  };

  test('no second has more calls than the number may send', () => {
    const weather = fc.record({
      seed: fc.integer(),
      perSecond: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 400 })),
      nodes: fc.integer({ min: 1, max: 4 }),
      stalls: fc.constantFrom(0, 5, 50),
      dies: fc.constantFrom(0, 5, 30),
      loses: fc.constantFrom(0, 500, 3_000),
      late: fc.constantFrom(0, 20, 90),
    });
    fc.assert(
      fc.property(weather, (given) => {
        expect(most(play(given, 8_000))).toBeLessThanOrEqual(given.perSecond);
      }),
      { numRuns: 150 },
    );
  });

  test.each([1, 2, 3, 4])('%i of them use the allowance, with calls up to 20 ms late', (nodes) => {
    const calm = { seed: nodes, perSecond: 400, nodes, stalls: 0, dies: 0, loses: 0, late: 20 };
    const calls = play(calm, 14_000);
    expect(most(calls)).toBeLessThanOrEqual(400);
    // Once they have divided it.
    const used = calls.filter((at) => at >= 4_000).length / (400 * 10);
    expect(used).toBeGreaterThanOrEqual(0.95);
  });
});
