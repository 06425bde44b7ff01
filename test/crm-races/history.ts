import type { Emulator } from '../../emulators/dataverse/emulator.ts';
import { type Act, type Decision, type Edit, follow, type State, UNTOUCHED } from './oracle.ts';
import { FIELD } from './party.ts';

/** What happened to the records of one race since its last rest, and whether the organisation holds what may come of it. */
export interface History {
  living(): RecordOf[];
  /** Also those that are gone. */
  all(): RecordOf[];
  field(id: string): boolean | null;
  cell(id: string, column: string): unknown;
  /** The messaging number of a record. */
  phoneOf(id: string): string | null;

  born(table: string, id: string): void;
  edited(id: string, value: boolean | null, by: 'hand' | 'import'): void;
  /** Its number is about to change, and has changed. */
  movesFrom(id: string): void;
  moved(id: string): void;
  /** Another column is about to change. */
  touched(id: string): void;
  gone(id: string): void;
  act(phone: string, act: Act): void;
  /** Somebody wrote to these records and did not hear what came of it. */
  unanswered(ids: readonly string[]): void;

  /** Our write of it arrived. */
  wrote(id: string, value: boolean | null): void;

  /** At rest: throws where a field is not what product.md §3.2 says. Answers the numbers that must be closed. */
  check(): string[];
}

export interface RecordOf {
  table: string;
  id: string;
}

interface Kept extends RecordOf {
  gone: boolean;
  /** As of the last rest. */
  value: boolean | null;
  phone: string | null;
  /** Since then. */
  born: boolean;
  phones: Set<string>;
  moves: number;
  values: (boolean | null)[];
  /** What we wrote there. */
  wrote: Set<boolean | null>;
  unanswered: boolean;
  touched: boolean;
}

type Happened = { phone: string; act: Act } | { record: Kept; edit: Edit; nth: number };

