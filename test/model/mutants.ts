import type { Broken } from './apply.ts';
import { type Counterexample, shortestCounterexample } from './explore.ts';
import { PROTOCOL, type Rules } from './rules.ts';
import { SHORT } from './scopes.ts';

/** A rule taken away, and the promise that then breaks. */
export interface Mutant {
  without: keyof Rules;
  says: string;
  breaks: Broken['promise'];
  /** The scope of scopes.ts in which it shows. */
  scope: string;
}

export const MUTANTS: Mutant[] = [
  {
    without: 'readsAfterLock',
    says: 'one statement locks and reads, so it judges the snapshot from before the lock',
    breaks: 'no refusal is outrun',
    scope: 'a stop against two texts',
  },
  {
    without: 'checksDeadline',
    says: 'a claim is written however late',
    breaks: 'no refusal is outrun',
    scope: 'a stop against two texts',
  },
  {
    without: 'waitsForHandovers',
    says: 'the 200 of a refusal does not wait for messages that were marked before it',
    breaks: 'no refusal is outrun',
    scope: 'a stop against two texts',
  },
  {
    without: 'waitsOnDuplicates',
    says: 'a refusal that was stored before is acknowledged at once',
    breaks: 'no refusal is outrun',
    scope: 'a stop delivered twice',
  },
  {
    without: 'leasesByDatabase',
    says: 'a lease is over when the clock of whoever looks says so',
    breaks: 'no refusal is outrun',
    scope: 'a stop delivered twice',
  },
  {
    without: 'neverSendsAgain',
    says: 'a lease that ran out puts the message back into the queue',
    breaks: 'no blind second send',
    scope: 'a stop against two texts',
  },
  {
    without: 'storesBeforeAck',
    says: 'the 200 goes out before the commit',
    breaks: 'no refusal is outrun',
    scope: 'a stop against two texts',
  },
  {
    without: 'heedsPending',
    says: 'a claim does not look for what is stored and not applied',
    breaks: 'no refusal is outrun',
    scope: 'a stop that waits to be applied',
  },
  {
    without: 'judgesAgain',
    says: 'the gate is asked when a message is accepted, and not again',
    breaks: 'no refusal is outrun',
    scope: 'a stop against two texts',
  },
  {
    without: 'oneAtATime',
    says: 'any queued message of a customer may go first, beside another',
    breaks: 'order of the contact point',
    scope: 'a stop against two texts',
  },
  {
    without: 'sweeps',
    says: 'nobody takes over what a dead process left',
    breaks: 'everything ends',
    scope: 'a stop and a crash',
  },
];

export function counterexampleOf({ without, scope }: Mutant): Counterexample | null {
  const chosen = SHORT.find((one) => one.name === scope);
  if (chosen === undefined) throw new Error(`there is no scope “${scope}”`);
  return shortestCounterexample(chosen, { ...PROTOCOL, [without]: false }, 200_000);
}
