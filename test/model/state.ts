/**
 * The model's state: one customer, a few messages to them, several nodes on one database. What the database holds and what
 * lives in a process alone are kept apart, as a crash takes only the second.
 */

/** What the customer does: taps Yes or No of a request, writes a stop word, START, or anything else. */
export type ActKind = 'yes' | 'no' | 'stop' | 'start' | 'talk';
export type SendKind = 'text' | 'consent';

export interface Scope {
  name: string;
  nodes: number;
  /** In the order in which the customer does them. */
  acts: ActKind[];
  /** In the order in which they are asked for. */
  sends: SendKind[];
  /** How often each may go wrong. */
  crashes: number;
  /** A process is held up past a deadline, and past a lease where the lease is what runs out next. */
  pauses: number;
  duplicates: number;
  /** "Wait", instead of taking a message. */
  throttles: number;
  /** The connection is cut: WhatsApp took the message, or not. */
  cuts: number;
  /** An update is stored and cannot be applied yet. */
  poisons: number;
  /** A node's clock is so far ahead that every lease looks over to it. */
  skews: number;
  /** WhatsApp sends a delivery status for what it took. */
  statuses: boolean;
}

export interface Act {
  kind: ActKind;
  done: boolean;
  /** When it was done, on the clock of true order that acts and requests share. */
  at: number;
  /** The message whose button was tapped; -1 for words. */
  request: number;
  /** Webhooks under way. */
  copies: number;
  acked: boolean;
  stored: 'no' | 'pending' | 'applied';
}

export type MessageStatus = 'queued' | 'handing-over' | 'sent' | 'delivered' | 'unconfirmed' | 'cancelled';

export interface Message {
  kind: SendKind | 'auto';
  status: MessageStatus;
  /** When it was accepted; what a request is compared by. */
  at: number;
  /** Length of the ledger when it was accepted. */
  knows: number;
  /** The act that an automatic answer answers; -1 for others. */
  answers: number;
  /** WhatsApp took it. */
  taken: boolean;
  statusCame: boolean;
  /** How the last call ended, as WhatsApp knows it. */
  last: 'none' | 'taken' | 'throttled' | 'lost';
}

/** One line of the ledger, by the index of the act or of the message that asks. */
export interface Line {
  what: 'requested' | 'act';
  index: number;
}

/** A marked message in the hands of the process that marked it. */
export interface Claim {
  message: number;
  node: number;
  phase: 'marked' | 'sent';
  outcome: 'accepted' | 'throttled' | 'cut';
  /** Its deadline is over. */
  expired: boolean;
  /** Its process died. */
  dead: boolean;
}

/** Acts whose commit is done and whose 200 waits for these messages to leave or to miss their deadline. */
export interface Wait {
  acts: number[];
  noted: number[];
}

export interface NodeState {
  ingest: {
    phase: 'locked' | 'decided' | 'committed';
    acts: number[];
    /** What was queued when it decided, and is judged again. */
    queued: number[];
    /** Messages that it settles: it holds their rows until its commit. */
    proven: number[];
    heard: boolean;
  } | null;
  waits: Wait[];
  outbox: { phase: 'begun' | 'locked' | 'judged'; message: number; allowed: boolean; ledger: number } | null;
}

export interface State {
  /** Budgets that are left, in this order: crashes, pauses, duplicates, throttles, cuts, poisons, skews. */
  left: number[];
  tick: number;
  sendsDone: number;
  acts: Act[];
  messages: Message[];
  ledger: Line[];
  claims: Claim[];
  nodes: NodeState[];
  /** Who holds the contact point's row: node × 2, plus 1 for its outbox; -1 for nobody. */
  lock: number;
  /** The highest position that was handed over. */
  highest: number;
}

export const LEFT = { crash: 0, pause: 1, duplicate: 2, throttle: 3, cut: 4, poison: 5, skew: 6 } as const;

