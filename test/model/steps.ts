import type { Rules } from './rules.ts';
import { type Claim, LEFT, type Message, type Scope, type State } from './state.ts';

/** What can happen next. One step is what nobody can look into: a statement, a commit, a write to a socket. */
export type StepKind =
  | 'customer'
  | 'agent'
  | 'redeliver'
  | 'ingest-lock'
  | 'ingest-decide'
  | 'ingest-commit'
  | 'ingest-commit-pending'
  | 'ingest-note'
  | 'acknowledge'
  | 'retry'
  | 'claim-begin'
  | 'claim-lock'
  | 'claim-judge'
  | 'claim-commit'
  | 'write-accepted'
  | 'write-throttled'
  | 'write-cut-taken'
  | 'write-cut-lost'
  | 'give-back'
  | 'settle'
  | 'deadline-passes'
  | 'sweep'
  | 'sweep-early'
  | 'status'
  | 'crash';

export interface Step {
  do: StepKind;
  node: number;
  /** The act, send, claim or message concerned. */
  item: number;
  /** The message whose button is tapped, or a second act that shares the commit; -1 for none. */
  with: number;
}

export function enabledSteps(state: State, scope: Scope, rules: Rules): Step[] {
  const steps: Step[] = [];
  const add = (kind: StepKind, node = -1, item = -1, other = -1): void => {
    steps.push({ do: kind, node, item, with: other });
  };
  worldSteps(state, scope, add);
  for (let node = 0; node < state.nodes.length; node += 1) {
    ingestSteps(state, node, rules, add);
    outboxSteps(state, node, rules, add);
    if (left(state, 'crash') && atWork(state, node)) add('crash', node);
  }
  for (const [index, claim] of state.claims.entries()) claimSteps(state, scope, claim, index, rules, add);
  return steps;
}

type Add = (kind: StepKind, node?: number, item?: number, other?: number) => void;
const left = (state: State, what: keyof typeof LEFT): boolean => (state.left[LEFT[what]] ?? 0) > 0;
const free = (state: State): boolean => state.lock === -1;

function worldSteps(state: State, scope: Scope, add: Add): void {
  const next = state.acts.findIndex((act) => !act.done);
  const act = state.acts[next];
  if (act?.kind === 'yes' || act?.kind === 'no') {
    for (const [index, message] of state.messages.entries())
      if (message.kind === 'consent' && message.taken) add('customer', -1, next, index);
  } else if (act !== undefined) add('customer', -1, next);
  if (state.sendsDone < scope.sends.length && free(state)) add('agent', -1, state.sendsDone);
  for (const [index, one] of state.acts.entries())
    if (one.done && left(state, 'duplicate') && one.copies < 2) add('redeliver', -1, index);
  if (free(state)) {
    if (state.acts.some((one) => one.stored === 'pending')) add('retry');
    if (scope.statuses)
      for (const [index, message] of state.messages.entries())
        if (message.taken && !message.statusCame) add('status', -1, index);
  }
}

function ingestSteps(state: State, node: number, rules: Rules, add: Add): void {
  const own = state.nodes[node];
  if (own === undefined) return;
  switch (own.ingest?.phase) {
    case undefined: {
      if (!free(state)) break;
      const ready = state.acts.flatMap((act, index) => (act.copies > 0 ? [index] : []));
      for (const index of ready) add('ingest-lock', node, index);
      // The group-commit writer takes what waits together.
      if (ready.length > 1) add('ingest-lock', node, ready[0], ready[1]);
      break;
    }
    case 'locked':
      add('ingest-decide', node);
      break;
    case 'decided':
      add('ingest-commit', node);
      if (left(state, 'poison') && rules.storesBeforeAck) add('ingest-commit-pending', node);
      break;
    case 'committed':
      add('ingest-note', node);
      break;
  }
  for (const [index, wait] of own.waits.entries())
    if (wait.noted.every((message) => hasPassed(state, message))) add('acknowledge', node, index);
}

/**
 * It left or its deadline is over. The code also waits for the answer, or out the deadline where another process holds the
 * message; that a 200 may come a little earlier here takes in more runs, none fewer.
 */
const hasPassed = (state: State, message: number): boolean =>
  state.claims.every((claim) => claim.message !== message || claim.expired || claim.phase === 'sent');

/** The oldest queued message that a claim may take, or -1. */
export function claimable(state: State, rules: Rules): number {
  if (rules.heedsPending && state.acts.some((act) => act.stored === 'pending')) return -1;
  if (rules.oneAtATime && state.messages.some((one) => one.status === 'handing-over')) return -1;
  const queued = (one: Message): boolean => one.status === 'queued';
  // Without the rule the newest may go first, as it does where each message is a job of its own.
  return rules.oneAtATime ? state.messages.findIndex(queued) : state.messages.findLastIndex(queued);
}

function outboxSteps(state: State, node: number, rules: Rules, add: Add): void {
  const own = state.nodes[node];
  if (own === undefined) return;
  switch (own.outbox?.phase) {
    case undefined:
      if (claimable(state, rules) === -1) break;
      if (rules.readsAfterLock) {
        if (free(state)) add('claim-lock', node);
      } else add('claim-begin', node);
      break;
    case 'begun':
      if (free(state)) add('claim-lock', node);
      break;
    case 'locked':
      add('claim-judge', node);
      break;
    case 'judged':
      add('claim-commit', node);
      break;
  }
}

function claimSteps(state: State, scope: Scope, claim: Claim, index: number, rules: Rules, add: Add): void {
  const node = claim.node;
  const status = state.messages[claim.message]?.status;
  // Whoever writes the message's row waits for who wrote it and has not committed.
  const rowFree = state.nodes.every(
    (one) => one.ingest?.phase !== 'decided' || !one.ingest.proven.includes(claim.message),
  );
  if (claim.phase === 'marked' && !claim.dead) {
    if (!claim.expired || !rules.checksDeadline) {
      add('write-accepted', node, index);
      if (left(state, 'throttle')) add('write-throttled', node, index);
      if (left(state, 'cut')) {
        add('write-cut-taken', node, index);
        add('write-cut-lost', node, index);
      }
    } else if (rowFree) add('give-back', node, index);
  }
  if (claim.phase === 'sent' && !claim.dead && rowFree) add('settle', node, index);
  // Time passes for whoever is dead; for a living process only where it is held up.
  const timePasses = claim.dead || left(state, 'pause');
  if (claim.phase === 'marked' && !claim.expired && timePasses) add('deadline-passes', node, index);
  if (status !== 'handing-over') return;
  if (rules.sweeps && (claim.expired || claim.phase === 'sent') && timePasses) add('sweep', -1, index);
  if (!rules.leasesByDatabase && left(state, 'skew') && scope.nodes > 1) add('sweep-early', -1, index);
}

const atWork = (state: State, node: number): boolean => {
  const own = state.nodes[node];
  return (
    own !== undefined &&
    (own.ingest !== null ||
      own.waits.length > 0 ||
      own.outbox !== null ||
      state.claims.some((claim) => claim.node === node && !claim.dead))
  );
};
