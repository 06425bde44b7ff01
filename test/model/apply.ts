import { type Decided, decide, mayLeave, trueStance } from './decisions.ts';
import type { Rules } from './rules.ts';
import { type Claim, LEFT, type Message, type NodeState, type Scope, type State } from './state.ts';
import { claimable, type Step } from './steps.ts';

/** A promise that a step broke. */
export interface Broken {
  promise:
    | 'no refusal is outrun'
    | 'every write is within its deadline'
    | 'no blind second send'
    | 'order of the contact point'
    | 'nothing acknowledged is lost'
    | 'the state is what the customer said'
    | 'everything ends';
  why: string;
}

/** Makes one step true, in place. Answers the promise that it breaks, if any. */
export function applyStep(state: State, step: Step, scope: Scope, rules: Rules): Broken | null {
  switch (step.do) {
    case 'customer':
      return customerActs(state, step);
    case 'agent':
      return agentSends(state, scope);
    case 'redeliver':
      spend(state, 'duplicate');
      act(state, step.item).copies += 1;
      return null;
    case 'status':
      message(state, step.item).statusCame = true;
      message(state, step.item).status = 'delivered';
      return null;
    case 'retry': {
      const pending = state.acts.flatMap((one, index) => (one.stored === 'pending' ? [index] : []));
      const read = { queued: queuedNow(state), proven: provenNow(state, pending) };
      return applyActs(state, pending, read, rules);
    }
    case 'crash':
      return crash(state, step.node);
    case 'deadline-passes':
      if (!claim(state, step.item).dead) spend(state, 'pause');
      claim(state, step.item).expired = true;
      return null;
    case 'sweep':
    case 'sweep-early':
      return sweep(state, step, rules);
    case 'give-back':
      endClaim(state, step.item, 'queued');
      return null;
    case 'settle':
      return settle(state, step.item);
    default:
      if (step.do.startsWith('write')) return write(state, step, rules);
      if (step.do.startsWith('claim')) return claimStep(state, step, rules);
      return ingestStep(state, step, rules);
  }
}

const spend = (state: State, what: keyof typeof LEFT): void => {
  state.left[LEFT[what]] = (state.left[LEFT[what]] ?? 0) - 1;
};

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('a step names something that is not there');
  return found;
}
const act = (state: State, index: number) => required(state.acts[index]);
const message = (state: State, index: number): Message => required(state.messages[index]);
const claim = (state: State, index: number): Claim => required(state.claims[index]);
const nodeAt = (state: State, index: number): NodeState => required(state.nodes[index]);

function customerActs(state: State, step: Step): null {
  const one = act(state, step.item);
  one.done = true;
  one.at = state.tick;
  one.request = step.with;
  one.copies = 1;
  state.tick += 1;
  return null;
}

/** One transaction under the lock: the gate, the message, and the line of a question. */
function agentSends(state: State, scope: Scope): null {
  const kind = required(scope.sends[state.sendsDone]);
  state.sendsDone += 1;
  const sent = newMessage(state, kind, -1);
  if (!mayLeave(sent, decide(state))) return null;
  state.messages.push(sent);
  state.tick += 1;
  if (kind === 'consent') state.ledger.push({ what: 'requested', index: state.messages.length - 1 });
  return null;
}

const newMessage = (state: State, kind: Message['kind'], answers: number): Message => ({
  kind,
  status: 'queued',
  at: state.tick,
  knows: state.ledger.length,
  answers,
  taken: false,
  statusCame: false,
  last: 'none',
});

function ingestStep(state: State, step: Step, rules: Rules): Broken | null {
  const node = nodeAt(state, step.node);
  if (step.do === 'acknowledge') {
    const wait = required(node.waits[step.item]);
    node.waits.splice(step.item, 1);
    return acknowledge(state, wait.acts);
  }
  if (step.do === 'ingest-lock') {
    const acts = step.with === -1 ? [step.item] : [step.item, step.with];
    for (const index of acts) act(state, index).copies -= 1;
    state.lock = step.node * 2;
    node.ingest = { phase: 'locked', acts, queued: [], proven: [], heard: false };
    // Without the rule the 200 goes out as soon as the body is there.
    return rules.storesBeforeAck ? null : acknowledge(state, acts);
  }
  const own = node.ingest;
  if (own === null) throw new Error('this node ingests nothing');
  const fresh = own.acts.filter((index) => act(state, index).stored === 'no');
  switch (step.do) {
    case 'ingest-decide':
      own.phase = 'decided';
      own.heard = fresh.length > 0 || rules.waitsOnDuplicates;
      own.queued = queuedNow(state);
      own.proven = provenNow(state, fresh);
      return null;
    case 'ingest-commit-pending':
      spend(state, 'poison');
      for (const index of fresh) act(state, index).stored = 'pending';
      own.phase = 'committed';
      state.lock = -1;
      return null;
    case 'ingest-commit': {
      const broken = applyActs(state, fresh, own, rules);
      own.phase = 'committed';
      state.lock = -1;
      return broken;
    }
    default: {
      const noted = state.messages.flatMap((one, index) => (one.status === 'handing-over' ? [index] : []));
      node.waits.push({ acts: own.acts, noted: own.heard && rules.waitsForHandovers ? noted : [] });
      node.ingest = null;
      return null;
    }
  }
}

