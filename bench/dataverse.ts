import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import { readConfig } from '../src/config.ts';
import { openPostgres } from '../src/db/engine.ts';
import { createContext } from '../src/start.ts';
import { firstLoad, refusals, times } from './dataverse-load.ts';
import {
  answering,
  api,
  control,
  environment,
  FIELD,
  killAll,
  ORGANISATION,
  PRODUCT,
  pause,
  startOrganisation,
  startProduct,
  stop,
} from './dataverse-world.ts';
import { movedClock, readChanges, writeMany } from './dataverse-writes.ts';

/**
 * `npm run bench:dataverse -- --records 1000000 --writes 100000 --changes 10000 --burst 500`: an organisation's contacts are
 * loaded, changed and written back. Needs a PostgreSQL server (BENCH_DATABASE_URL); makes its own database there and
 * drops it. The organisation is the emulator, in a process of its own.
 */
const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    writes: { type: 'string', default: '100000' },
    changes: { type: 'string', default: '10000' },
    burst: { type: 'string', default: '500' },
    /** One of so many records holds Yes or No in its field; 0: none. */
    every: { type: 'string', default: '10' },
  },
});
const size = {
  records: Number(values.records),
  writes: Math.min(Number(values.writes), Number(values.records)),
  changes: Math.min(Number(values.changes), Number(values.records)),
  burst: Number(values.burst),
  every: Number(values.every),
};
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const rows: string[][] = [];
const say = (what: string, figures: string): void => {
  rows.push([what, figures]);
  console.error(`${what}: ${figures}`);
};
const list = (figures: readonly number[]): string => figures.map((one) => one.toFixed(0)).join(', ');

const phoneOf = (n: number): string => `+1999${String(n).padStart(7, '0')}`;

async function tables(): Promise<void> {
  for (;;) {
    const { items } = z
      .object({ items: z.array(z.object({ name: z.string() })) })
      .parse(await api('GET', '/api/crm/tables'));
    if (items.some((one) => one.name === 'contact')) return;
    await pause(100);
  }
}

async function measure(databaseUrl: string, dataDir: string): Promise<void> {
  startOrganisation();
  await answering(`${ORGANISATION}/emulator/dataverse/settings`);
  // The strictest reading of the limits: each member of a batch counts.
  await control('PUT', '/settings', { batchCountsMembers: true });
  await control('POST', '/seed', {
    table: 'contact',
    count: size.records,
    values: {},
    ...(size.every === 0 ? {} : { some: { every: size.every, values: { [FIELD]: false } } }),
  });
  const product = startProduct(databaseUrl, dataDir);
  await answering(`${PRODUCT}/readyz`);
  await tables();

  const load = await firstLoad(product, size.records);
  const share = size.every === 0 ? 'no field holding a value' : `one field of ${size.every} holding a value`;
  say(
    `first load of ${size.records} records, ${share}`,
    `${load.seconds.toFixed(0)} s, ${(size.records / load.seconds).toFixed(0)}/s, ${load.requests} requests, ${load.work.toFixed(0)} s of the product’s processor time`,
  );
  say('… records/s by tenths', list(load.tenths.map((one) => one.perSecond)));
  say('… memory of the product by tenths, MB', list(load.tenths.map((one) => one.memory)));
  say('… a customer’s webhook meanwhile', `${times(load.during)} (before it: ${times(load.quiet)})`);

  // Of records without a value: numbers that end in 1 have none where one of ten has one.
  const quiet = Array.from({ length: 20 }, (_, n) => phoneOf(n * 10 + 1));
  const burst = Array.from({ length: size.burst }, (_, n) => phoneOf(n * 10 + 5_001)).filter(
    (_, n) => n * 10 + 5_001 < size.records,
  );
  const single = await refusals(quiet, false);
  say(
    `${single.changes} refusals one after the other`,
    `${single.writes} requests: ${(single.writes / single.changes).toFixed(2)} per change; ${single.entries} timeline notes meanwhile`,
  );
  if (burst.length > 0) {
    const many = await refusals(burst, true);
    say(
      `${many.changes} refusals at once`,
      `${many.writes} requests for ${many.operations} writes: ${(many.writes / many.changes).toFixed(2)} per change; ${many.entries} timeline notes meanwhile`,
    );
  }
  await stop(product);

  const config = readConfig(environment(databaseUrl, dataDir));
  if (!config.ok) throw new Error(config.problems.join('; '));
  const database = await openPostgres(databaseUrl);
  const clock = movedClock();
  const ctx = await createContext(config.config, database, pino({ level: 'error' }), clock.now);
  const { remote } = ctx.crm;
  if (remote === null) throw new Error('no organisation');
  await readChanges(ctx, remote, clock);
  await control('POST', '/touch', {
    table: 'contact',
    count: size.changes,
    values: { jobtitle: 'Baker', lastname: 'Changed' },
  });
  const delta = await readChanges(ctx, remote, clock);
  say(
    `delta of ${size.changes} changes`,
    `${delta.seconds.toFixed(1)} s, ${(size.changes / delta.seconds).toFixed(0)}/s, ${delta.requests} requests`,
  );

  const wrote = await writeMany(ctx, remote, clock, size.writes);
  say(
    `${wrote.writes} field writes`,
    `${(wrote.seconds / 60).toFixed(1)} min by the clock (of which ${wrote.workedSeconds.toFixed(0)} s of work), ${wrote.requests} requests of ${(wrote.operations / wrote.requests).toFixed(1)} writes`,
  );
  say(
    '… as the organisation counts, each write as a request',
    `at most ${wrote.peak.requests} in any 300 s of 6000 allowed, ${wrote.peak.refused} refused, ${wrote.peak.concurrent} at a time`,
  );
  remote.close();
  await database.close();
}

const name = `assent_bench_${randomBytes(4).toString('hex')}`;
const dataDir = mkdtempSync(path.join(tmpdir(), 'assent-bench-'));
await onServer(`create database ${name}`);
const url = new URL(server);
url.pathname = `/${name}`;
try {
  await measure(url.href, dataDir);
} finally {
  killAll();
  await onServer(`drop database if exists ${name} with (force)`);
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| what | figures |\n|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
process.exit(0);
