import { readFileSync } from 'node:fs';
import pg from 'pg';

/**
 * Processor time, which says more than a rate on a machine that does other work too. It grows with that work as well (caches are
 * cold, and code that ran a thousand times is not compiled yet), so compare it within one run. From /proc, so on Linux alone,
 * and of a database on this machine alone.
 */

/** What Linux counts processor time in (`getconf CLK_TCK`), ms. */
const TICK_MS = 10;

/** What a process used of the processor so far, user and system, ms; null where there is no such process here. */
export function usedBy(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold spaces; `utime` and `stime` are the 12th and 13th fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return null;
  }
}

export interface Used {
  /** ms */
  node: number;
  /** Of the connections to one database, ms; null where none was asked for, or it is on another machine. */
  postgres: number | null;
}

/** What `work` costs the process `pid` and the connections to `database`. */
export async function usedDuring<T>(
  pid: number,
  database: string | null,
  work: () => Promise<T>,
): Promise<{ result: T; used: Used }> {
  const node = usedBy(pid) ?? 0;
  const before = database === null ? new Map<number, number>() : await backendsOf(database);
  const result = await work();
  const after = database === null ? new Map<number, number>() : await backendsOf(database);
  const postgres =
    after.size === 0
      ? null
      : [...after].reduce((sum, [backend, ms]) => sum + ms - (before.get(backend) ?? 0), 0);
  return { result, used: { node: (usedBy(pid) ?? 0) - node, postgres } };
}

/** The connections to a database, with what each used so far, ms. */
async function backendsOf(database: string): Promise<Map<number, number>> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  await client.end();
  return new Map(
    rows.flatMap(({ pid }): [number, number][] => {
      const ms = usedBy(pid);
      return ms === null ? [] : [[pid, ms]];
    }),
  );
}
