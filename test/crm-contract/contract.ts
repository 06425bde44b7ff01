import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configureRecordType } from '../../src/actions/edit-organisation.ts';
import { recordDecision } from '../../src/actions/record-consent.ts';
import { inTransaction } from '../../src/actions/transaction.ts';
import { matchKey } from '../../src/core/phone.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { statesOf } from '../../src/db/consent.ts';
import { findAliases } from '../../src/db/contact-points.ts';
import type { FieldWrite } from '../../src/ports.ts';
import type { CrmWorld, Names } from './worlds.ts';

/** What every CRM promises (`Crm` of src/ports.ts), by tests that an adapter passes or does not. docs/adding-a-crm.md */

let numbers = 0;
/** A number that nobody else has. */
export function newPhone(): string {
  numbers += 1;
  return `+120255${String(numbers).padStart(5, '0')}`;
}

export const recordTypeOf = (names: Names) => ({
  ...RECORD_TYPE_DEFAULTS,
  table: names.table,
  displayName: 'People',
  phoneColumns: [names.phone],
  nameColumn: names.name,
  complianceField: names.field,
});

export function describeCrmContract(name: string, open: () => Promise<CrmWorld>): void {
  describe(`${name}: the contract of every CRM`, () => {
    let world: CrmWorld;
    let names: Names;
    beforeAll(async () => {
      world = await open();
      names = world.names;
      await world.settle();
      await configureRecordType(world.ctx, recordTypeOf(names), 'test');
      await world.settle();
    }, 60_000);
    afterAll(() => world?.close());

    const person = async (values: Record<string, string | boolean | null> = {}): Promise<string> => {
      const id = await world.hands.create({ [names.text]: 'Ana', [names.field]: null, ...values });
      await world.settle();
      return id;
    };
    const write = (recordId: string, value: boolean | null, more: Partial<FieldWrite> = {}): FieldWrite => ({
      table: names.table,
      recordId,
      column: names.field,
      value,
      ...more,
    });
    const writeAll = (...writes: FieldWrite[]): Promise<void> =>
      inTransaction(world.ctx, (tx) => world.ctx.crm.writeFields(tx, writes, world.ctx.clock()));
    const shown = async (id: string): Promise<unknown> => {
      const values = await world.ctx.crm.values(world.ctx.database.db, names.table, id);
      return values === null ? undefined : (values[names.field] ?? null);
    };
    const decisionOf = async (phone: string) => {
      const { db } = world.ctx.database;
      const [alias] = await findAliases(db, [{ kind: 'phone', value: matchKey(phone) }]);
      const states = alias === undefined ? [] : await statesOf(db, [alias.contactPointId]);
      return states.find((one) => one.purpose === 'service')?.state ?? null;
    };

    it('names its tables and their columns, with their kinds', async () => {
      const { crm, database } = world.ctx;
      const tables = await crm.tables();
      expect(tables.find((one) => one.name === names.table)?.label).toEqual(expect.stringMatching(/\S/));
      expect(new Set(tables.map((one) => one.name)).size).toBe(tables.length);
      const columns = await crm.columns(database.db, names.table);
      const kinds = new Map(columns.map((column) => [column.name, column.kind]));
      expect([names.phone, names.field, names.text].map((column) => kinds.get(column))).toEqual([
        'phone',
        'boolean',
        'text',
      ]);
      for (const column of columns) expect(column.label.trim()).not.toBe('');
      expect(await crm.columns(database.db, 'no_such_table')).toEqual([]);
    });

    it.each([true, false, null])('tells a field that holds %s from the two others', async (value) => {
      const id = await person({ [names.field]: value });
      expect(await shown(id)).toBe(value);
    });

    it('has nothing to say of a record, an id or a table that is not there', async () => {
      const { crm, database } = world.ctx;
      expect(await crm.values(database.db, names.table, randomUUID())).toBeNull();
      expect(await crm.values(database.db, names.table, 'no id at all')).toBeNull();
      expect(await crm.values(database.db, 'no_such_table', randomUUID())).toBeNull();
    });

    it('gives a record’s texts for templates', async () => {
      const phone = newPhone();
      const id = await person({ [names.text]: 'Zoë 王', [names.phone]: phone });
      const values = await world.ctx.crm.values(world.ctx.database.db, names.table, id);
      expect(values?.[names.phone]).toBe(phone);
      expect(String(values?.[names.name])).toContain('Zoë 王');
    });

    it.each([true, false, null])('makes %s true, to be read at once and held in the end', async (value) => {
      const id = await person({ [names.field]: value === null ? true : !value });
      const { ctx } = world;
      const inside = await inTransaction(ctx, async (tx) => {
        await ctx.crm.writeFields(tx, [write(id, value)], ctx.clock());
        return (await ctx.crm.values(tx, names.table, id))?.[names.field] ?? null;
      });
      expect(inside).toBe(value);
      await world.settle();
      expect(await world.held(id)).toEqual({ field: value });
      expect(await shown(id)).toBe(value);
    });

    it('writes differences and nothing else', async () => {
      const id = await person({ [names.field]: true });
      const before = await world.touched(id);
      await writeAll(write(id, true));
      await world.settle();
      expect(await world.touched(id)).toBe(before);
      await writeAll(write(id, false));
      await writeAll(write(id, true));
      await writeAll(write(id, false));
      await world.settle();
      expect(await world.held(id)).toEqual({ field: false });
      expect(await world.touched(id)).toBeGreaterThan(before);
    });

    it('writes nothing of a transaction that failed', async () => {
      const id = await person();
      const before = await world.touched(id);
      const failing = inTransaction(world.ctx, async (tx) => {
        await world.ctx.crm.writeFields(tx, [write(id, true)], world.ctx.clock());
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await world.settle();
      expect(await world.held(id)).toEqual({ field: null });
      expect([await shown(id), await world.touched(id)]).toEqual([null, before]);
    });

    it('makes no record of one that is not there, and writes the others all the same', async () => {
      const stranger = randomUUID();
      const id = await person();
      await writeAll(write(stranger, true), write('no id at all', true), write(id, true));
      await world.settle();
      expect(await world.held(stranger)).toBeUndefined();
      expect(await shown(stranger)).toBeUndefined();
      expect(await world.held(id)).toEqual({ field: true });
    });

    it('a column that is not there spoils no other write', async () => {
      const ids = [await person(), await person()] as const;
      await writeAll(write(ids[0], true, { column: 'no_such_column' }), write(ids[1], true));
      await world.settle();
      expect([await world.held(ids[0]), await world.held(ids[1])]).toEqual([
        { field: null },
        { field: true },
      ]);
    });

    it('what somebody changes in it is seen and judged; what was there at first is not', async () => {
      const phone = newPhone();
      const [one, other] = [await person({ [names.phone]: phone }), await person({ [names.phone]: phone })];
      await recordDecision(
        world.ctx,
        { to: { phone }, purpose: 'service', decision: 'granted', evidence: { text: 'on paper' } },
        { id: 'ada', name: 'Ada' },
      );
      await world.settle();
      expect([await world.held(one), await world.held(other)]).toEqual([{ field: true }, { field: true }]);

      const late = await person({ [names.phone]: phone, [names.field]: false });
      expect(await decisionOf(phone)).toBe('granted');
      expect(await world.held(late)).toEqual({ field: true });

      await world.hands.change(one, { [names.field]: false });
      await world.settle();
      expect(await decisionOf(phone)).toBe('denied');
      expect([await world.held(one), await world.held(other), await world.held(late)]).toEqual([
        { field: false },
        { field: false },
        { field: false },
      ]);
    });

    it('comes to rest: what Assent wrote is no edit of anybody’s', async () => {
      const phone = newPhone();
      const id = await person({ [names.phone]: phone });
      await recordDecision(
        world.ctx,
        { to: { phone }, purpose: 'service', decision: 'denied' },
        { id: 'ada', name: 'Ada' },
      );
      await world.settle();
      const before = await world.touched(id);
      await world.settle();
      expect([await world.held(id), await world.touched(id)]).toEqual([{ field: false }, before]);
    });
  });
}
