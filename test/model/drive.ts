import { sql } from 'kysely';
import type { Context } from '../../src/actions/context.ts';
import { type Claim, claimSends, handOver, sweepLeases } from '../../src/actions/hand-over.ts';
import { createHandovers } from '../../src/actions/handovers.ts';
import { createIngest, type Delivery, type Ingest } from '../../src/actions/ingest.ts';
import { Refusal } from '../../src/actions/refusal.ts';
import { retryInbox } from '../../src/actions/retry-inbox.ts';
import { sendMessage } from '../../src/actions/send-message.ts';
import type { Update } from '../../src/core/update.ts';
import { freePermits } from '../context.ts';
import { applyStep } from './apply.ts';
import { differences } from './compare.ts';
import type { Customer, RealWorld } from './real-world.ts';
import { SENDER } from './real-world.ts';
import { PROTOCOL } from './rules.ts';
import { type ActKind, initialState, type Scope, type State } from './state.ts';
import { runStepped, type Stepped } from './stepper.ts';
import type { Step } from './steps.ts';

/**
 * Drives the product's own actions through a run of the model, statement by statement on a real database, and compares
 * what the database holds with the model's state after every step.
 */
export async function driveRun(
  real: RealWorld,
  scope: Scope,
  trace: readonly Step[],
  observe: Context['database'],
  overlapping: boolean,
): Promise<string | null> {
  const driver = await createDriver(real, scope, observe, overlapping);
  const state = initialState(scope);
  for (const [index, step] of trace.entries()) {
    const before = structuredClone(state);
    applyStep(state, step, scope, PROTOCOL);
    const problem =
      (await inTime(driver.make(step, before, state, trace.slice(index)))) ?? (await driver.compare(state));
    if (problem !== null) return `${problem}, at step ${index + 1}`;
  }
  return null;
}

/** A step that waits for ever is a finding: something holds a lock that the model does not know of. */
function inTime(making: Promise<string | null>): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve('the step hangs'), HANGS_AFTER);
  return Promise.race([making, late.promise]).finally(() => clearTimeout(timer));
}

interface RealNode {
  ctx: Context;
  ingest: Stepped | null;
  /** What begins at its commit where transactions cannot overlap. */
  begin: () => Stepped;
  /** What was under way to the customer when the ingest read it, and when its mark was made young. */
  underWay: { messages: number[]; at: number };
  /** The 200s that the model still waits for, by act. */
  pending: { acts: number[]; answered: () => boolean; answer: Promise<boolean> }[];
  outbox: Stepped | null;
  claimed: Claim[];
}

interface RealClaim {
  message: number;
  claim: Claim;
  ctx: Context;
  handing: Promise<void> | null;
  call: RealWorld['calls'][number] | null;
}

/** Longer than any statement takes on a busy machine: a step that hangs is a finding. */
const HANGS_AFTER = 20_000;

