import { sql } from 'kysely';
import { sha256 } from '../../../src/actions/keys.ts';
import { verifyLedger } from '../../../src/actions/verify-ledger.ts';
import { foldConsent } from '../../../src/core/consent.ts';
import type { Database } from '../../../src/db/engine.ts';
import { factsOf } from '../../../src/db/ledger.ts';
import { type Call, readCalls } from './calls.ts';
import type { Customer } from './round.ts';
import type { StormWorld } from './storm-world.ts';

/** From mark to write, and what an acknowledgement waits beyond it (src/actions/handovers.ts), ms. */
const LATEST_CALL = 115;

export interface Findings {
  broken: string[];
  calls: number;
  refusals: number;
  /** Calls whose process died before it knew how they ended, and calls with an unknown outcome. */
  cutShort: number;
  /** From mark to call, the longest, ms. */
  latestCall: number;
}

interface Point {
  id: string;
  stored: string | null;
  /** Of the record, where the records live. */
  field: boolean | null | undefined;
}

interface Row {
  id: string;
  position: number;
  status: string;
  automatic: boolean;
  templateType: string | null;
  markedAt: number | null;
}

/** What must hold of these customers once everything is at rest. */
export async function checkPromises(world: StormWorld, customers: readonly Customer[]): Promise<Findings> {
  const findings: Findings = { broken: [], calls: 0, refusals: 0, cutShort: 0, latestCall: 0 };
  const database = await world.look();
  try {
    const calls = readCalls(world.callFiles);
    for (const customer of customers) await checkCustomer(world, database, customer, calls, findings);
    const { faults } = await verifyLedger({ database, keys: { sha256, numberHash: sha256, sign: sha256 } });
    findings.broken.push(...world.crm.broken());
    for (const fault of faults) findings.broken.push(`the ledger does not verify: ${JSON.stringify(fault)}`);
  } finally {
    await database.close();
  }
  return findings;
}

async function checkCustomer(
  world: StormWorld,
  database: Database,
  customer: Customer,
  all: readonly Call[],
  findings: Findings,
): Promise<void> {
  const say = (what: string): void => void findings.broken.push(`${customer.phone}: ${what}`);
  const { rows: points } = await sql<{ id: string; stored: string | null }>`
    select c.id, s.state as stored from contact_point c left join consent_state s on s.contact_point_id = c.id and s.purpose = 'service'
     where c.phone = ${customer.phone}`.execute(database.db);
  const [held] = points;
  if (held === undefined) return say('is not there');
  const point: Point = { ...held, field: await world.crm.field(database.db, customer.recordId) };
  const { rows } =
    await sql<Row>`select id, position, status, automatic, template_type as "templateType", marked_at as "markedAt"
    from message where contact_point_id = ${point.id}::uuid and direction = 'out' order by position`.execute(
      database.db,
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const calls = all.filter((call) => byId.has(call.messageId));
  findings.calls += calls.length;
  findings.cutShort += calls.filter((call) => call.ended === null || !/^[24]/.test(call.ended)).length;

  for (const id of customer.accepted) if (!byId.has(id)) say(`message ${id} was answered 202 and is lost`);
  const { rows: heard } = await sql<{ whatsappId: string }>`select whatsapp_id as "whatsappId" from message
    where contact_point_id = ${point.id}::uuid and direction = 'in'`.execute(database.db);
  for (const { what, whatsappId } of customer.decisive)
    if (!heard.some((one) => one.whatsappId === whatsappId)) say(`${what} is lost`);

  checkState(customer, point, (await factsOf(database.db, [point.id])).get(point.id) ?? [], say);
  checkOutrun(world, customer, calls, byId, findings, say);
  checkCalls(calls, rows, findings, say);
  const taken = world.emulator.messagesOf(customer.phone).filter((one) => one.direction === 'out');
  for (const id of new Set(taken.flatMap((one) => one.callbackData ?? []))) {
    const times = taken.filter((one) => one.callbackData === id).map((one) => one.at);
    const made = calls.filter((call) => call.messageId === id).map((call) => `${call.at} ${call.ended}`);
    if (times.length > 1)
      say(`message ${id} arrived twice, ${times.join(' and ')}, by the calls ${made.join(', ')}`);
  }
}

function checkState(
  customer: Customer,
  point: Point,
  facts: Parameters<typeof foldConsent>[0],
  say: (what: string) => void,
): void {
  const { state } = foldConsent(facts, 'service', { now: Date.now(), requestOpenDays: 30 });
  if ((point.stored ?? 'not-asked') !== state) say(`its state is ${point.stored}, the ledger says ${state}`);
  const field = state === 'granted' ? true : state === 'denied' ? false : null;
  if (point.field !== field) say(`its field is ${point.field}, the ledger says ${state}`);
  // Where seconds and clocks leave no doubt, the customer's own words are asked too.
  const last = customer.decisive.at(-1)?.what;
  if ((last === 'stop' || last === 'no') && state !== 'denied') say(`refused last, and is ${state}`);
  if (last === 'yes' && customer.decisive.every((one) => one.what === 'yes') && state !== 'granted')
    say(`agreed, and is ${state}`);
}

/** After the 200 of a refusal: only questions, and the answer to it. Until the customer says Yes again. */
function checkOutrun(
  world: StormWorld,
  customer: Customer,
  calls: readonly Call[],
  byId: ReadonlyMap<string, Row>,
  findings: Findings,
  say: (what: string) => void,
): void {
  for (const [index, act] of customer.decisive.entries()) {
    if (act.what === 'yes') continue;
    const acknowledgedAt = world.front.acknowledgedAt(act.whatsappId);
    if (acknowledgedAt === null) continue;
    findings.refusals += 1;
    const again =
      customer.decisive.slice(index + 1).find((one) => one.what === 'yes')?.at ?? Number.POSITIVE_INFINITY;
    for (const call of calls) {
      const row = byId.get(call.messageId);
      if (row === undefined || row.automatic || row.templateType === 'consent') continue;
      // Both clocks are the machine's own, cut to whole ms.
      if (call.at > acknowledgedAt + 1 && call.at < again)
        say(
          `message ${row.id} was handed over ${call.at - acknowledgedAt} ms after the 200 of its ${act.what}`,
        );
    }
  }
}

function checkCalls(
  calls: readonly Call[],
  rows: readonly Row[],
  findings: Findings,
  say: (what: string) => void,
): void {
  const first = new Map<string, number>();
  for (const row of rows) {
    const own = calls.filter((call) => call.messageId === row.id);
    for (const call of own.slice(0, -1))
      if (call.ended === null || !(call.ended.startsWith('4') || call.ended === 'ECONNREFUSED'))
        say(`message ${row.id} was sent again after ${call.ended ?? 'its process died'}`);
    const last = own.at(-1);
    if (last !== undefined && row.markedAt !== null) {
      findings.latestCall = Math.max(findings.latestCall, last.at - row.markedAt);
      if (last.at - row.markedAt > LATEST_CALL)
        say(`message ${row.id} was called ${last.at - row.markedAt} ms after its mark`);
    }
    const began = own[0]?.at;
    if (began !== undefined) first.set(row.id, began);
  }
  let latest = 0;
  for (const row of rows) {
    const began = first.get(row.id);
    if (began === undefined) continue;
    if (began < latest - 1) say(`message ${row.id} left before one that was written earlier`);
    latest = Math.max(latest, began);
  }
}
