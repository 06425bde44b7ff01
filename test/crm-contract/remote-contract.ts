import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configureRecordType } from '../../src/actions/edit-organisation.ts';
import { inTransaction } from '../../src/actions/transaction.ts';
import { isUuid } from '../../src/db/rows.ts';
import {
  CrmFailure,
  type RemoteCrm,
  type RemotePage,
  type RemoteRow,
  type RemoteTable,
} from '../../src/ports.ts';
import { newPhone, recordTypeOf } from './contract.ts';
import { BREAKS, type Break, type Names, type RemoteWorld } from './worlds.ts';

/** What every CRM behind a network promises beside (`RemoteCrm` of src/ports.ts). docs/adding-a-crm.md */

export function describeRemoteContract(name: string, open: () => Promise<RemoteWorld>): void {
  describe(`${name}: the contract of a CRM behind a network`, () => {
    let world: RemoteWorld;
    let names: Names;
    let remote: RemoteCrm;
    let table: RemoteTable;
    beforeAll(async () => {
      world = await open();
      ({ names } = world);
      ({ remote } = world.ctx.crm);
      const found = (await remote.tables()).find((one) => one.name === names.table);
      if (found === undefined) throw new Error(`there is no ${names.table}`);
      table = found;
    }, 60_000);
    afterAll(() => world?.close());
    afterEach(() => {
      world.break(null);
      world.pageOf(1_000);
    });

    const made = (values: Record<string, string | boolean | null> = {}): Promise<string> =>
      world.hands.create({ [names.text]: 'Ana', [names.field]: null, ...values });
    const columns = (): string[] => [names.name, names.phone, names.field];
    /** All pages from here on. */
    const walk = async (link: string | null): Promise<RemotePage & { pages: number }> => {
      const rows: RemoteRow[] = [];
      const deleted: string[] = [];
      for (let pages = 1, at = link; ; pages += 1) {
        const page = await remote.page(table, columns(), at);
        rows.push(...page.rows);
        deleted.push(...page.deleted);
        if (page.complete) return { rows, deleted, link: page.link, complete: true, pages };
        if (page.link === at) throw new Error('the walk does not move on');
        at = page.link;
      }
    };
    const writeOf = (recordId: string, value: boolean | null, column = names.field) => ({
      table,
      recordId,
      column,
      value,
    });
    const endOf = async (call: Promise<unknown>): Promise<unknown> =>
      call.then(
        (answer) => ({ answered: answer }),
        (error: unknown) => error,
      );

    it('says who we are, the same each time', async () => {
      const first = await remote.whoAmI();
      expect(first).toEqual({
        userId: expect.stringMatching(/\S/),
        organizationId: expect.stringMatching(/\S/),
      });
      expect(await remote.whoAmI()).toEqual(first);
    });

    it('describes each table once, with what reading and writing it needs', async () => {
      const tables = await remote.tables();
      expect(new Set(tables.map((one) => one.name)).size).toBe(tables.length);
      for (const one of tables) {
        for (const text of [one.name, one.label, one.entitySet, one.idColumn])
          expect(text.trim()).not.toBe('');
        expect(new Set(one.columns.map((column) => column.name)).size).toBe(one.columns.length);
      }
      expect(table.changeTracking).toBe(true);
      expect(table.columns.find((column) => column.name === names.field)?.kind).toBe('boolean');
      const count = await remote.count(table);
      expect(count === null || Number.isInteger(count)).toBe(true);
    });

    it('counts what a Boolean column holds, and leaves out one that is not there', async () => {
      const counted = async () =>
        (await remote.countValues(table, [names.field, 'no_such_column'])).get(names.field);
      const before = await counted();
      for (const value of [true, true, false, null]) await made({ [names.field]: value });
      const after = await counted();
      expect(after).toEqual({
        yes: (before?.yes ?? 0) + 2,
        no: (before?.no ?? 0) + 1,
        empty: (before?.empty ?? 0) + 1,
        upTo: before?.upTo,
      });
      expect((await remote.countValues(table, ['no_such_column'])).size).toBe(0);
    });

    it('says which rights are missing, and what to grant', async () => {
      const rights = await remote.rights([
        { name: names.table, fields: [names.field, 'no_such_column'], writes: true },
      ]);
      expect(rights.length).toBeGreaterThan(0);
      for (const right of rights) {
        expect(right.what.trim()).not.toBe('');
        if (right.ok === false) expect(right.advice.trim()).not.toBe('');
      }
      expect(rights.some((right) => right.ok === false && right.what.includes('no_such_column'))).toBe(true);
    });

    it('lists every record once, page by page, with the columns that were asked for', async () => {
      const phone = newPhone();
      const ids = [await made({ [names.phone]: phone, [names.field]: false }), await made(), await made()];
      world.pageOf(2);
      const all = await walk(null);
      expect(all.pages).toBeGreaterThan(1);
      expect(new Set(all.rows.map((row) => row.id)).size).toBe(all.rows.length);
      for (const row of all.rows) {
        expect(isUuid(row.id) && row.id === row.id.toLowerCase()).toBe(true);
        expect(Object.keys(row.values).sort()).toEqual([...columns()].sort());
      }
      const byId = new Map(all.rows.map((row) => [row.id, row.values]));
      expect(byId.get(ids[0] ?? '')).toMatchObject({ [names.phone]: phone, [names.field]: false });
      expect(byId.get(ids[1] ?? '')).toMatchObject({ [names.phone]: null, [names.field]: null });
      expect(all.deleted).toEqual([]);
    });

    it('then tells what was made, changed and deleted, each time it is asked, and nothing else', async () => {
      const [kept, changed, deleted] = [await made(), await made(), await made()];
      const { link } = await walk(null);
      expect(await walk(link)).toMatchObject({ rows: [], deleted: [] });
      const fresh = await made({ [names.field]: true });
      await world.hands.change(changed, { [names.field]: true });
      await world.hands.remove(deleted);
      // A process that died asks again.
      for (let time = 0; time < 2; time += 1) {
        const { rows, deleted: gone } = await walk(link);
        expect(rows.map((row) => [row.id, row.values[names.field]]).sort()).toEqual(
          [
            [changed, true],
            [fresh, true],
          ].sort(),
        );
        expect(gone).toEqual([deleted]);
        expect(rows.map((row) => row.id)).not.toContain(kept);
      }
      const after = await walk((await walk(link)).link);
      expect([after.rows, after.deleted]).toEqual([[], []]);
    });

    it('misses nothing that changes while the first walk is under way', async () => {
      const ids = await Promise.all([made(), made(), made()]);
      world.pageOf(1);
      const first = await remote.page(table, columns(), null);
      const listed = first.rows[0]?.id ?? '';
      await world.hands.change(listed, { [names.field]: true });
      const fresh = await made();
      world.pageOf(1_000);
      const rest = await walk(first.link);
      const later = await walk(rest.link);
      // In the rest of the walk, or in what it is asked for next.
      const shown = [...rest.rows, ...later.rows].filter((row) => row.id === listed);
      expect(shown.at(-1)?.values[names.field]).toBe(true);
      const seen = [...first.rows, ...rest.rows, ...later.rows].map((row) => row.id);
      expect(seen).toEqual(expect.arrayContaining([...ids, fresh]));
    });

    it('says so where it cannot tell what changed any more', async () => {
      const { link } = await walk(null);
      world.forgetChanges();
      await expect(remote.page(table, columns(), link)).rejects.toMatchObject({ kind: 'link-expired' });
      expect((await walk(null)).complete).toBe(true);
    });

    it('reads one record as it is now, and null where there is none', async () => {
      const id = await made({ [names.text]: 'Zoë 王', [names.field]: true });
      expect(await remote.read(table, id, columns())).toMatchObject({
        id,
        values: { [names.field]: true },
        merged: false,
      });
      await world.hands.remove(id);
      expect(await remote.read(table, id, columns())).toBeNull();
      expect(await remote.read(table, randomUUID(), columns())).toBeNull();
    });

    it('gives text that can be stored, whatever it holds', async () => {
      const id = await made({ [names.text]: 'A\u0000na \ud83d' });
      const row = await remote.read(table, id, columns());
      const text = String(row?.values[names.name]);
      expect([text.includes('\u0000'), text.isWellFormed()]).toEqual([false, true]);
      expect(text).toContain('Ana');
    });

    it('refuses a column that is not there, and takes no blame for the network', async () => {
      const id = await made();
      for (const call of [
        () => remote.read(table, id, ['no_such_column']),
        () => remote.page(table, ['no_such_column'], null),
      ]) {
        const end = await endOf(call());
        expect(end).toBeInstanceOf(CrmFailure);
        expect(end).toMatchObject({ passing: false });
      }
    });

    it('writes, and answers for each write by itself, in their order', async () => {
      const [yes, no, empty, gone, bad] = await Promise.all([
        made(),
        made(),
        made({ [names.field]: true }),
        made(),
        made(),
      ]);
      await world.hands.remove(gone);
      const outcomes = await remote.write([
        writeOf(yes, true),
        writeOf(gone, true),
        writeOf(no, false),
        writeOf(bad, true, 'no_such_column'),
        writeOf(empty, null),
      ]);
      expect(outcomes.map((one) => one.kind)).toEqual(['written', 'gone', 'written', 'refused', 'written']);
      expect(await Promise.all([yes, no, empty, gone].map(world.held))).toEqual([
        { field: true },
        { field: false },
        { field: null },
        undefined,
      ]);
      expect(outcomes[3]).toMatchObject({ failure: { passing: false } });
      expect(await remote.write([])).toEqual([]);
      expect(await remote.write([writeOf(randomUUID(), true)])).toEqual([{ kind: 'gone' }]);
    });

    it('makes one record however often it is told to, and changes none that is not there', async () => {
      const id = randomUUID();
      const values = { [names.text]: 'Once', [names.phone]: newPhone() };
      const first = await remote.save(table, id, values, true);
      if (first === null) throw new Error('nothing was made');
      expect(await remote.save(table, id, values, true)).toBe(first);
      expect(await remote.read(table, first, [names.phone])).toMatchObject({
        id: first,
        values: { [names.phone]: values[names.phone] },
      });
      const all = (await walk(null)).rows.filter((row) => row.values[names.phone] === values[names.phone]);
      expect(all).toHaveLength(1);
      const other = newPhone();
      expect(await remote.save(table, first, { [names.phone]: other }, false)).toBe(first);
      expect((await remote.read(table, first, [names.phone]))?.values[names.phone]).toBe(other);
      expect(await remote.save(table, randomUUID(), values, false)).toBeNull();
    });

    it('a record that is gone is neither written nor made again by what waited for it', async () => {
      await world.settle();
      await configureRecordType(world.ctx, recordTypeOf(names), 'test');
      const id = await made({ [names.phone]: newPhone() });
      await world.settle();
      await world.hands.remove(id);
      const { ctx } = world;
      await inTransaction(ctx, (tx) =>
        ctx.crm.writeFields(tx, [{ ...writeOf(id, true), table: names.table }], ctx.clock()),
      );
      await world.settle();
      expect(await world.held(id)).toBeUndefined();
      expect(await ctx.crm.values(ctx.database.db, names.table, id)).toBeNull();
    });

    const calls: Record<string, (id: string) => Promise<unknown>> = {
      whoAmI: () => remote.whoAmI(),
      tables: () => remote.tables(),
      page: () => remote.page(table, columns(), null),
      read: (id) => remote.read(table, id, columns(), 400),
      save: (id) => remote.save(table, id, { [names.text]: 'Ben' }, false),
    };
    const broken = Object.keys(BREAKS) as Break[];
    describe.each(broken.filter((what) => what !== 'silent'))('where the CRM is %s', (what) => {
      it.each(Object.keys(calls))(
        '%s fails as a failure that passes, and never as another error',
        async (call) => {
          const id = await made();
          world.break(what);
          const end = await endOf(calls[call]?.(id) ?? Promise.resolve());
          expect(end).toBeInstanceOf(CrmFailure);
          expect(BREAKS[what]).toContain((end as CrmFailure).kind);
          expect((end as CrmFailure).passing).toBe(true);
        },
      );

      it('a write is never taken for done', async () => {
        const ids = [await made(), await made()];
        world.break(what);
        for (const some of [ids, ids.slice(0, 1)]) {
          const end = await endOf(remote.write(some.map((id) => writeOf(id, true))));
          if (end instanceof CrmFailure) expect(end.passing).toBe(true);
          else
            expect(end).toEqual({ answered: some.map(() => expect.objectContaining({ kind: 'unknown' })) });
        }
      });
    });

    it('waits no longer than it was told to', async () => {
      const id = await made();
      world.break('silent');
      const started = performance.now();
      const end = await endOf(remote.read(table, id, columns(), 400));
      expect(end).toMatchObject({ name: 'CrmFailure', kind: 'timeout' });
      expect(performance.now() - started).toBeLessThan(5_000);
    });

    it('close ends what is under way', async () => {
      const last = await open();
      const waiting = last.ctx.crm.remote;
      await waiting.whoAmI();
      last.break('silent');
      const hanging = endOf(waiting.page(table, columns(), null));
      waiting.close();
      expect(await hanging).toBeInstanceOf(CrmFailure);
      await last.close();
    });
  });
}
