import { askLimits, loadFreshOf } from '../src/actions/gate-contact.ts';
import { decideSend } from '../src/core/gate.ts';
import { readContactPoint } from '../src/db/contact-points.ts';
import type { Database } from '../src/db/engine.ts';
import { askCedar, cedarCall, prepareCedar } from './cedar.ts';
import { gateInputs } from './gate-inputs.ts';
import { quantile } from './webhooks.ts';

/** The rule alone beside Cedar on the same decisions, and a decision with fresh state beside one bare read of the same row. */

const INPUTS = 2_000;
const TURNS = 10;

export interface RuleSpeed {
  perSecond: number;
  /** Of single decisions, each timed by itself. µs */
  p99Us: number;
  cedarPerSecond: number;
  cedarP99Us: number;
}

export function ruleSpeed(): RuleSpeed {
  const inputs = gateInputs(INPUTS);
  // Timed one by one before Cedar is here, in memory that is there already: between turns of Cedar's, and where the list of times
  // grew meanwhile, one decision in thirty took 10 to 16 µs in some laps.
  rateOf(() => inputs.forEach((input) => void decideSend(input)), 500);
  const own = timesOf(inputs, decideSend, 200);
  prepareCedar();
  const calls = inputs.map(cedarCall);
  for (const [n, input] of inputs.entries()) {
    const call = calls[n];
    const decision = decideSend(input);
    const ours = decision.allowed ? [] : [decision.code, ...decision.alsoBlockedBy];
    const theirs = call === undefined ? [] : askCedar(call);
    if (ours.join() !== theirs.join())
      throw new Error(`not the same rules: ${ours.join()} and ${theirs.join()} of ${JSON.stringify(input)}`);
  }
  const cedar = timesOf(calls, askCedar, 10);
  // In turn, so that what else runs on the machine slows both.
  const rates = { own: 0, cedar: 0 };
  for (let turn = 0; turn < TURNS; turn += 1) {
    rates.own += rateOf(() => inputs.forEach((input) => void decideSend(input)), 50);
    rates.cedar += rateOf(() => calls.forEach((call) => void askCedar(call)), 1);
  }
  return {
    perSecond: rates.own / TURNS,
    p99Us: quantile(own, 0.99) * 1_000,
    cedarPerSecond: rates.cedar / TURNS,
    cedarP99Us: quantile(cedar, 0.99) * 1_000,
  };
}

function rateOf(all: () => void, rounds: number): number {
  const started = performance.now();
  for (let round = 0; round < rounds; round += 1) all();
  return (rounds * INPUTS) / ((performance.now() - started) / 1_000);
}

/** Each of them timed by itself, with the reading of the clock, ms; nothing is allocated for the measuring. */
function timesOf<T>(all: readonly T[], work: (one: T) => unknown, rounds: number): Float64Array {
  const times = new Float64Array(rounds * all.length);
  let n = 0;
  for (let round = 0; round < rounds; round += 1)
    for (const one of all) {
      const started = performance.now();
      work(one);
      times[n] = performance.now() - started;
      n += 1;
    }
  return times;
}

/** Not counted: Node compiles what a decision runs through. Few decisions say little of p99, as single bad moments of the machine are in it. */
const WARMING = 4_000;
const DECISIONS = 8_000;

export async function freshDecision(
  database: Database,
  contactPointId: string,
): Promise<{ p50: number; p99: number; bareP50: number; bareP99: number }> {
  const times: number[] = [];
  const bare: number[] = [];
  // As a hand-over asks, on a connection for what goes by keys.
  const db = database.keyed;
  const ctx = { database, clock: Date.now };
  for (let n = 0; n < WARMING + DECISIONS; n += 1) {
    const started = performance.now();
    const fresh = await loadFreshOf(db, ctx, [contactPointId]);
    const loaded = fresh?.loaded.get(contactPointId);
    if (fresh === null || loaded === undefined) throw new Error('the contact point is gone');
    decideSend({
      now: Date.now(),
      path: 'person',
      content: { kind: 'text', reply: true },
      maySend: true,
      ownedByColleague: false,
      contactBlocked: loaded.contact.blocked,
      channelConnected: true,
      contact: loaded.gate,
      limits: askLimits(fresh.configuration.settings),
    });
    const middle = performance.now();
    await readContactPoint(db, contactPointId);
    if (n >= WARMING) {
      times.push(middle - started);
      bare.push(performance.now() - middle);
    }
  }
  return {
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    bareP50: quantile(bare, 0.5),
    bareP99: quantile(bare, 0.99),
  };
}
