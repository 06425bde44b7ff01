import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import {
  defaultSettings,
  type Meta,
  metaSchema,
  type Relation,
  type Rights,
  relationSchema,
  rightsSchema,
  rowSchema,
  type Table,
  tableSchema,
} from './model.ts';
import { createTableRows, type TableRows } from './table-rows.ts';

const changeSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('table'), v: tableSchema }),
  z.object({ t: z.literal('table-gone'), name: z.string() }),
  z.object({ t: z.literal('relation'), v: relationSchema }),
  z.object({ t: z.literal('row'), table: z.string(), v: rowSchema }),
  z.object({ t: z.literal('row-gone'), table: z.string(), id: z.string(), version: z.number() }),
  z.object({ t: z.literal('link'), relation: z.string(), one: z.string(), two: z.string() }),
  z.object({ t: z.literal('link-gone'), relation: z.string(), one: z.string(), two: z.string() }),
  z.object({ t: z.literal('rights'), v: rightsSchema }),
  z.object({ t: z.literal('rights-gone'), user: z.string() }),
  z.object({ t: z.literal('meta'), v: metaSchema }),
  z.object({ t: z.literal('reset') }),
]);
type Change = z.infer<typeof changeSchema>;
/** A line of the journal is one change, or the changes of one transaction. */
const lineSchema = z.union([changeSchema, z.array(changeSchema)]);

/** Everything in memory, and each change appended to the journal before the call (or the transaction) returns. */
export type Store = {
  readonly tables: ReadonlyMap<string, Table>;
  readonly relations: ReadonlyMap<string, Relation>;
  readonly rights: ReadonlyMap<string, Rights>;
  readonly rows: (table: string) => TableRows;
  /** Links of a relation as `one` and `two` ids. */
  readonly links: (relation: string) => readonly { one: string; two: string }[];
  readonly meta: () => Meta;
  /** Last version given to a row. */
  readonly version: () => number;
  /** From the organisation's one counter; never given twice, also when a transaction is taken back. */
  readonly nextVersion: () => number;
  readonly put: (change: Change) => void;
  /** All of what `work` puts, or nothing of it when it throws. */
  readonly atomically: <T>(work: () => T) => T;
  readonly close: () => void;
};

/**
 * Opens the journal (one JSON value a line) and rewrites it to what it amounts to. A last line cut by a kill is
 * dropped. Without a file everything is forgotten at the end.
 */
export function openStore(file: string | undefined): Store {
  const tables = new Map<string, Table>();
  const relations = new Map<string, Relation>();
  const rights = new Map<string, Rights>();
  const rows = new Map<string, TableRows>();
  const links = new Map<string, Map<string, { one: string; two: string }>>();
  const emptyMeta: Meta = {
    version: 1000,
    metadataVersion: 1,
    clockOffsetMs: 0,
    seeded: false,
    deltaNotBefore: 0,
    settings: defaultSettings,
  };
  let meta = emptyMeta;
  let version = emptyMeta.version;
  const rowsOf = (table: string): TableRows => {
    const found = rows.get(table);
    if (found) return found;
    const made = createTableRows();
    rows.set(table, made);
    return made;
  };
  const linksOf = (relation: string): Map<string, { one: string; two: string }> => {
    const found = links.get(relation);
    if (found) return found;
    const made = new Map<string, { one: string; two: string }>();
    links.set(relation, made);
    return made;
  };

  /** Makes the change and returns what takes it back. */
  const apply = (change: Change): (() => void) => {
    switch (change.t) {
      case 'table':
        return setIn(tables, change.v.name, change.v);
      case 'table-gone':
        rows.delete(change.name);
        return dropIn(tables, change.name);
      case 'relation':
        return setIn(relations, change.v.name, change.v);
      case 'row':
        version = Math.max(version, change.v.version);
        return rowsOf(change.table).put(change.v);
      case 'row-gone':
        version = Math.max(version, change.version);
        return rowsOf(change.table).remove(change.id, change.version);
      case 'link': {
        const { one, two } = change;
        return setIn(linksOf(change.relation), `${one} ${two}`, { one, two });
      }
      case 'link-gone':
        return dropIn(linksOf(change.relation), `${change.one} ${change.two}`);
      case 'rights':
        return setIn(rights, change.v.user, change.v);
      case 'rights-gone':
        return dropIn(rights, change.user);
      case 'meta': {
        const before = meta;
        meta = change.v;
        version = Math.max(version, meta.version);
        return () => {
          meta = before;
        };
      }
      case 'reset':
        for (const map of [tables, relations, rights, rows, links]) map.clear();
        version += 1;
        meta = { ...emptyMeta, version, deltaNotBefore: version };
        return () => {
          throw new Error('a reset cannot be taken back');
        };
    }
  };

  let journal: number | null = null;
  const write = (line: z.infer<typeof lineSchema>): void => {
    if (journal !== null) writeSync(journal, `${JSON.stringify(line)}\n`);
  };
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file))
      for (const line of readJournal(file)) for (const change of [line].flat()) apply(change);
    const fresh = `${file}.new`;
    journal = openSync(fresh, 'w');
    write({ t: 'meta', v: { ...meta, version } });
    for (const v of tables.values()) write({ t: 'table', v });
    for (const v of relations.values()) write({ t: 'relation', v });
    for (const v of rights.values()) write({ t: 'rights', v });
    for (const [table, kept] of rows) {
      for (const v of kept.inIdOrder()) write({ t: 'row', table, v });
      for (const { id, version } of kept.deletedSince(0)) write({ t: 'row-gone', table, id, version });
    }
    for (const [relation, kept] of links)
      for (const { one, two } of kept.values()) write({ t: 'link', relation, one, two });
    closeSync(journal);
    renameSync(fresh, file);
    journal = openSync(file, 'a');
  }

  let open: { changes: Change[]; undo: (() => void)[] } | null = null;
  return {
    tables,
    relations,
    rights,
    rows: rowsOf,
    links: (relation) => [...linksOf(relation).values()],
    meta: () => meta,
    version: () => version,
    nextVersion: () => {
      version += 1;
      return version;
    },
    put: (change) => {
      const undo = apply(change);
      if (open === null) write(change);
      else {
        open.changes.push(change);
        open.undo.push(undo);
      }
    },
    atomically: (work) => {
      if (open !== null) return work();
      const mine: { changes: Change[]; undo: (() => void)[] } = { changes: [], undo: [] };
      open = mine;
      try {
        const result = work();
        if (mine.changes.length > 0) write(mine.changes);
        return result;
      } catch (error) {
        for (const undo of mine.undo.reverse()) undo();
        throw error;
      } finally {
        open = null;
      }
    },
    close: () => {
      if (journal !== null) closeSync(journal);
      journal = null;
    },
  };
}

function setIn<K, V>(map: Map<K, V>, key: K, value: V): () => void {
  const before = map.get(key);
  map.set(key, value);
  return () => {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  };
}

function dropIn<K, V>(map: Map<K, V>, key: K): () => void {
  const before = map.get(key);
  map.delete(key);
  return () => {
    if (before !== undefined) map.set(key, before);
  };
}

function readJournal(file: string): z.infer<typeof lineSchema>[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries: z.infer<typeof lineSchema>[] = [];
  for (const [n, line] of lines.entries()) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      if (n === lines.length - 1) break;
      throw new Error(`${file}, line ${n + 1}: not JSON`, { cause: error });
    }
    entries.push(lineSchema.parse(value));
  }
  return entries;
}