/** A message that goes back needs no lock of the contact point, so it may come after this was read. */
const queuedNow = (state: State): number[] =>
  state.messages.flatMap((one, index) => (one.status === 'queued' ? [index] : []));

/** Unconfirmed messages whose button was tapped: only a phone that has them can send the token. */
const provenNow = (state: State, acts: readonly number[]): number[] =>
  acts.flatMap((index) => {
    const { request } = act(state, index);
    return state.messages[request]?.status === 'unconfirmed' ? [request] : [];
  });

/** The decision, its automatic answer, the fate of what is queued, and what a tap proves: one commit. */
function applyActs(
  state: State,
  indexes: readonly number[],
  read: { queued: readonly number[]; proven: readonly number[] },
  rules: Rules,
): Broken | null {
  const judged = [...read.queued];
  for (const proven of read.proven) message(state, proven).status = 'delivered';
  for (const index of indexes) {
    const one = act(state, index);
    one.stored = 'applied';
    if (one.kind === 'talk') continue;
    const before = decide(state);
    state.ledger.push({ what: 'act', index });
    const after = decide(state);
    if (rules.judgesAgain)
      for (const position of judged) {
        const waiting = message(state, position);
        if (waiting.status === 'queued' && !mayLeave(waiting, after)) waiting.status = 'cancelled';
      }
    // A further act of the same commit judges this one's answer.
    if (answerAutomatically(state, one.kind, before, after)) judged.push(state.messages.length - 1);
  }
  const applied = decide(state);
  const truth = trueStance(state, (index) => act(state, index).stored === 'applied');
  if (applied.stance === truth.stance) return null;
  return { promise: 'the state is what the customer said', why: `${applied.stance}, not ${truth.stance}` };
}

/** Only where the decision changed; a repeated stop word gets no second answer within a day. */
function answerAutomatically(state: State, kind: string, before: Decided, after: Decided): boolean {
  const turned = (from: Decided['stance'], to: Decided['stance']): boolean =>
    to !== from && to !== 'undecided';
  const by = turned(before.stance, after.stance)
    ? after.by[0]
    : turned(before.marketing, after.marketing)
      ? after.by[1]
      : -1;
  if (by === -1) return false;
  const answersStop = (one: Message): boolean =>
    one.kind === 'auto' && one.status !== 'cancelled' && act(state, one.answers).kind === 'stop';
  if (kind === 'stop' && state.messages.some(answersStop)) return false;
  state.messages.push(newMessage(state, 'auto', by));
  return true;
}

function acknowledge(state: State, acts: readonly number[]): Broken | null {
  for (const index of acts) act(state, index).acked = true;
  return null;
}

function claimStep(state: State, step: Step, rules: Rules): Broken | null {
  const node = nodeAt(state, step.node);
  if (step.do === 'claim-begin') {
    node.outbox = { phase: 'begun', message: -1, allowed: false, ledger: state.ledger.length };
    return null;
  }
  if (step.do === 'claim-lock') {
    node.outbox = { phase: 'locked', message: -1, allowed: false, ledger: node.outbox?.ledger ?? -1 };
    state.lock = step.node * 2 + 1;
    return null;
  }
  const own = node.outbox;
  if (own === null) throw new Error('this node claims nothing');
  if (step.do === 'claim-judge') {
    own.message = claimable(state, rules);
    const length = own.ledger === -1 ? state.ledger.length : own.ledger;
    own.allowed =
      own.message !== -1 &&
      (!rules.judgesAgain || mayLeave(message(state, own.message), decide(state, length)));
    own.phase = 'judged';
    return null;
  }
  node.outbox = null;
  state.lock = -1;
  if (own.message === -1) return null;
  const taken = message(state, own.message);
  if (!own.allowed) {
    if (taken.status === 'queued') taken.status = 'cancelled';
    return null;
  }
  taken.status = 'handing-over';
  state.claims.push({
    message: own.message,
    node: step.node,
    phase: 'marked',
    outcome: 'accepted',
    expired: false,
    dead: false,
  });
  return null;
}

