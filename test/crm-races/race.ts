import { sql } from 'kysely';
import { hintRecord } from '../../src/actions/crm-hints.ts';
import { importRecords } from '../../src/actions/import-records.ts';
import { Refusal } from '../../src/actions/refusal.ts';
import { sendMessage } from '../../src/actions/send-message.ts';
import { readSendable } from '../../src/actions/sendable.ts';
import { rightsOf } from '../../src/core/rights.ts';
import { mirrorTables } from '../../src/db/crm-mirror.ts';
import { pendingWrites } from '../../src/db/crm-writes.ts';
import { chanceOf } from '../faults/nodes.ts';
import { createHistory, type History, type RecordOf } from './history.ts';
import { Died, FIELD, openParty, type Party, TABLES } from './party.ts';
import type { Fate, Passing } from './road.ts';

/**
 * One random interleaving. Everything that may happen between a customer, the people of the organisation, the network and
 * our nodes happens in an order that a seed decides, also in the middle of each other: before each request arrives and
 * before each answer comes back something else may happen. Then there is a rest, and what product.md §3.2 says must hold.
 */
export interface Tally {
  acts: number;
  inTheMiddle: number;
  requests: number;
  cuts: number;
  kills: number;
  checks: number;
}

export interface Arena {
  party: Party;
  race(seed: number): Promise<Tally>;
  close(): Promise<void>;
}

const SENDER = { id: 'test', name: 'Test', path: 'api' as const, rights: rightsOf('agent'), actor: null };
const PHASES = 3;
const ACTS = 8;
const IN_THE_MIDDLE = 0.5;

export async function openArena(): Promise<Arena> {
  let running: Race | null = null;
  const party = await openParty({
    before: (passing) => running?.before(passing) ?? Promise.resolve('pass'),
    after: (passing, status, answered) => running?.after(passing, status, answered) ?? Promise.resolve(),
  });
  return {
    party,
    async race(seed) {
      running = createRace(party, seed);
      try {
        return await running.run();
      } finally {
        running = null;
      }
    },
    close: party.close,
  };
}

interface Race {
  run(): Promise<Tally>;
  before(passing: Passing): Promise<Fate>;
  after(passing: Passing, status: number, answered: boolean): Promise<void>;
}

interface Asked {
  request: string;
  phone: string;
  messageId: string;
  payloads: readonly string[];
}