async function createDriver(
  real: RealWorld,
  scope: Scope,
  observe: Context['database'],
  overlapping: boolean,
) {
  const base = Math.ceil(real.world.ctx.clock() / 1000) * 1000 + 60_000;
  const customer = await real.newCustomer(base);
  const shared = real.world.ctx;
  const newNode = (): RealNode => ({
    ctx: { ...shared, handovers: createHandovers() },
    ingest: null,
    underWay: { messages: [], at: 0 },
    begin: () => {
      throw new Error('nothing is to begin');
    },
    pending: [],
    outbox: null,
    claimed: [],
  });
  const nodes = Array.from({ length: scope.nodes }, newNode);
  const claims: RealClaim[] = [];
  let past = 0;
  const nodeAt = (index: number): RealNode => {
    const node = nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  };
  const claimOf = (before: State, step: Step): RealClaim => {
    const found = claims.findLast((one) => one.message === before.claims[step.item]?.message);
    if (found === undefined) throw new Error('the model has a claim that the driver has not');
    return found;
  };
  const ids = (): Promise<{ id: string; content: { buttonPayloads?: string[] } }[]> =>
    sql<{ id: string; content: { buttonPayloads?: string[] } }>`
      select id, content from message where contact_point_id = ${customer.contactPointId}::uuid and direction = 'out'
       order by position`
      .execute(observe.db)
      .then(({ rows }) => rows);
  const deliveryOf = async (state: State, acts: readonly number[]): Promise<Delivery> => {
    const messages = await ids();
    const updates = acts.map((index): Update => {
      const one = state.acts[index];
      const tokens = messages[one?.request ?? -1]?.content.buttonPayloads ?? [];
      return actUpdate(customer, shared, index, one?.kind ?? 'talk', base + (one?.at ?? 0) * 1000, tokens);
    });
    return {
      updates: updates.map((update) => ({ update, raw: update })),
      bodySha256: '0'.repeat(64),
      receivedAt: shared.clock(),
    };
  };
  const isLocked = async (): Promise<boolean> => {
    const { rows } = await sql`select 1 as free from contact_point where id = ${customer.contactPointId}::uuid
       for update skip locked`.execute(observe.db);
    return rows.length === 0;
  };
  const untilLocked = async (one: Stepped): Promise<void> => {
    for (let halt = await one.halted(); !(await isLocked()); halt = await one.goOn())
      if (halt !== 'statement') throw new Error(`at ${halt} before the contact point was locked`);
  };

  /** The ingest reads how old each mark is under the lock of the customer: what is marked after it knows of its act. */
  const refreshMarks = async (node: RealNode, state: State): Promise<void> => {
    const rows = await ids();
    const marked = state.claims.filter((one) => !one.expired && one.phase === 'marked');
    for (const { message } of marked)
      await sql`update message set marked_at = clock_timestamp() + interval '300 milliseconds'
        where id = ${rows[message]?.id ?? ''}::uuid and status = 'handing-over'`.execute(observe.db);
    node.underWay = { messages: marked.map(({ message }) => message), at: performance.now() };
  };

  const make = async (
    step: Step,
    before: State,
    after: State,
    rest: readonly Step[],
  ): Promise<string | null> => {
    real.world.setNow(base + after.tick * 1000 + past);
    const node = step.node === -1 ? null : nodeAt(step.node);
    switch (step.do) {
      case 'customer':
      case 'redeliver':
        return null;
      case 'agent': {
        const kind = scope.sends[step.item];
        real.world.setNow(base + before.tick * 1000 + past);
        const content =
          kind === 'consent'
            ? {
                messageTemplateId: real.consentTemplate,
                to: { recordType: 'contact', recordId: customer.recordId },
              }
            : { text: `message ${step.item}`, to: { phone: customer.phone } };
        const taken = await sendMessage(shared, content, SENDER, null).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Refusal) return false;
            throw error;
          },
        );
        return taken === after.messages.length > before.messages.length
          ? null
          : `a ${kind} was ${taken ? 'taken' : 'refused'}`;
      }
      case 'ingest-lock': {
        if (node === null) return 'no node';
        const acts = step.with === -1 ? [step.item] : [step.item, step.with];
        const delivery = await deliveryOf(after, acts);
        const poisoned =
          rest.find((one) => one.node === step.node && /^(ingest-commit|crash)/.test(one.do))?.do ===
          'ingest-commit-pending';
        let answered = false;
        node.begin = () =>
          runStepped(
            node.ctx,
            async (ctx) => {
              const ingest: Ingest = createIngest(
                poisoned ? { ...ctx, make: { ...ctx.make, id: failing } } : ctx,
              );
              const answer = ingest.submit(delivery).then(
                () => {
                  answered = true;
                  return true;
                },
                () => false,
              );
              node.pending.push({ acts, answered: () => answered, answer });
              await answer;
            },
            overlapping,
          );
        if (!overlapping) return null;
        node.ingest = node.begin();
        await untilLocked(node.ingest);
        await refreshMarks(node, before);
        return null;
      }
      case 'ingest-decide':
        if (overlapping) await node?.ingest?.until('commit');
        return null;
      case 'ingest-commit':
      case 'ingest-commit-pending':
        if (node === null) return 'no node';
        if (!overlapping) {
          await refreshMarks(node, before);
          node.ingest = node.begin();
        }
        await node.ingest?.until('committed');
        return null;
      case 'ingest-note': {
        const noted = after.nodes[step.node]?.waits.at(-1)?.noted ?? [];
        const fresh = after.claims.filter(
          (one) =>
            noted.includes(one.message) &&
            node?.underWay.messages.includes(one.message) === true &&
            !one.expired &&
            one.phase === 'marked',
        );
        await node?.ingest?.goOn();
        const waiting = node?.pending.at(-1);
        // From the statement that notes on, it goes by itself: to its 200, or to a timer.
        void node?.ingest?.goOn();
        if (node !== null) node.ingest = null;
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        const early =
          fresh.length > 0 &&
          waiting?.answered() === true &&
          performance.now() - (node?.underWay.at ?? 0) < 250;
        return early ? 'its 200 did not wait for a message that was marked before it' : null;
      }
      case 'acknowledge': {
        const acts = before.nodes[step.node]?.waits[step.item]?.acts ?? [];
        const index = node?.pending.findIndex((one) => one.acts.join() === acts.join()) ?? -1;
        const [waiting] = node?.pending.splice(index, 1) ?? [];
        return (await waiting?.answer) === true ? null : 'there is no 200';
      }
      case 'retry':
        await sql`update inbox set next_attempt_at = received_at where status = 'pending'`.execute(
          observe.db,
        );
        await retryInbox(shared);
        return null;
      case 'claim-lock':
        if (node === null) return 'no node';
        node.begin = () =>
          runStepped(
            node.ctx,
            async (ctx) => {
              node.claimed = (await claimSends(ctx, freePermits(10))).claims;
            },
            overlapping,
          );
        if (!overlapping) return null;
        node.outbox = node.begin();
        await untilLocked(node.outbox);
        return null;
      case 'claim-judge':
        if (overlapping) await node?.outbox?.until('commit');
        return null;
      case 'claim-commit': {
        if (node === null) return 'no node';
        if (!overlapping) node.outbox = node.begin();
        await node.outbox?.until('committed');
        await node.outbox?.goOn();
        node.outbox = null;
        const marked = after.claims.length - before.claims.length;
        if (node.claimed.length !== marked) return `${node.claimed.length} claimed, not ${marked}`;
        for (const claim of node.claimed)
          claims.push({
            message: after.claims.at(-1)?.message ?? -1,
            claim: { ...claim, deadline: Number.POSITIVE_INFINITY },
            ctx: node.ctx,
            handing: null,
            call: null,
          });
        return null;
      }
      case 'write-accepted':
      case 'write-throttled':
      case 'write-cut-taken':
      case 'write-cut-lost': {
        const own = claimOf(before, step);
        const count = real.calls.length;
        own.handing = handOver(own.ctx, own.claim);
        own.call = real.calls[count] ?? null;
        return own.call?.message.callbackData === own.claim.message.id ? null : 'nothing was written';
      }
      case 'settle': {
        const own = claimOf(before, step);
        const { outcome } = before.claims[step.item] ?? { outcome: 'cut' };
        own.call?.answer(
          outcome === 'accepted'
            ? { kind: 'accepted', whatsappId: whatsappIdOf(own.claim.message.id) }
            : outcome === 'throttled'
              ? { kind: 'throttled', until: 0, scope: 'number' }
              : { kind: 'unconfirmed', detail: 'cut' },
        );
        await own.handing;
        // What waits to be tried again is due once the clock has moved.
        past += 60;
        return null;
      }
      case 'give-back': {
        const own = claimOf(before, step);
        own.claim.deadline = Number.NEGATIVE_INFINITY;
        const count = real.calls.length;
        await handOver(own.ctx, own.claim);
        return real.calls.length === count ? null : 'it was written past its deadline';
      }
      case 'deadline-passes': {
        const own = claimOf(before, step);
        await sql`update message set marked_at = clock_timestamp() - interval '1 second' where id = ${own.claim.message.id}::uuid`.execute(
          observe.db,
        );
        return null;
      }
      case 'sweep': {
        const own = claimOf(before, step);
        await sql`update message set lease_until = clock_timestamp() - interval '1 second' where id = ${own.claim.message.id}::uuid`.execute(
          observe.db,
        );
        return (await sweepLeases(shared)) === 1 ? null : 'nothing was taken over';
      }
      case 'status': {
        const id = (await ids())[step.item]?.id ?? '';
        const update: Update = {
          kind: 'status',
          phoneNumberId: shared.channel.phoneNumberId,
          eventKey: `s:${id}:delivered`,
          at: shared.clock(),
          recipient: { phone: customer.phone },
          whatsappId: whatsappIdOf(id),
          status: 'delivered',
          callbackData: id,
          errors: [],
        };
        await createIngest(shared).submit({
          updates: [{ update, raw: update }],
          bodySha256: '0'.repeat(64),
          receivedAt: shared.clock(),
        });
        return null;
      }
      case 'crash':
        node?.ingest?.die();
        node?.outbox?.die();
        nodes[step.node] = newNode();
        // The rollback of what died is PostgreSQL's next act on that connection.
        for (const until = performance.now() + HANGS_AFTER; (await isLocked()) && after.lock === -1; )
          if (performance.now() > until) return 'the lock of a dead process stays';
        return null;
      default:
        return `${step.do} is no step of the protocol`;
    }
  };
  return { make, compare: (state: State) => differences(observe, customer, state) };
}

const failing = (): string => {
  throw new Error('this update is poisoned');
};
const whatsappIdOf = (messageId: string): string => `wamid.${messageId}`;

function actUpdate(
  customer: Customer,
  ctx: Context,
  index: number,
  kind: ActKind,
  at: number,
  tokens: readonly string[],
): Update {
  const words = { stop: 'STOP', start: 'START', talk: 'Where is my order?' };
  const whatsappId = `wamid.${customer.phone}.${index}`;
  return {
    kind: 'message',
    phoneNumberId: ctx.channel.phoneNumberId,
    eventKey: `m:${whatsappId}`,
    at,
    from: { phone: customer.phone },
    whatsappId,
    content:
      kind === 'yes' || kind === 'no'
        ? {
            kind: 'button',
            payload: tokens[kind === 'yes' ? 0 : 1] ?? '',
            label: kind === 'yes' ? 'Yes, I Agree' : 'No, Thank You',
          }
        : { kind: 'text', text: words[kind] },
    context: null,
  };
}