export function initialState(scope: Scope): State {
  return {
    left: [
      scope.crashes,
      scope.pauses,
      scope.duplicates,
      scope.throttles,
      scope.cuts,
      scope.poisons,
      scope.skews,
    ],
    tick: 1,
    sendsDone: 0,
    acts: scope.acts.map((kind) => ({
      kind,
      done: false,
      at: 0,
      request: -1,
      copies: 0,
      acked: false,
      stored: 'no',
    })),
    messages: [],
    ledger: [],
    claims: [],
    nodes: Array.from({ length: scope.nodes }, () => ({ ingest: null, waits: [], outbox: null })),
    lock: -1,
    highest: -1,
  };
}

export function copyState(state: State): State {
  return {
    ...state,
    left: [...state.left],
    acts: state.acts.map((one) => ({ ...one })),
    messages: state.messages.map((one) => ({ ...one })),
    ledger: [...state.ledger],
    claims: state.claims.map((one) => ({ ...one })),
    nodes: state.nodes.map((node) => ({
      ingest: node.ingest === null ? null : { ...node.ingest },
      waits: node.waits.map((one) => ({ ...one })),
      outbox: node.outbox === null ? null : { ...node.outbox },
    })),
  };
}

const STATUSES: MessageStatus[] = ['queued', 'handing-over', 'sent', 'delivered', 'unconfirmed', 'cancelled'];
const KINDS = ['text', 'consent', 'auto'];
const LASTS = ['none', 'taken', 'throttled', 'lost'];
const STORED = ['no', 'pending', 'applied'];
const PHASES = ['begun', 'locked', 'decided', 'committed', 'judged'];
const OUTCOMES = ['accepted', 'throttled', 'cut'];
const bits = (list: readonly number[]): number => list.reduce((sum, one) => sum | (1 << one), 0);
const bit = (value: boolean): number => (value ? 1 : 0);

/** The state as a short text; two states are equal exactly when their texts are. */
export function keyOf(state: State): string {
  const codes: number[] = [...state.left, state.tick, state.sendsDone, state.lock + 1, state.highest + 1];
  for (const one of state.acts)
    codes.push(
      bit(one.done) | (bit(one.acked) << 1) | (STORED.indexOf(one.stored) << 2) | (one.copies << 4),
      one.at,
      one.request + 1,
    );
  codes.push(state.messages.length);
  for (const one of state.messages)
    codes.push(
      STATUSES.indexOf(one.status) |
        (KINDS.indexOf(one.kind) << 3) |
        (bit(one.taken) << 5) |
        (bit(one.statusCame) << 6) |
        (LASTS.indexOf(one.last) << 7),
      one.at,
      one.knows,
      one.answers + 1,
    );
  codes.push(state.ledger.length);
  for (const one of state.ledger) codes.push(bit(one.what === 'act') | (one.index << 1));
  codes.push(state.claims.length);
  for (const one of state.claims)
    codes.push(
      one.message |
        (one.node << 4) |
        (bit(one.phase === 'sent') << 6) |
        (OUTCOMES.indexOf(one.outcome) << 7) |
        (bit(one.expired) << 9) |
        (bit(one.dead) << 10),
    );
  for (const node of state.nodes) {
    if (node.ingest === null) codes.push(0);
    else
      codes.push(
        PHASES.indexOf(node.ingest.phase) | (bit(node.ingest.heard) << 3),
        bits(node.ingest.acts),
        bits(node.ingest.queued),
        bits(node.ingest.proven),
      );
    codes.push(node.waits.length);
    for (const one of node.waits) codes.push(bits(one.acts), bits(one.noted));
    if (node.outbox === null) codes.push(9);
    else
      codes.push(
        PHASES.indexOf(node.outbox.phase),
        node.outbox.message + 1,
        bit(node.outbox.allowed),
        node.outbox.ledger,
      );
  }
  return String.fromCharCode(...codes);
}