function createRace(party: Party, seed: number): Race {
  const chance = chanceOf(seed);
  const { emulator } = party.crm;
  const tally: Tally = { acts: 0, inTheMiddle: 0, requests: 0, cuts: 0, kills: 0, checks: 0 };
  const trace: string[] = [];
  const phones = [0, 1].map((n) => `+1202${String(2_000_000 + ((seed * 2 + n) % 7_000_000))}`);
  const history: History = createHistory(emulator, phones);
  const asked: Asked[] = [];
  const refusedLast = new Set<string>();
  let node = party.node();
  /** Deeper than 0: inside somebody's request. */
  let depth = 0;
  /** No mishaps, and nothing in the middle. */
  let calm = true;
  let armed: { fate: Exclude<Fate, 'pass'>; write: boolean } | null = null;
  let broken = false;

  const below = (n: number): number => Math.floor(chance() * n);
  const one = <T>(of: readonly T[]): T => {
    const found = of[below(of.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  };
  const note = (text: string): void => void trace.push(`${'  '.repeat(depth)}${text}`);
  /** Where something happened last, more happens: collisions are what this is about. */
  let hot = phones[0] ?? '';
  const somePhone = (): string => {
    hot = chance() < 0.7 ? hot : one(phones);
    return hot;
  };
  const someRecord = (): RecordOf => {
    const living = history.living();
    const near = living.filter((record) => history.phoneOf(record.id) === hot);
    return near.length > 0 && chance() < 0.75 ? one(near) : one(living);
  };
  const short = (id: string): string => id.slice(0, 4);

  const people = {
    create(): void {
      const table = one(TABLES);
      const phone = one(phones);
      const value = one([true, false, null, null]);
      const id = emulator.create(table, { lastname: `P${seed}`, mobilephone: phone, [FIELD]: value });
      history.born(table, id);
      note(`made ${table} ${short(id)} ${phone} ${value}`);
    },
    setField(): void {
      const record = someRecord();
      const now = history.field(record.id);
      const value = one([true, false, false, null].filter((other) => other !== now));
      emulator.change(record.table, record.id, { [FIELD]: value });
      history.edited(record.id, value, 'hand');
      note(`hand ${short(record.id)} ${now} → ${value}`);
    },
    setPhone(): void {
      const record = one(history.living());
      const phone = one([...phones, ...phones, 'ask at the desk', null]);
      if (history.cell(record.id, 'mobilephone') === phone) return;
      history.movesFrom(record.id);
      emulator.change(record.table, record.id, { mobilephone: phone });
      history.moved(record.id);
      note(`phone ${short(record.id)} ${phone}`);
    },
    touch(): void {
      const record = someRecord();
      history.touched(record.id);
      emulator.change(
        record.table,
        record.id,
        one([{ emailaddress1: `${below(1e6)}@example.org` }, { lastname: `N${below(1e6)}` }]),
      );
      note(`touch ${short(record.id)}`);
    },
    leave(): void {
      const living = history.living();
      if (living.length < 3) return;
      const record = one(living);
      const target = living.find((other) => other.table === record.table && other.id !== record.id);
      if (target !== undefined && chance() < 0.5) emulator.merge(record.table, target.id, record.id);
      else emulator.remove(record.table, record.id);
      history.gone(record.id);
      note(`gone ${short(record.id)}`);
    },
  };

  async function answer(): Promise<void> {
    const phone = somePhone();
    const of = asked.filter((request) => request.phone === phone);
    if (of.length === 0 || chance() < 0.15) {
      await party.customer(node, phone, { kind: 'text', text: 'STOP' }, null);
      history.act(phone, { kind: 'stop' });
      refusedLast.add(phone);
      note(`${phone} STOP`);
      return;
    }
    const request = chance() < 0.8 ? of.at(-1) : one(of);
    if (request === undefined) return;
    const yes = chance() < 0.6;
    const payload = request.payloads[yes ? 0 : 1] ?? '';
    await party.customer(node, phone, { kind: 'button', payload, label: '' }, request.messageId);
    history.act(phone, { kind: 'answer', request: request.request, yes });
    if (yes) refusedLast.delete(phone);
    else refusedLast.add(phone);
    note(`${phone} taps ${yes ? 'yes' : 'no'} of ${request.request}`);
  }

  async function ask(): Promise<void> {
    const known = history.living().filter((record) => phones.includes(history.phoneOf(record.id) ?? ''));
    if (known.length === 0) return;
    const record = one(known);
    const wasCalm = calm;
    // Sending reads records beside each other, in no order that a seed decides.
    calm = true;
    try {
      const to = { recordType: record.table, recordId: record.id };
      const messageTemplateId = party.consentTemplates[record.table];
      await sendMessage(node.ctx, { to, messageTemplateId }, SENDER, null);
      for (const message of await party.handOver(node)) {
        if (message.content.kind !== 'template') continue;
        const request = `q${asked.length}`;
        const phone = message.to.phone ?? '';
        const messageId = `wamid.${message.callbackData}`;
        asked.push({ request, phone, messageId, payloads: message.content.buttonPayloads });
        history.act(phone, { kind: 'ask', request });
        note(`asked ${phone} ${request}`);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      note(`not asked: ${error.code}`);
    } finally {
      calm = wasCalm;
    }
  }

  async function importOne(): Promise<void> {
    const record = someRecord();
    const now = history.field(record.id);
    const value = one([true, false].filter((other) => other !== now));
    const text = value ? 'yes' : 'no';
    const wasCalm = calm;
    calm = true;
    try {
      const row = { line: 2, values: { id: record.id, [FIELD]: text } };
      const file = { encoding: 'utf-8' as const, header: ['id', FIELD], rows: [row], bad: [] };
      const { updated, bad } = await importRecords(node.ctx, record.table, file, {
        name: 'test',
        role: 'administrator',
      });
      if (updated === 1) history.edited(record.id, value, 'import');
      note(`import ${short(record.id)} ${value}: ${updated === 1 ? 'taken' : bad[0]?.code}`);
    } finally {
      calm = wasCalm;
    }
  }

  function mishap(): void {
    const kind = below(10);
    if (kind < 5) {
      armed = { fate: one(['cut-before', 'cut-after', 'late'] as const), write: kind < 4 };
      if (!armed.write && armed.fate === 'late') armed.fate = 'cut-after';
      note(`armed ${armed.fate} for ${armed.write ? 'a write' : 'a read'}`);
      return;
    }
    if (kind === 5) emulator.expireTokens();
    else if (kind === 6) emulator.expireDelta();
    else {
      const fault = one([
        { kind: '429', retryAfter: 7 },
        { kind: '429', retryAfter: null },
        { kind: 'status' },
        { kind: 'html' },
        { kind: 'truncated' },
        { kind: 'cut-body' },
        { kind: '401' },
        { kind: '429', scope: 'part' },
        { kind: 'status', scope: 'part' },
      ] as const);
      broken = true;
      emulator.fault(fault);
      note(`fault ${JSON.stringify(fault)}`);
      return;
    }
    note(kind === 5 ? 'tokens expire' : 'delta links expire');
  }

  async function hint(): Promise<void> {
    const record = one(history.all());
    for (let n = below(3); n > 0; n -= 1) await hintRecord(node.ctx, record.table, record.id);
  }

  async function turn(): Promise<void> {
    note('turn');
    for (let n = 1 + below(2); n >= 0; n -= 1) await party.turn(node);
  }

  /** Another node works while this one waits for an answer. */
  async function otherTurn(): Promise<void> {
    const other = party.node();
    note('turn of another node');
    await party.turn(other);
  }

  function pass(): void {
    const ms = one([300, 2_000, 10_000, 31_000, 31_000, 95_000, 200_000]);
    party.advance(ms);
    note(`${ms} ms pass`);
  }

  function restart(): void {
    tally.kills += 1;
    note('the node dies');
    node.kill();
    node = party.node();
  }

  async function something(): Promise<void> {
    party.advance(1_000 + below(9) * 1_000);
    tally.acts += 1;
    const dice = below(100);
    if (dice < 18) await answer();
    else if (dice < 32) people.setField();
    else if (dice < 35) people.setPhone();
    else if (dice < 39) people.touch();
    else if (dice < 41) people.create();
    else if (dice < 43) people.leave();
    else if (dice < 57) mishap();
    else if (dice < 60) pass();
    else if (dice < 63) await party.road.arrive();
    else if (dice < 68) restart();
    else if (depth > 0) await (dice < 84 ? otherTurn() : answer());
    else if (dice < 74) await ask();
    else if (dice < 77) await importOne();
    else if (dice < 80) await hint();
    else await turn();
    // What was just done is on its way at once, as a rule.
    if (depth === 0 && dice < 63 && chance() < 0.6) await turn();
    if (chance() < 0.1) await neverOpenAfterRefusal();
  }

  /** One act, which may end in the death of the node that does it. */
  async function alive(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
  }

  /** At every moment, whatever is on its way. */
  async function neverOpenAfterRefusal(): Promise<void> {
    for (const phone of refusedLast) {
      tally.checks += 1;
      const offered = await readSendable(node.ctx.database.db, node.ctx, { phone }, SENDER, null);
      if (offered.freeText.allowed)
        throw new Error(`the gate is open for ${phone}, whose newest act is a refusal`);
    }
  }

  async function state() {
    const { db } = node.ctx.database;
    const tables = await mirrorTables(db);
    const pending = [...(await pendingWrites(db)).values()].reduce((sum, count) => sum + count, 0);
    const { rows } = await sql<{ hints: number; leases: number }>`
      select (select count(*) from crm_hint) as hints,
             (select count(*) from crm_write where lease is not null)
               + (select count(*) from crm_table where lease is not null) as leases`.execute(db);
    const left = rows[0] ?? { hints: 0, leases: 0 };
    return { tables: tables.filter((table) => TABLES.some((name) => name === table.name)), pending, ...left };
  }

  async function drain(): Promise<void> {
    const from = party.now() + 61_000;
    party.advance(61_000);
    for (let turns = 0; turns < 120; turns += 1) {
      await party.turn(node);
      const { tables, pending, hints, leases } = await state();
      const read = tables.every((table) => table.phase === 'following' && (table.readAt ?? 0) >= from);
      if (read && pending === 0 && Number(hints) === 0 && Number(leases) === 0) return;
      party.advance(2_500);
    }
    throw new Error(`it does not come to rest: ${JSON.stringify(await state())}`);
  }

  async function rest(): Promise<void> {
    calm = true;
    armed = null;
    broken = false;
    emulator.clearFaults();
    const early = chance() < 0.5;
    note('rest');
    if (early) while (party.road.late() > 0) await party.road.arrive();
    await drain();
    while (party.road.late() > 0) await party.road.arrive();
    // Again: what was read may have to be written, and is read again as our own echo.
    await drain();
    await neverOpenAfterRefusal();
    for (const phone of history.check()) {
      const offered = await readSendable(node.ctx.database.db, node.ctx, { phone }, SENDER, null);
      if (offered.freeText.allowed) throw new Error(`the gate is open for ${phone}, who refused`);
    }
    tally.checks += 1;
    calm = false;
  }

  return {
    async run() {
      try {
        for (let n = 0; n < 4; n += 1) people.create();
        await rest();
        for (let n = 0; n < 2; n += 1) await alive(ask);
        for (let phase = 0; phase < PHASES; phase += 1) {
          for (let n = 0; n < ACTS; n += 1) await alive(something);
          await rest();
        }
        return tally;
      } catch (error) {
        throw new Error(
          `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${trace.join('\n')}`,
        );
      } finally {
        node.kill();
      }
    },
    async before({ method, path, body }) {
      tally.requests += 1;
      const write = method === 'PATCH' || path.includes('$batch');
      const ids = write ? idsIn(path + body) : [];
      note(
        `→ ${method} ${decodeURIComponent(path.replace(/^.*v9\.2\//, '')).slice(0, 60)} ${write ? ids.map(short) : ''}`,
      );
      if (calm) return 'pass';
      if (write && broken) history.unanswered(ids);
      await inTheMiddle();
      if (armed === null || armed.write !== write) return 'pass';
      const { fate } = armed;
      armed = null;
      tally.cuts += 1;
      history.unanswered(ids);
      note(`✂ ${fate}`);
      return fate;
    },
    async after({ method, path, body }, status, answered) {
      const write = method === 'PATCH' || path.includes('$batch');
      note(`← ${status}${answered ? '' : ', unheard'}`);
      if (write && status < 300) for (const [id, value] of written(path + body)) history.wrote(id, value);
      if (calm) return;
      const { kills } = tally;
      await inTheMiddle();
      if (write && kills !== tally.kills) history.unanswered(idsIn(path + body));
    },
  };

  async function inTheMiddle(): Promise<void> {
    if (depth > 0 || chance() >= IN_THE_MIDDLE) return;
    depth += 1;
    tally.inTheMiddle += 1;
    try {
      await alive(something);
    } finally {
      depth -= 1;
    }
  }
}

const idsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\(([0-9a-f]{8}-[0-9a-f-]{27})\)/g)].map((found) => found[1] ?? '')),
];

/** Records and the values set in them; in a batch also of members that were refused, which does not matter. */
const written = (text: string): [string, boolean | null][] =>
  [...text.matchAll(/\(([0-9a-f]{8}-[0-9a-f-]{27})\)[\s\S]*?\{"\w+":(true|false|null)\}/g)].map(
    ([, id = '', value]) => [id, value === 'null' ? null : value === 'true'],
  );
