import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Row } from './model.ts';
import { createTableRows } from './table-rows.ts';

/** Puts and removals of few ids, some of them taken back in reverse order, as a failed change set is. */
const steps = fc.array(
  fc.record({
    changes: fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), gone: fc.boolean() }), {
      minLength: 1,
      maxLength: 40,
      size: 'max',
    }),
    takenBack: fc.boolean(),
  }),
  { maxLength: 8, size: 'max' },
);

it('answers what changed and what went since any version, whatever was taken back', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const rows = createTableRows();
      let kept = new Map<string, Row>();
      let deleted: { id: string; version: number }[] = [];
      let version = 0;
      for (const { changes, takenBack } of given) {
        const undo: (() => void)[] = [];
        const before = { kept: new Map(kept), deleted: [...deleted] };
        for (const { id, gone } of changes) {
          version += 1;
          if (gone && !kept.has(id)) continue;
          if (gone) {
            undo.push(rows.remove(id, version));
            kept.delete(id);
            deleted.push({ id, version });
          } else {
            const row = { id, version, values: {} };
            undo.push(rows.put(row));
            kept.set(id, row);
          }
        }
        if (!takenBack) continue;
        for (const back of undo.reverse()) back();
        ({ kept, deleted } = before);
      }
      expect([...rows.inIdOrder()].map(({ id }) => id)).toEqual([...kept.keys()].sort());
      for (let since = 0; since <= version; since += 1) {
        const changed = [...kept.values()]
          .filter((row) => row.version > since)
          .sort((one, two) => one.version - two.version);
        expect([...rows.changedSince(since)]).toEqual(changed);
        expect(rows.deletedSince(since)).toEqual(
          deleted.filter((one) => one.version > since && !kept.has(one.id)),
        );
      }
      expect([...rows.inIdOrder('b')].every(({ id }) => id > 'b')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
