import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { MessageOut } from '../../src/http/schemas/chat.ts';
import { preparePGlite } from '../db/database.ts';
import { openWorld } from './world.ts';

/** PostgreSQL has several nodes: there the lease decides when another one is taken for dead. */
const embedded = (process.env.TEST_DATABASE_URL ?? '') === '';

it.runIf(embedded)(
  'what a killed process was handing over is unconfirmed at the next start, not a minute and a half later',
  async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'assent-killed-'));
    preparePGlite(path.join(dataDir, 'db'));
    const before = await openWorld({ env: { DATA_DIR: dataDir } });
    const phone = before.newPhone();
    await before.says(phone, 'Hello');
    const { id } = MessageOut.parse((await before.send({ to: { phone }, text: 'Good morning' })).body);
    await before.settled();
    // As `kill -9` leaves it between the mark and the answer.
    await sql`update message set status = 'handing-over', status_at = now(), lease_until = now() + interval '90 seconds'
       where id = ${id}`.execute(before.ctx.database.db);
    await before.close();

    const after = await openWorld({ env: { DATA_DIR: dataDir } });
    await expect.poll(async () => (await after.message(id)).status).toBe('unconfirmed');
    const next = await after.send({ to: { phone }, text: 'Are you there?' });
    await after.settled();
    expect((await after.message(MessageOut.parse(next.body).id)).status).toBe('delivered');
    await after.close();
    rmSync(dataDir, { recursive: true, force: true });
  },
);
