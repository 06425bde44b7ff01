import { sql } from 'kysely';
import { pause } from '../nodes.ts';
import { isCalling } from './calls.ts';
import type { Plan, PlannedFault, Story } from './plan.ts';
import type { StormWorld } from './storm-world.ts';

/** One customer of a round, and what they and we did, in order. */
export interface Customer {
  phone: string;
  recordId: string;
  /** Ids of messages that were answered 202. */
  accepted: string[];
  /** Decisive acts in the order they were done. */
  decisive: { what: 'yes' | 'no' | 'stop'; whatsappId: string; at: number }[];
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export async function call(world: StormWorld, method: string, at: string, body?: unknown): Promise<Answer> {
  try {
    const response = await fetch(`${world.front.url}${at}`, {
      method,
      headers: {
        authorization: `Bearer ${world.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const json: unknown = JSON.parse((await response.text()) || '{}');
    return { status: response.status, body: typeof json === 'object' && json !== null ? { ...json } : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

let phones = 0;

/** Traffic and faults of one plan, then everything is healed and comes to rest. */
export async function runRound(world: StormWorld, plan: Plan): Promise<Customer[]> {
  const customers = await newCustomers(world, plan.stories.length);
  await world.emulator.idle();
  // A send in two takes a while, so that what breaks finds some of them under way.
  world.emulator.fault({ kind: 'late', scope: 'send', every: 2, delayMs: 500 });
  const began = performance.now();
  const until = (ms: number): Promise<void> => pause(Math.max(0, began + ms - performance.now()));
  const strikes = (async () => {
    for (const fault of plan.faults) {
      await until(fault.at);
      await strike(world, fault);
    }
  })();
  await Promise.all([
    strikes,
    ...plan.stories.map((story, index) => play(world, customers[index], story, until)),
  ]);
  await heal(world);
  await comeToRest(world);
  return customers;
}

/** Contacts who wrote Hello. */
async function newCustomers(world: StormWorld, count: number): Promise<Customer[]> {
  const customers: Customer[] = [];
  while (customers.length < count) customers.push(await newCustomer(world));
  // Who writes before their record was read is a stranger for a while, whom nobody can ask yet.
  await comeToRest(world);
  for (const { phone } of customers) world.emulator.customerSends(phone, { text: 'Hello' });
  return customers;
}

/** A contact. What the round before broke may still cost a call; then it is somebody else's turn. */
async function newCustomer(world: StormWorld): Promise<Customer> {
  for (let turn = 1; ; turn += 1) {
    phones += 1;
    const phone = `+1202${String(2_000_000 + phones)}`;
    const recordId = world.crm.create?.({
      lastname: `Customer ${phones}`,
      mobilephone: phone,
      [world.crm.complianceField]: null,
    });
    if (recordId !== undefined) return { phone, recordId, accepted: [], decisive: [] };
    const made = await call(world, 'POST', '/api/records/contact', {
      values: { fullname: `Customer ${phones}`, mobilephone: phone },
    });
    if (made.status === 201) return { phone, recordId: String(made.body.id), accepted: [], decisive: [] };
    if (turn === 10) {
      const database = await world.cluster.query('select 1').then(() => 'answers', String);
      throw new Error(
        `no record can be made: ${made.status} ${JSON.stringify(made.body)}; PostgreSQL past the proxies: ${database}`,
      );
    }
    await pause(200);
  }
}

async function play(
  world: StormWorld,
  customer: Customer | undefined,
  story: Story,
  until: (ms: number) => Promise<void>,
): Promise<void> {
  if (customer === undefined) return;
  const { phone, recordId } = customer;
  for (const { at, what } of [...story.acts].sort((a, b) => a.at - b.at)) {
    await until(at);
    if (what === 'text' || what === 'consent') {
      const message =
        what === 'text'
          ? { to: { phone }, text: `at ${at}` }
          : { to: { recordType: 'contact', recordId }, messageTemplateId: world.consentTemplate };
      const answer = await call(world, 'POST', '/api/messages', message);
      if (answer.status === 202) customer.accepted.push(String(answer.body.id));
    } else if (what === 'talk') world.emulator.customerSends(phone, { text: 'Where is my order?' });
    else if (what === 'stop') {
      const { id } = world.emulator.customerSends(phone, { text: 'STOP' });
      customer.decisive.push({ what, whatsappId: id, at: Date.now() });
    } else {
      const asked = world.emulator.messagesOf(phone).findLast((one) => one.buttons.length > 0);
      if (asked === undefined) continue;
      const button = what === 'yes' ? 0 : 1;
      const { id } = world.emulator.customerSends(phone, { buttonOf: asked.id, button });
      customer.decisive.push({ what, whatsappId: id, at: Date.now() });
    }
  }
}

async function strike(world: StormWorld, fault: PlannedFault): Promise<void> {
  const { emulator, cluster, database } = world;
  const ms = fault.size * 100;
  switch (fault.kind) {
    case 'kill-node':
      await inTheMiddle(world, fault);
      await world.killNode(fault.node);
      return world.startNodes();
    case 'pause-node':
      await inTheMiddle(world, fault);
      world.signalNode(fault.node, 'SIGSTOP');
      await pause(ms);
      // Longer than its lease, as far as the database can tell.
      await passTime(world, false);
      await pause(ms);
      world.signalNode(fault.node, 'SIGCONT');
      return;
    case 'kill-postgres':
      return cluster.killAndStart();
    case 'restart-postgres':
      return cluster.restart(fault.size % 2 === 0 ? 'fast' : 'immediate');
    case 'fail-over':
      await cluster.addStandby();
      await cluster.failOver();
      database.pointTo(cluster.port());
      database.cut();
      return;
    case 'cut-database':
      database.cut();
      return;
    case 'hang-database':
      database.hang(ms);
      return;
    case 'full-disk':
      return cluster.fillDisk(ms);
    case 'cloud-cut-before':
    case 'cloud-cut-after':
      emulator.fault({
        kind: fault.kind === 'cloud-cut-before' ? 'cut-before' : 'cut-after',
        scope: 'send',
        count: fault.size,
      });
      return;
    case 'cloud-hang':
      world.cloud.hang(ms);
      return;
    case 'cloud-slow-connect':
      // Idle connections end as well, so that new ones are needed.
      world.setLookup(ms);
      world.cloud.cut();
      return;
    case 'cloud-5xx':
      emulator.fault({ kind: '5xx', scope: 'send', count: fault.size, accepted: fault.size % 2 === 0 });
      return;
    case 'cloud-429':
      emulator.fault({ kind: '429', scope: 'send', count: fault.size, retryAfter: 1 });
      return;
    case 'webhook-duplicate':
    case 'webhook-out-of-order':
    case 'webhook-late':
    case 'webhook-cut-after':
      emulator.fault({
        kind: WEBHOOK[fault.kind],
        scope: 'webhook',
        count: fault.size + 1,
        ...(fault.kind === 'webhook-late' || fault.kind === 'webhook-out-of-order' ? { delayMs: ms } : {}),
      });
      return;
    case 'clock-jump':
      world.setClock(fault.node, (fault.size % 2 === 0 ? 1 : -1) * fault.size * 120_000);
      return;
    default:
      return world.crm.strike(fault.kind, fault.size);
  }
}

/** Three in five wait until that node is in the middle of a call, however slow the machine is; the others strike blindly. */
async function inTheMiddle(world: StormWorld, { node, size }: PlannedFault): Promise<void> {
  const until = performance.now() + (size > 2 ? 4_000 : 0);
  while (performance.now() < until && !isCalling(world.callFiles[node] ?? '')) await pause(5);
}

const WEBHOOK = {
  'webhook-duplicate': 'duplicate',
  'webhook-out-of-order': 'out-of-order',
  'webhook-late': 'late',
  'webhook-cut-after': 'cut-after',
} as const;

/** What was put off, and leases, are over: nobody has to wait for them. */
async function passTime(world: StormWorld, atRest: boolean): Promise<void> {
  const database = await world.look();
  try {
    await sql`update message set lease_until = clock_timestamp() - interval '1 second' where status = 'handing-over'`.execute(
      database.db,
    );
    await sql`update message set next_attempt_at = clock_timestamp() - interval '1 hour' where status = 'queued'`.execute(
      database.db,
    );
    await sql`update inbox set next_attempt_at = clock_timestamp() - interval '1 hour' where status = 'pending'`.execute(
      database.db,
    );
    await world.crm.passTime(database.db, atRest);
  } catch {
    // The database is down at this moment; the next time it passes.
  } finally {
    await database.close();
  }
}

async function heal(world: StormWorld): Promise<void> {
  for (const node of [0, 1]) {
    world.signalNode(node, 'SIGCONT');
    world.setClock(node, 0);
  }
  world.setLookup(0);
  world.emulator.clearFaults();
  world.crm.heal();
  await world.startNodes();
}

/** Every webhook delivered and applied, nothing queued, and nothing in anybody's hands. */
async function comeToRest(world: StormWorld): Promise<void> {
  const restUntil = performance.now() + 90_000;
  const settledAfter = performance.now() + 1_500;
  for (;;) {
    await world.emulator.idle();
    const waiting = await waitingNow(world);
    if (waiting === '') return;
    if (performance.now() > restUntil) throw new Error(`it does not come to rest: ${waiting}`);
    // Calls under way have long ended: what is still marked belongs to a process that died.
    if (performance.now() > settledAfter) await passTime(world, true);
    await pause(200);
  }
}

async function waitingNow(world: StormWorld): Promise<string> {
  const database = await world.look();
  try {
    const { rows } = await sql<{ what: string; count: number }>`
      select status as what, count(*)::int as count from message where status in ('queued', 'handing-over') group by status
      union all select 'inbox', count(*)::int from inbox where status = 'pending' having count(*) > 0`.execute(
      database.db,
    );
    const ours = rows.map((row) => `${row.count} ${row.what}`);
    return [...ours, await world.crm.waiting(database.db)].filter(Boolean).join(', ');
  } catch (error) {
    return String(error);
  } finally {
    await database.close();
  }
}