function write(state: State, step: Step, rules: Rules): Broken | null {
  const own = claim(state, step.item);
  const sent = message(state, own.message);
  const broken = outrun(state, sent) ?? brokenByWrite(state, own, sent, rules);
  own.phase = 'sent';
  state.highest = Math.max(state.highest, own.message);
  if (step.do === 'write-throttled') {
    spend(state, 'throttle');
    own.outcome = 'throttled';
    sent.last = 'throttled';
    return broken;
  }
  if (step.do !== 'write-accepted') spend(state, 'cut');
  own.outcome = step.do === 'write-accepted' ? 'accepted' : 'cut';
  sent.taken = step.do !== 'write-cut-lost' || sent.taken;
  sent.last = step.do === 'write-cut-lost' ? 'lost' : 'taken';
  return broken;
}

/** After the 200 of a refusal that is in force, only a question and the answer to that refusal may leave. */
function outrun(state: State, sent: Message): Broken | null {
  if (sent.kind === 'consent') return null;
  const truth = trueStance(state, (index) => act(state, index).stored !== 'no');
  if (truth.stance !== 'denied' || !act(state, truth.by).acked) return null;
  const answersRefusal = sent.kind === 'auto' && ['no', 'stop'].includes(act(state, sent.answers).kind);
  if (answersRefusal) return null;
  return { promise: 'no refusal is outrun', why: `a ${sent.kind} left after the 200 of act ${truth.by}` };
}

function brokenByWrite(state: State, own: Claim, sent: Message, rules: Rules): Broken | null {
  if (sent.last !== 'none' && sent.last !== 'throttled')
    return { promise: 'no blind second send', why: `message ${own.message} was ${sent.last} before` };
  if (own.expired && rules.checksDeadline)
    return { promise: 'every write is within its deadline', why: `message ${own.message}` };
  if (own.message < state.highest)
    return { promise: 'order of the contact point', why: `${own.message} after ${state.highest}` };
  return null;
}

/** Settles what the call brought; a row that a status, a tap or a sweep changed meanwhile is left as it is. */
function settle(state: State, index: number): null {
  const { outcome } = claim(state, index);
  endClaim(
    state,
    index,
    outcome === 'accepted' ? 'sent' : outcome === 'throttled' ? 'queued' : 'unconfirmed',
  );
  return null;
}

function endClaim(state: State, index: number, status: Message['status']): void {
  const row = message(state, claim(state, index).message);
  if (row.status === 'handing-over') row.status = status;
  state.claims.splice(index, 1);
}

function sweep(state: State, step: Step, rules: Rules): null {
  const own = claim(state, step.item);
  if (step.do === 'sweep-early') spend(state, 'skew');
  else if (!own.dead) spend(state, 'pause');
  message(state, own.message).status = rules.neverSendsAgain ? 'unconfirmed' : 'queued';
  if (own.dead) state.claims.splice(step.item, 1);
  return null;
}

/** What lived in the process is gone; WhatsApp delivers again what got no 200. */
function crash(state: State, node: number): null {
  spend(state, 'crash');
  const own = nodeAt(state, node);
  const lost = [...(own.ingest?.acts ?? []), ...own.waits.flatMap((wait) => wait.acts)];
  for (const index of lost) if (!act(state, index).acked) act(state, index).copies += 1;
  if (state.lock >> 1 === node) state.lock = -1;
  for (const one of state.claims) if (one.node === node) one.dead = true;
  // Those that were swept before have nothing left to take over.
  state.claims = state.claims.filter(
    (one) => !one.dead || message(state, one.message).status === 'handing-over',
  );
  state.nodes[node] = { ingest: null, waits: [], outbox: null };
  return null;
}

/** Where nothing more can happen, nothing may be left undone. */
export function brokenAtEnd(state: State): Broken | null {
  const lost = state.acts.findIndex((one) => one.acked && one.stored !== 'applied');
  if (lost !== -1) return { promise: 'nothing acknowledged is lost', why: `act ${lost}` };
  const stuck = state.messages.findIndex((one) => one.status === 'queued' || one.status === 'handing-over');
  if (stuck !== -1) return { promise: 'everything ends', why: `message ${stuck} is stuck` };
  const unheard = state.acts.findIndex((one) => one.done && !one.acked);
  return unheard === -1 ? null : { promise: 'everything ends', why: `act ${unheard} has no 200` };
}