export function createHistory(emulator: Emulator, phones: readonly string[]): History {
  const records = new Map<string, Kept>();
  let states = new Map<string, readonly State[]>(phones.map((phone) => [phone, [UNTOUCHED]]));
  let happened: Happened[] = [];

  const kept = (id: string): Kept => {
    const found = records.get(id);
    if (found === undefined) throw new Error(`no record ${id}`);
    return found;
  };
  const cell = (id: string, column: string): unknown => emulator.record(kept(id).table, id)?.[column] ?? null;
  const field = (id: string): boolean | null => {
    const value = cell(id, FIELD);
    return typeof value === 'boolean' ? value : null;
  };
  /** The first column that is a number; in these races numbers are written in full or not at all. */
  const phoneOf = (id: string): string | null => {
    const found = ['mobilephone', 'telephone1']
      .map((column) => cell(id, column))
      .find((one) => /^\+\d+$/.test(String(one)));
    return typeof found === 'string' ? found : null;
  };
  const put = (record: Kept, edit: Edit): void =>
    void happened.push({ record, edit, nth: record.values.length - 1 });
  /** Where somebody changed a record that we wrote to without an answer, nobody can tell whose its No is: then it closes. */
  const perhapsNo = (record: Kept): void => {
    if (!record.unanswered || !record.touched || field(record.id) !== false) return;
    record.values.push(false);
    put(record, { kind: 'edit', record: record.id, value: false, seen: 'perhaps' });
  };

  const touched = (record: Kept): void => {
    record.touched = true;
    perhapsNo(record);
  };

  /** Nothing came on top of it, and it is not what was there before, so that whoever reads it sees that it changed. */
  const mustBeSeen = ({ record, nth }: { record: Kept; nth: number }): boolean => {
    const { values, value, wrote } = record;
    if (record.born || record.moves > 0 || record.gone || nth !== values.length - 1) return false;
    const set = values[nth] ?? null;
    return nth === 0 || (set !== value && !values.slice(0, nth).includes(set) && !wrote.has(set));
  };

  const actsOf = (phone: string): Act[] =>
    happened.flatMap((one): Act[] => {
      if ('act' in one) return one.phone === phone ? [one.act] : [];
      const { record, edit } = one;
      if (edit.seen === 'at-once') return edit.record === `${record.id} ${phone}` ? [edit] : [];
      if (!record.phones.has(phone)) return [];
      return [{ ...edit, seen: edit.seen === 'later' && mustBeSeen(one) ? 'later' : 'perhaps' }];
    });

  /** Where the number says nothing, the field is what people left, and empty where it came from another number. */
  const leftAlone = (record: Kept): (boolean | null)[] => {
    const now = phoneOf(record.id);
    if (record.moves === 0) return [record.value, ...record.values];
    const left = !record.born && record.phone !== null && record.phone !== now && record.values.length === 0;
    return left ? [null] : [record.value, ...record.values, null];
  };

  return {
    living: () => [...records.values()].filter((record) => !record.gone),
    all: () => [...records.values()],
    field,
    cell,
    phoneOf,
    born(table, id) {
      const made: Kept = {
        table,
        id,
        gone: false,
        value: null,
        phone: null,
        born: true,
        phones: new Set(),
        moves: 0,
        values: [],
        wrote: new Set(),
        unanswered: false,
        touched: false,
      };
      records.set(id, made);
      made.value = field(id);
      made.phone = phoneOf(id);
      if (made.phone !== null) made.phones.add(made.phone);
    },
    edited(id, value, by) {
      const record = kept(id);
      record.values.push(value);
      if (value === null) return;
      const phone = phoneOf(id);
      if (by === 'hand') put(record, { kind: 'edit', record: id, value, seen: 'later' });
      else if (phone !== null)
        put(record, { kind: 'edit', record: `${id} ${phone}`, value, seen: 'at-once' });
    },
    movesFrom: (id) => touched(kept(id)),
    moved(id) {
      const record = kept(id);
      record.moves += 1;
      const phone = phoneOf(id);
      if (phone !== null) record.phones.add(phone);
    },
    touched: (id) => touched(kept(id)),
    gone(id) {
      kept(id).gone = true;
    },
    act: (phone, act) => void happened.push({ phone, act }),
    unanswered(ids) {
      for (const id of ids) {
        const record = records.get(id);
        if (record === undefined) continue;
        record.unanswered = true;
        perhapsNo(record);
      }
    },
    wrote(id, value) {
      records.get(id)?.wrote.add(value);
    },
    check() {
      const closed: string[] = [];
      const after = new Map<string, readonly State[]>();
      const living = [...records.values()].filter((record) => !record.gone);
      for (const phone of phones) {
        const may = follow(states.get(phone) ?? [], actsOf(phone));
        const mine = living.filter((record) => phoneOf(record.id) === phone);
        const fits = (decision: Decision): boolean =>
          mine.every((record) =>
            decision === 'none'
              ? leftAlone(record).includes(field(record.id))
              : field(record.id) === (decision === 'yes'),
          );
        const right = may.filter((state) => fits(state.decision));
        if (right.length === 0)
          throw new Error(
            `${phone}: ${JSON.stringify(mine.map((record) => [record.id.slice(0, 4), field(record.id)]))}, but right are ${JSON.stringify(may)} after ${JSON.stringify(actsOf(phone))} from ${JSON.stringify(states.get(phone))}`,
          );
        after.set(phone, right);
        if (right.every((state) => state.newest === 'no')) closed.push(phone);
      }
      for (const record of living)
        if (phoneOf(record.id) === null && !leftAlone(record).includes(field(record.id)))
          throw new Error(`${record.id.slice(0, 4)} has no number and holds ${field(record.id)}`);
      for (const record of records.values())
        if (
          record.gone &&
          emulator.record(record.table, record.id)?.merged !== true &&
          emulator.record(record.table, record.id) !== undefined
        )
          throw new Error(`${record.id} was deleted and is there again`);
      states = after;
      happened = [];
      for (const record of living) {
        const phone = phoneOf(record.id);
        Object.assign(record, {
          value: field(record.id),
          phone,
          born: false,
          phones: new Set(phone === null ? [] : [phone]),
          moves: 0,
          values: [],
          wrote: new Set(),
          unanswered: false,
          touched: false,
        });
      }
      return closed;
    },
  };
}
