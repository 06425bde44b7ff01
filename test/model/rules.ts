/** The protocol's own rules. Each can be taken away, to see that the search finds what it is there for. */
export interface Rules {
  /** The claim reads in a second statement, after the lock; otherwise the snapshot taken before it. */
  readsAfterLock: boolean;
  /** Past its deadline a claim goes back instead of being written. */
  checksDeadline: boolean;
  /** The 200 waits for messages that were marked before the refusal was stored. */
  waitsForHandovers: boolean;
  /** A delivery that was stored before waits too: its first 200 may still be waiting. */
  waitsOnDuplicates: boolean;
  /** A lease that ran out ends as unconfirmed; otherwise it is sent again. */
  neverSendsAgain: boolean;
  /** Leases run by the database's clock; otherwise by the clock of whoever looks. */
  leasesByDatabase: boolean;
  /** The 200 comes after the commit. */
  storesBeforeAck: boolean;
  /** A claim passes over a contact point with an act that is stored and not applied. */
  heedsPending: boolean;
  /** One message of a contact point at a time, the oldest first. */
  oneAtATime: boolean;
  /** Expired leases are taken over. */
  sweeps: boolean;
  /** The gate is asked again at hand-over. */
  judgesAgain: boolean;
}

export const PROTOCOL: Rules = {
  readsAfterLock: true,
  checksDeadline: true,
  waitsForHandovers: true,
  waitsOnDuplicates: true,
  neverSendsAgain: true,
  leasesByDatabase: true,
  storesBeforeAck: true,
  heedsPending: true,
  oneAtATime: true,
  sweeps: true,
  judgesAgain: true,
};
