import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { afterRestoreCommand } from '../../src/cli/backup.ts';
import { readConfig } from '../../src/config.ts';
import { openPostgres } from '../../src/db/engine.ts';
import { createContext } from '../../src/start.ts';
import { openWorld } from '../stories/world.ts';
import { type Cluster, clusterPossible, createCluster } from './storm/cluster.ts';

/** PostgreSQL's point-in-time recovery as docs/operations.md has it: the server is lost, and comes back as of a moment. */

describe.skipIf(!clusterPossible)('point-in-time recovery', () => {
  let cluster: Cluster;
  let said: string[] = [];
  beforeEach(async () => {
    said = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    cluster = await createCluster();
    await cluster.query('create database assent');
    await cluster.archive();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    cluster.stop();
  });
  const url = (): string => `postgres://postgres@127.0.0.1:${cluster.port()}/assent`;

  test('what was there at the moment is there, whole, and nothing leaves until a person says so', async () => {
    const world = await openWorld({ env: { DATABASE_URL: url() } });
    await world.setUpContactType();
    const refuses = async (name: string): Promise<string> => {
      const phone = world.newPhone();
      await world.sendConsent(await world.record('contact', { fullname: name, mobilephone: phone }));
      await world.tap(phone, 'no');
      expect((await world.consent(phone)).state).toBe('denied');
      return phone;
    };
    const before = await refuses('Before the base backup');
    const backup = cluster.baseBackup();
    const between = await refuses('Between it and the moment');
    await sql`update message set status = 'queued', next_attempt_at = now() + interval '1 day', handed_at = null
       where direction = 'out' and kind = 'template'`.execute(world.ctx.database.db);
    const { rows } = await cluster.query('select clock_timestamp()::text as moment');
    const after = await refuses('After the moment');
    await world.close();

    await cluster.restoreTo(backup, String(rows[0]?.moment));
    const read = readConfig({ PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: url() });
    if (!read.ok) throw new Error(read.problems.join('\n'));
    const database = await openPostgres(url(), { poolSize: 2 });
    try {
      const ctx = await createContext(read.config, database, pino({ level: 'silent' }));
      expect(await afterRestoreCommand(ctx)).toBe(0);
      expect(said.join('\n')).toMatch(/2 chains, \d+ lines, 0 faults/);
      const known = await sql<{ phone: string; state: string }>`
        select c.phone, s.state from contact_point c join consent_state s on s.contact_point_id = c.id
         where s.purpose = 'service' order by c.phone`.execute(database.db);
      expect(known.rows).toEqual([before, between].toSorted().map((phone) => ({ phone, state: 'denied' })));
      expect(known.rows.map(({ phone }) => phone)).not.toContain(after);
      const sending = await sql<{ stopped: string; waiting: number; doubted: number }>`
        select (select stopped_reason from channel) as stopped,
               (select count(*) from message where status in ('queued', 'handing-over')) as waiting,
               (select count(*) from message where status = 'unconfirmed') as doubted`.execute(database.db);
      expect(sending.rows[0]).toEqual({
        stopped: expect.stringMatching(/^restored from a backup/),
        waiting: 0,
        doubted: 2,
      });
    } finally {
      await database.close();
    }
  });
});
