import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { linkIn } from '../../emulators/dataverse/test-bench.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';

/** The nightly compare of the mirror with the organisation: what it finds, what it mends, and what is no drift. */

let all: DataverseWorld;
const db = () => all.world.ctx.database.db;
const person = (lastname: string, mobilephone: string, more: Record<string, unknown> = {}) =>
  all.crm.emulator.create('contact', { firstname: 'Ana', lastname, mobilephone, [FIELD]: null, ...more });
const record = (id: string) => all.world.readRecord({ recordType: 'contact', id });
const compare = async () => (await all.sync()).compare;
const contacts = async () => (await compare())?.tables.find((one) => one.table === 'contact');
const drift = async (id: string) => (await compare())?.drift.filter((one) => one.recordId === id) ?? [];

async function compared(): Promise<void> {
  const before = (await contacts())?.startedAt ?? '';
  // The clock of a story moves by hand; two compares begin at different times.
  await all.world.pass(1_000);
  expect((await all.world.api('POST', '/api/crm/compare')).status).toBe(202);
  await finishedAfter(before);
}

async function finishedAfter(before: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await all.world.pass(2_000);
        all.world.ctx.wake.crm();
        const row = await contacts();
        return row?.finishedAt != null && (row.startedAt ?? '') > before;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true);
}

/** Somebody who said Yes, as everybody knows. */
async function granted(lastname: string): Promise<{ id: string; phone: string }> {
  const phone = all.world.newPhone();
  const id = person(lastname, phone);
  await all.synced();
  await all.world.sendConsent(await record(id));
  await all.world.tap(phone, 'yes');
  await all.synced();
  return { id, phone };
}

beforeAll(async () => {
  all = await openDataverseWorld();
  await all.setUp('contact');
}, 60_000);
afterAll(() => all?.close());
afterEach(() => all.crm.emulator.clearFaults());

it('finds nothing where nothing differs, and reads no changes away from those who follow them', async () => {
  await granted('Same');
  await compared();
  expect(await contacts()).toMatchObject({
    phase: 'idle',
    compared: 1,
    differed: { 'not-in-mirror': 0, 'not-in-crm': 0, field: 0, values: 0 },
    mended: 0,
    problem: null,
  });
  const lists = all.crm.emulator.requests().filter((one) => one.url.includes('$orderby=contactid'));
  expect(lists).not.toHaveLength(0);
  for (const { url } of lists) expect(url).not.toContain('deltatoken');
});

