/**
 * The sending of a number, at the sender. A number that may send N messages a second has N permits. A call to WhatsApp
 * takes one, and it rests for a second from the moment the call began. So every half-open second holds each permit at most
 * once, and N calls at most, however late or bunched they were. Nodes hold disjoint permits for as long as their lease runs
 * (core/allowance.ts); docs/decisions/0025 has the argument.
 *
 * Times are the process's own monotonic clock, ms.
 */

/** A second, and five ms more: clocks of two machines differ a little in it. */
export const REST_MS = 1_005;
/** So long before its moment a permit may be taken: the claim's transaction runs meanwhile. Part of the 100 ms from mark to call. */
const AHEAD_MS = 15;
/** Permits come one after the other, evenly. After a pause the calls of so much time may catch up at once. */
const CATCH_UP_MS = 100;
/** A claim waits for the permits of so much time, as one for each would cost most. */
const BATCH_MS = 10;

/** The right to begin one call. Ends with `begin`, and then `began`, or with `giveBack`. */
export interface Permit {
  /** The call may begin from then on. */
  readonly from: number;
  /** The call begins now. False, and nothing may be sent, before its moment or after the end of the lease. */
  begin(now: number): boolean;
  /** The call has left by now: from here it rests. Where the process lost its processor after `begin`, that is later. */
  began(now: number): void;
  /** No call was made. */
  giveBack(): void;
}

export interface Permits {
  /** How many are held: at rest, free or taken. */
  held(): number;
  /** The end of the lease. */
  until(): number;
  /** The lease runs until then, and so many are held by it. What was taken under one that ran out is void. */
  grant(units: number, until: number, now: number): void;
  /** Gives up all but so many, as far as they are not taken: first those that have rested. They are never used here again. */
  shrinkTo(units: number): void;
  /** How many of those given up still rest, until they are somebody else's business (`handedOn`). */
  givenUpResting(now: number): number;
  handedOn(): void;
  /** After how many ms it is worth taking some; infinite while there is no lease or nothing is held. */
  readyIn(now: number): number;
  /** Takes those that may be used now or shortly, oldest first. */
  take(now: number, most: number): Permit[];
}

/** None is held at first. */
export function createPermits(): Permits {
  let until = Number.NEGATIVE_INFINITY;
  /** Free permits that have rested. */
  let rested = 0;
  /** When each of those at rest is free again, in order. */
  const resting: number[] = [];
  let taken = 0;
  let givenUp: number[] = [];
  let lease = 0;
  /** Where the next call stands in the even order. */
  let place = Number.NEGATIVE_INFINITY;

  const held = (): number => rested + resting.length + taken;
  const rouse = (now: number): void => {
    while (resting.length > 0 && (resting[0] ?? 0) <= now) {
      resting.shift();
      rested += 1;
    }
  };
  /** Answers when those that were dropped are free again, where they still rest. */
  const drop = (count: number): number[] => {
    const fresh = Math.min(count, rested);
    rested -= fresh;
    return resting.splice(0, count - fresh);
  };
  const restUntil = (at: number): void => {
    let index = resting.length;
    while (index > 0 && (resting[index - 1] ?? 0) > at) index -= 1;
    resting.splice(index, 0, at);
  };
  /** The nth of those that are not taken, or the last: when it is free. Null where there is none. */
  const freeAt = (n: number): number | null => {
    if (rested > n) return Number.NEGATIVE_INFINITY;
    return resting[Math.min(n - rested, resting.length - 1)] ?? null;
  };
  const placeAt = (now: number): number => Math.max(place, now - CATCH_UP_MS);

  const permit = (from: number, freed: number, apart: number): Permit => {
    const under = lease;
    let over = false;
    let restsUntil = Number.NaN;
    const end = (then: () => void): void => {
      if (over || under !== lease) return;
      over = true;
      taken -= 1;
      then();
    };
    return {
      from,
      begin(now) {
        if (over || under !== lease || now < from || now >= until) return false;
        restsUntil = now + REST_MS;
        end(() => restUntil(restsUntil));
        return true;
      },
      began(now) {
        const index = resting.indexOf(restsUntil);
        if (index < 0 || under !== lease) return;
        resting.splice(index, 1);
        restsUntil = now + REST_MS;
        restUntil(restsUntil);
      },
      giveBack: () =>
        end(() => {
          restUntil(freed);
          place -= apart;
        }),
    };
  };

  return {
    held,
    until: () => until,
    grant(units, newUntil, now) {
      if (now >= until) {
        lease += 1;
        taken = 0;
      }
      // The first call has no past to catch up with.
      place = Math.max(place, now - CATCH_UP_MS);
      if (until === Number.NEGATIVE_INFINITY) place = now;
      until = newUntil;
      rouse(now);
      const more = units - held();
      if (more >= 0) rested += more;
      else drop(-more);
    },
    shrinkTo(units) {
      givenUp.push(...drop(Math.max(0, held() - units)));
    },
    givenUpResting(now) {
      givenUp = givenUp.filter((at) => at > now);
      return givenUp.length;
    },
    handedOn() {
      givenUp = [];
    },
    readyIn(now) {
      if (now >= until || held() === 0) return Number.POSITIVE_INFINITY;
      rouse(now);
      const batch = Math.max(1, Math.floor((held() * BATCH_MS) / 1_000));
      const free = freeAt(batch - 1);
      if (free === null) return BATCH_MS;
      const placed = placeAt(now) + ((batch - 1) * 1_000) / held();
      return Math.max(0, Math.max(free, placed) - AHEAD_MS - now);
    },
    take(now, most) {
      const permits: Permit[] = [];
      if (now >= until) return permits;
      rouse(now);
      const apart = 1_000 / held();
      place = placeAt(now);
      while (permits.length < most) {
        const freed = freeAt(0);
        if (freed === null) break;
        const from = Math.max(freed, place, now);
        if (from > now + AHEAD_MS) break;
        if (rested > 0) rested -= 1;
        else resting.shift();
        taken += 1;
        place += apart;
        permits.push(permit(from, freed, apart));
      }
      return permits;
    },
  };
}
