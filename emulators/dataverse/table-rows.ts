import type { Row } from './model.ts';

/** The rows of one table, by id, and what changed since any version. */
export type TableRows = {
  readonly size: () => number;
  readonly get: (id: string) => Row | undefined;
  /** The row as it was before its last change, for reads that come from a replica. */
  readonly before: (id: string) => Row | undefined;
  /** Ascending by id, those after `after` alone. */
  readonly inIdOrder: (after?: string) => Iterable<Row>;
  /** Rows changed after `version`, ascending by version. */
  readonly changedSince: (version: number) => Iterable<Row>;
  readonly deletedSince: (version: number) => readonly { id: string; version: number }[];
  /** Each returns what takes it back. */
  readonly put: (row: Row) => () => void;
  readonly remove: (id: string, version: number) => () => void;
};

/**
 * A page of a million rows must not cost a walk over the million: ids are kept sorted (sorted again at the first
 * read after an insert or a removal), and versions, which only grow, as a log that is searched by halving.
 */
export function createTableRows(): TableRows {
  const rows = new Map<string, Row>();
  const before = new Map<string, Row>();
  let log: { id: string; version: number }[] = [];
  let deleted: { id: string; version: number }[] = [];
  let sorted: string[] | null = null;

  const note = (row: Row): void => {
    log.push({ id: row.id, version: row.version });
    // Undone and repeated changes leave entries that no row answers to any more.
    if (log.length > 64 && log.length > rows.size * 2)
      log = log.filter(({ id, version }) => rows.get(id)?.version === version);
  };
  /** Where the log holds the first entry after `version`. */
  const placeAfter = (version: number): number => {
    let low = 0;
    let high = log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((log[middle]?.version ?? 0) <= version) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  /** The entry of a row that is back may have been dropped while it was away. */
  const relist = (row: Row): void => {
    const place = placeAfter(row.version);
    if (log[place - 1]?.version !== row.version) log.splice(place, 0, { id: row.id, version: row.version });
  };
  return {
    size: () => rows.size,
    get: (id) => rows.get(id),
    before: (id) => before.get(id),
    inIdOrder: function* (after) {
      sorted ??= [...rows.keys()].sort();
      const ids = sorted;
      for (let at = after === undefined ? 0 : firstAfter(ids, after); at < ids.length; at += 1) {
        const row = rows.get(ids[at] ?? '');
        if (row) yield row;
      }
    },
    changedSince: function* (version) {
      const entries = log;
      for (let at = placeAfter(version); at < entries.length; at += 1) {
        const entry = entries[at];
        const row = entry && rows.get(entry.id);
        if (row && row.version === entry.version) yield row;
      }
    },
    deletedSince: (version) => deleted.filter((one) => one.version > version && !rows.has(one.id)),
    put: (row) => {
      const old = rows.get(row.id);
      if (old) before.set(row.id, old);
      else sorted = null;
      rows.set(row.id, row);
      note(row);
      return () => {
        if (old) {
          rows.set(row.id, old);
          relist(old);
        } else {
          rows.delete(row.id);
          sorted = null;
        }
      };
    },
    remove: (id, version) => {
      const old = rows.get(id);
      rows.delete(id);
      before.delete(id);
      sorted = null;
      const tombstone = { id, version };
      deleted.push(tombstone);
      return () => {
        deleted = deleted.filter((one) => one !== tombstone);
        if (old) {
          rows.set(id, old);
          relist(old);
        }
        sorted = null;
      };
    },
  };
}

function firstAfter(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