it('finds and mends each kind of drift, and lists it', async () => {
  const [lost, renamed, mirrored, both] = [
    await granted('Lost'),
    await granted('Renamed'),
    await granted('Mirrored'),
    await granted('Both'),
  ];
  const ghost = 'aaaaaaaa-0000-4000-8000-00000000000a';
  await sql`delete from crm_record where id = ${lost.id}::uuid`.execute(db());
  await sql`delete from record_phone where record_id = ${lost.id}`.execute(db());
  await sql`update crm_record set data = jsonb_set(data, '{fullname}', '"Somebody Else"') where id = ${renamed.id}::uuid`.execute(
    db(),
  );
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at, fetched_at)
    values ('contact', ${ghost}::uuid, '{"fullname": "Ghost"}', 'ghost', now(), now(), to_timestamp(0))`.execute(
    db(),
  );
  const set = (id: string, value: string) =>
    sql`update crm_record set data = jsonb_set(data, array[${FIELD}::text], ${value}::jsonb) where id = ${id}::uuid`.execute(
      db(),
    );
  await set(mirrored.id, 'null');
  // The organisation and the mirror agree, and the ledger says otherwise: an echo that should have been an edit.
  await set(both.id, 'false');
  await sql`update record_field set value = false where record_id = ${both.id}`.execute(db());
  all.crm.emulator.change('contact', both.id, { [FIELD]: false });
  await all.synced();
  expect(all.field('contact', both.id)).toBe(false);

  await compared();
  expect(await contacts()).toMatchObject({
    differed: { 'not-in-mirror': 1, 'not-in-crm': 1, field: 2, values: 1 },
    mended: 5,
    problem: null,
  });
  expect(await drift(lost.id)).toMatchObject([{ kind: 'not-in-mirror', name: 'Ana Lost' }]);
  expect(await drift(ghost)).toMatchObject([{ kind: 'not-in-crm' }]);
  expect(await drift(renamed.id)).toMatchObject([{ kind: 'values', columns: ['fullname'] }]);
  expect(await drift(mirrored.id)).toMatchObject([{ kind: 'field', columns: [FIELD] }]);
  expect(await drift(both.id)).toMatchObject([{ kind: 'field', columns: [FIELD], name: 'Ana Both' }]);

  expect((await record(renamed.id)).values.fullname).toBe('Ana Renamed');
  expect((await all.world.api('GET', `/api/records/contact/${ghost}`)).status).toBe(404);
  await all.synced();
  for (const { id, phone } of [lost, renamed, mirrored, both]) {
    expect(all.field('contact', id)).toBe(true);
    expect((await record(id)).complianceValue).toBe(true);
    expect(await all.world.consent(phone)).toMatchObject({ state: 'granted' });
  }
  const metrics = await (await fetch(`${all.world.url}/metrics`)).text();
  expect(metrics).toMatch(/assent_crm_drift_total\{kind="field"\} 2/);

  await compared();
  expect(await contacts()).toMatchObject({ differed: { field: 0, values: 0 }, mended: 0 });
});

it('what is being written, and what was changed a moment ago, is no drift', async () => {
  const phone = all.world.newPhone();
  const waiting = person('Waiting', phone);
  const edited = await granted('Edited');
  const removed = await granted('Removed');
  await all.world.sendConsent(await record(waiting));
  all.crm.emulator.fault({
    kind: 'code',
    httpStatus: 403,
    code: '0x8004F507',
    method: 'PATCH',
    always: true,
  });
  await all.world.tap(phone, 'yes');
  // Nothing has read this yet when the list is made.
  all.crm.emulator.change('contact', edited.id, { lastname: 'Since' });
  all.crm.emulator.remove('contact', removed.id);
  person('Newcomer', all.world.newPhone());
  expect([all.field('contact', waiting), (await all.sync()).pendingWrites]).toEqual([null, 1]);
  await compared();
  expect(await contacts()).toMatchObject({
    differed: { 'not-in-mirror': 0, 'not-in-crm': 0, field: 0, values: 0 },
    mended: 0,
  });
  expect((await all.sync()).pendingWrites).toBe(1);
  expect(await all.world.consent(phone)).toMatchObject({ state: 'granted' });
  expect((await record(edited.id)).values.fullname).toBe('Ana Since');
});

it('a No that only the compare sees is followed like any other', async () => {
  const { id, phone } = await granted('Unseen');
  all.crm.emulator.change('contact', id, { [FIELD]: false });
  // Taken for read, as if a list of changes had lost it: the next one asks for what comes after.
  const { rows } = await sql<{
    link: string;
  }>`select link from crm_table where table_name = 'contact'`.execute(db());
  const after = linkIn(await all.crm.api(rows[0]?.link ?? ''), 'deltaLink');
  await sql`update crm_table set link = ${after} where table_name = 'contact'`.execute(db());
  await all.synced();
  expect(await all.world.consent(phone)).toMatchObject({ state: 'granted' });
  await compared();
  expect(await drift(id)).toMatchObject([{ kind: 'field' }]);
  await all.synced();
  expect(await all.world.consent(phone)).toMatchObject({ state: 'denied', source: 'crm' });
  expect(all.field('contact', id)).toBe(false);
});

it('begins by itself at its hour, and not before', async () => {
  const { startedAt = '' } = (await contacts()) ?? {};
  const nextAt = Date.parse((await compare())?.nextAt ?? '');
  await all.world.pass(nextAt - all.world.now() - 60_000);
  await all.synced();
  // `synced` lets two minutes pass: the hour has come.
  await finishedAfter(startedAt ?? '');
  const begun = Date.parse((await contacts())?.startedAt ?? '');
  expect(begun).toBeGreaterThanOrEqual(nextAt);
  expect(Date.parse((await compare())?.nextAt ?? '')).toBeGreaterThan(begun);
});

it('stops without mending where far more differs than can be drift', async () => {
  await all.crm.control('POST', '/seed', { table: 'contact', count: 150 });
  await sql`update crm_table set phase = 'waiting', link = null, next_at = null where table_name = 'contact'`.execute(
    db(),
  );
  await all.synced();
  await sql`update crm_record set data = jsonb_set(data, '{fullname}', '"Everybody"')`.execute(db());
  await compared();
  expect(await contacts()).toMatchObject({ mended: 0, problem: { code: 'too-many-differences' } });
});

it('a right that is missing is said, and a cut connection is gone over', async () => {
  await sql`update crm_table set phase = 'waiting', link = null, next_at = null where table_name = 'contact'`.execute(
    db(),
  );
  await all.synced();
  const list = { method: 'GET', url: '$orderby=contactid' };
  all.crm.emulator.fault({ kind: 'code', httpStatus: 403, code: '0x80040220', ...list });
  await compared();
  expect((await contacts())?.problem?.code).toBe('missing-right');
  all.crm.emulator.fault({ kind: 'cut-body', count: 4, ...list });
  await compared();
  expect((await contacts())?.problem).toBeNull();
});
