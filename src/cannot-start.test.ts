import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { whyNotStarted } from './cannot-start.ts';
import { lockDataDirectory } from './data-lock.ts';
import { openPostgres } from './db/engine.ts';

/** Real errors, as whoever starts meets them. */
const folder = mkdtempSync(path.join(tmpdir(), 'assent-start-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SERVER = process.env.TEST_DATABASE_URL ?? '';

const failureOf = async (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => null,
    (error: unknown) => error,
  );

describe('what stands in the way of a start is said in one sentence', () => {
  const place = { port: 3000, dataDir: path.join(folder, 'file'), databaseUrl: null };

  it('a data directory that is a file, or lies in one', async () => {
    writeFileSync(place.dataDir, '');
    for (const dataDir of [place.dataDir, path.join(place.dataDir, 'deeper')])
      expect(whyNotStarted(await failureOf(() => lockDataDirectory(dataDir)), { ...place, dataDir })).toMatch(
        `The data directory ${dataDir} cannot be used`,
      );
  });

  it('a data directory that another process has', async () => {
    const dataDir = path.join(folder, 'taken');
    const unlock = await lockDataDirectory(dataDir);
    const error = await failureOf(() => lockDataDirectory(dataDir));
    await unlock();
    expect(whyNotStarted(error, { ...place, dataDir })).toMatch('Another Assent process uses');
  });

  it('a port that is taken', async () => {
    const server = createServer();
    const listen = (port: number) =>
      new Promise<number>((resolve, reject) => {
        const one = port === 0 ? server : createServer();
        one.once('error', reject);
        one.listen(port, '127.0.0.1', () => {
          const address = one.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
    const port = await listen(0);
    const error = await failureOf(() => listen(port));
    server.close();
    expect(whyNotStarted(error, { ...place, port })).toBe(
      `Port ${port} is taken. Stop what listens there, or set PORT.`,
    );
  });

  const asked = (databaseUrl: string) =>
    failureOf(async () => {
      const database = await openPostgres(databaseUrl);
      try {
        await sql`select 1`.execute(database.db);
      } finally {
        await database.close();
      }
    });

  it('a database that is not there', async () => {
    for (const databaseUrl of [
      'postgres://assent:secret@127.0.0.1:1/assent',
      'postgres://assent:secret@nowhere.invalid/assent',
    ]) {
      const why = whyNotStarted(await asked(databaseUrl), { ...place, databaseUrl });
      expect(why).toMatch(/^The database (127\.0\.0\.1:1|nowhere\.invalid)\/assent cannot be reached/);
      expect(why).not.toContain('secret');
    }
  });

  it.skipIf(SERVER === '')('a database of another name', async () => {
    const databaseUrl = SERVER.replace(/\/[^/]*$/, '/no_such_database');
    expect(whyNotStarted(await asked(databaseUrl), { ...place, databaseUrl })).toMatch(
      /lets nobody in by this DATABASE_URL: database "no_such_database" does not exist/,
    );
  });

  it('a fault of ours keeps its stack', () => {
    for (const error of [
      new TypeError('x is not a function'),
      'text',
      null,
      new Error('migration 0001 failed'),
    ])
      expect(whyNotStarted(error, place)).toBeNull();
  });
});
