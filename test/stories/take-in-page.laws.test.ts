import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Context } from '../../src/actions/context.ts';
import { configureRecordType } from '../../src/actions/edit-organisation.ts';
import { loadRules, takeIn } from '../../src/actions/mirror-records.ts';
import { recordDecision } from '../../src/actions/record-consent.ts';
import { Refusal } from '../../src/actions/refusal.ts';
import { prepareRow, takeInPage } from '../../src/actions/take-in-page.ts';
import { inTransaction } from '../../src/actions/transaction.ts';
import { lockOwners } from '../../src/actions/update-owners.ts';
import { writeBack } from '../../src/actions/write-crm.ts';
import { createDataverse } from '../../src/adapters/dataverse/dataverse.ts';
import { createMirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import { matchKey } from '../../src/core/phone.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { findAliases, setShared } from '../../src/db/contact-points.ts';
import { saveDescription } from '../../src/db/crm-mirror.ts';
import type { RemoteCrm, RemoteRow } from '../../src/ports.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';

/** A page taken in set by set leaves the database as it is after its rows were taken in one after the other. */

const NOWHERE = 'http://127.0.0.1:9';
const PLACE = { name: 'contact', label: 'Contact', entitySet: 'contacts', idColumn: 'contactid' };
const column = (name: string, kind: 'text' | 'phone' | 'boolean') => ({
  name,
  label: name,
  kind,
  defaultValue: null,
  custom: false,
});
const COLUMNS = [
  column('fullname', 'text'),
  column('mobilephone', 'phone'),
  column('telephone1', 'phone'),
  column('allow', 'boolean'),
  column('offers', 'boolean'),
];

interface Side extends TestContext {
  take(rows: readonly RemoteRow[], fetchedAt: number, all: boolean): Promise<string[]>;
}

async function open(setWise: boolean, polarity: 'allows' | 'forbids'): Promise<Side> {
  const test = await createTestContext();
  const { db } = test.ctx.database;
  const options = {
    url: NOWHERE,
    authority: NOWHERE,
    tenantId: 't',
    clientId: 'c',
    clientSecret: 's',
    certificateFile: null,
  };
  const ctx: Context = {
    ...test.ctx,
    crm: createMirroredCrm('dataverse', db, createDataverse(db, options, test.ctx.clock), async () => {}),
  };
  await saveDescription(db, [
    { ...PLACE, changeTracking: true, canBeMerged: true, stateColumn: null, lookups: [], columns: COLUMNS },
  ]);
  await configureRecordType(
    ctx,
    {
      ...RECORD_TYPE_DEFAULTS,
      table: 'contact',
      displayName: 'Contact',
      phoneColumns: ['mobilephone', 'telephone1'],
      nameColumn: 'fullname',
      complianceField: 'allow',
      marketingField: 'offers',
      polarity,
    },
    'test',
  );
  return {
    ...test,
    ctx,
    take: (rows, fetchedAt, all) =>
      inTransaction(ctx, async (tx) => {
        const rules = await loadRules(tx);
        const type = rules.recordTypes.get('contact');
        if (type === undefined) throw new Error('not set up');
        const how = { fetchedAt, all, actor: null };
        if (setWise) {
          const prepared = rows.map((row) => prepareRow(type, row));
          return takeInPage(tx, ctx, 'contact', prepared, how, rules);
        }
        const again: string[] = [];
        for (const row of rows) again.push(...(await takeIn(tx, ctx, 'contact', [row], how, rules)));
        return again;
      }),
  };
}

const sides: Record<string, [Side, Side]> = {};
beforeAll(async () => {
  for (const polarity of ['allows', 'forbids'] as const)
    sides[polarity] = [await open(true, polarity), await open(false, polarity)];
}, 60_000);
afterAll(() => Promise.all(Object.values(sides).flatMap((pair) => pair.map((side) => side.close()))));

/** Everything that is about the records and numbers of one run; chance (ids, salts, hashes) is left out. */
async function stateOf({ ctx }: Side, ids: readonly string[], phones: readonly string[]): Promise<unknown> {
  const list = sql`${ids as string[]}::text[]`;
  const keys = sql`${phones.map(matchKey)}::text[]`;
  const read = async (query: ReturnType<typeof sql<Record<string, unknown>>>) =>
    (await query.execute(ctx.database.db)).rows;
  return {
    records: await read(sql`select * from crm_record where id::text = any(${list}) order by id`),
    phones: await read(
      sql`select * from record_phone where record_id = any(${list}) order by record_id, match_key`,
    ),
    fields: await read(
      sql`select * from record_field where record_id = any(${list}) order by record_id, purpose`,
    ),
    writes:
      await read(sql`select table_name, record_id, column_name, state, version, remote, sent, written_at from crm_write
      where record_id::text = any(${list}) order by record_id, column_name`),
    contacts:
      await read(sql`select a.value, a.since, c.phone, c.country, c.name, c.key_hash, c.ledger_seq, c.shared
      from contact_point_alias a join contact_point c on c.id = a.contact_point_id where a.value = any(${keys}) order by a.value`),
    ledger:
      await read(sql`select a.value, l.seq, l.act, l.purposes, l.at, l.received_at, l.source, l.actor, l.detail - 'otherChain' - 'otherHead' as detail
      from contact_point_alias a join ledger l using (contact_point_id) where a.value = any(${keys}) order by a.value, l.seq`),
    states: await read(sql`select a.value, s.purpose, s.state, s.decided_at, s.source, s.projects
      from contact_point_alias a join consent_state s using (contact_point_id) where a.value = any(${keys}) order by a.value, s.purpose`),
  };
}

const flag = fc.constantFrom(null, null, true, false);
const number = fc.constantFrom(-1, 0, 1, 2, 3, 4);
const rowOf = fc.record({
  record: fc.nat(6),
  name: fc.constantFrom('Ana', 'Ben', ''),
  mobile: number,
  office: number,
  allow: flag,
  offers: flag,
  merged: fc.integer({ min: 0, max: 12 }).map((one) => one === 0),
  actor: fc.constantFrom(null, 'Robin'),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      rows: fc.array(rowOf, { minLength: 1, maxLength: 8 }),
      /** Asked for before the last one was, or after. */
      late: fc.boolean(),
      all: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      phone: fc.nat(4),
      decision: fc.constantFrom('granted' as const, 'denied' as const),
      purpose: fc.constantFrom('service' as const, 'marketing' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('written' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('shared' as const), phone: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('moved' as const), phone: fc.nat(4), to: fc.nat(4) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Takes every write. */
const willing: Pick<RemoteCrm, 'write'> = {
  write: async (writes) => writes.map(() => ({ kind: 'written', etag: null })),
};

async function carryOut(side: Side, one: Step, run: Run, at: number): Promise<string[]> {
  const { ctx } = side;
  side.setNow(at);
  if (one.kind === 'page') {
    const phone = (n: number): string | null => (n < 0 ? null : (run.phones[n] ?? null));
    const rows = one.rows.map(
      (row): RemoteRow => ({
        id: run.ids[row.record] ?? '',
        values: {
          fullname: row.name,
          mobilephone: phone(row.mobile),
          telephone1: phone(row.office),
          allow: row.allow,
          offers: row.offers,
        },
        createdAt: NOON - row.record,
        actor: row.actor,
        merged: row.merged,
        byUs: false,
        etag: null,
      }),
    );
    return (await side.take(rows, one.late ? at - 15_000 : at, one.all)).sort();
  }
  if (one.kind === 'decide')
    return recordDecision(
      ctx,
      {
        to: { phone: run.phones[one.phone] ?? '' },
        decision: one.decision,
        purpose: one.purpose,
        evidence: { text: 'on paper' },
      },
      { id: 'ada', name: 'Ada' },
    ).then(
      () => [],
      (error: unknown) => {
        // Whose would a grant be, where several people use the number?
        if (error instanceof Refusal && error.code === 'number-shared') return [error.code];
        throw error;
      },
    );
  if (one.kind === 'moved') {
    const update = {
      kind: 'identity-change' as const,
      phoneNumberId: ctx.channel.phoneNumberId,
      eventKey: `m:moved-${at}`,
      at,
      from: { phone: run.phones[one.phone] ?? '' },
      to: { phone: run.phones[one.to] ?? '' },
      change: 'number' as const,
    };
    await inTransaction(ctx, (tx) => lockOwners(tx, ctx, [{ update, receivedAt: at }]));
  } else if (one.kind === 'written') await writeBack(ctx, { ...ctx.crm.remote, ...willing } as RemoteCrm);
  else {
    const [alias] = await findAliases(ctx.database.db, [
      { kind: 'phone', value: matchKey(run.phones[one.phone] ?? '') },
    ]);
    if (alias !== undefined) await setShared(ctx.database.db, alias.contactPointId, true);
  }
  return [];
}

interface Run {
  ids: string[];
  phones: string[];
}
let runs = 0;
/** Records and numbers that no other run has: a ledger cannot be emptied. */
function nextRun(): Run {
  runs += 1;
  const hex = runs.toString(16).padStart(8, '0');
  return {
    ids: Array.from({ length: 7 }, (_, n) => `${hex}-0000-4000-8000-00000000000${n}`),
    phones: Array.from({ length: 5 }, (_, n) => `+120255${String(runs * 5 + n).padStart(5, '0')}`),
  };
}

it.each(['allows', 'forbids'])(
  'under polarity %s',
  async (polarity) => {
    const [together, oneByOne] = sides[polarity] ?? [];
    if (together === undefined || oneByOne === undefined) throw new Error('not open');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const run = nextRun();
        for (const [n, one] of steps.entries()) {
          const at = NOON + n * 10_000;
          const results = [await carryOut(together, one, run, at), await carryOut(oneByOne, one, run, at)];
          expect(results[0]).toEqual(results[1]);
        }
        const states = [
          await stateOf(together, run.ids, run.phones),
          await stateOf(oneByOne, run.ids, run.phones),
        ];
        expect(states[0]).toEqual(states[1]);
      }),
      { numRuns: Number(process.env.LAW_RUNS ?? 25) },
    );
  },
  120_000,
);
