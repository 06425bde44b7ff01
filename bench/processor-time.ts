import { readFileSync } from 'node:fs';
import pg from 'pg';
import { usedBy } from './cpu.ts';

/** Who used the processors meanwhile, in per cent of one, from `/proc`: Linux alone. */

const TICKS_PER_SECOND = 100;

/** All of the machine: ticks in use, and all there were. */
function machine(): { used: number; all: number } {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = first.split(/\s+/).slice(1, 9).map(Number);
  const all = fields.reduce((sum, one) => sum + one, 0);
  return { used: all - (fields[3] ?? 0) - (fields[4] ?? 0), all };
}

export interface ProcessorTime {
  /** By name, per cent of one processor. */
  by: { name: string; percent: number }[];
  /** Of all processors of the machine together, whoever used them, 0 to 100. */
  machinePercent: number;
  processors: number;
}

/**
 * Begins to count; the function it answers ends it. PostgreSQL: its backends for this database, without its background
 * writers.
 */
export async function countProcessorTime(
  named: readonly { name: string; pid: number }[],
  database: string,
): Promise<() => Promise<ProcessorTime>> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const backends = async (): Promise<number[]> => {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    return rows.map((row) => row.pid);
  };
  const before = new Map((await backends()).map((pid) => [pid, usedBy(pid) ?? 0]));
  const own = named.map(({ pid }) => usedBy(pid) ?? 0);
  const whole = machine();
  const began = performance.now();
  return async () => {
    const seconds = (performance.now() - began) / 1_000;
    const percent = (ms: number): number => ms / 10 / seconds;
    const by = named.map(({ name, pid }, index) => ({
      name,
      percent: percent((usedBy(pid) ?? 0) - (own[index] ?? 0)),
    }));
    const now = await backends();
    const postgres = now.reduce((sum, pid) => sum + (usedBy(pid) ?? 0) - (before.get(pid) ?? 0), 0);
    await client.end();
    const end = machine();
    return {
      by: [...by, { name: 'PostgreSQL', percent: percent(postgres) }],
      machinePercent: ((end.used - whole.used) / (end.all - whole.all)) * 100,
      processors: Math.round((end.all - whole.all) / TICKS_PER_SECOND / seconds),
    };
  };
}

/** In one line, with who stands at its limit: a process of ours has one processor, the machine has all. */
export function tellProcessorTime({ by, machinePercent, processors }: ProcessorTime): string {
  const ours = by.reduce((sum, one) => sum + one.percent, 0);
  const parts = by.map(({ name, percent }) => `${name} ${percent.toFixed(0)} %`);
  const others = machinePercent * processors - ours;
  const full = by
    .filter(({ name, percent }) => name !== 'PostgreSQL' && percent >= 85)
    .map(({ name }) => name);
  const first =
    full.length > 0 ? full.join(' and ') : machinePercent >= 90 ? `the ${processors} processors` : 'nothing';
  return `of one processor: ${parts.join(', ')}, others ${others.toFixed(0)} %; the machine ${machinePercent.toFixed(0)} %; at its limit: ${first}`;
}
