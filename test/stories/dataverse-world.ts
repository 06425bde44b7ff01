import { vi } from 'vitest';
import { z } from 'zod';
import { DEMO } from '../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import { createDataverse } from '../../src/adapters/dataverse/dataverse.ts';
import type { TokenOptions } from '../../src/adapters/dataverse/tokens.ts';
import { createMirroredCrm, type MirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import type { Db } from '../../src/db/engine.ts';
import { CrmSyncOut } from '../../src/http/schemas/crm-sync.ts';
import type { Clock } from '../../src/ports.ts';
import { openWorld, type TypeSetUp, type World } from './world.ts';

/** The product on a Dataverse organisation that the emulator plays, with real HTTP between them. */
export interface DataverseWorld {
  world: World;
  crm: Bench;
  /** Sets up the record type, its templates, and waits for its first load. */
  setUp(table: string): Promise<TypeSetUp>;
  sync(): Promise<z.infer<typeof CrmSyncOut>>;
  /** Lets time pass until everything that changed in the organisation was read, and all answers were written there. */
  synced(): Promise<void>;
  /** The field as the organisation holds it; undefined where there is no such record. */
  field(table: string, id: string): boolean | null | undefined;
  close(): Promise<void>;
}

export const FIELD = 'wa_whatsappconsent';
export const WEBHOOK_KEY = 'webhook-key-for-stories-0123456789ab';
/** Longer than the pause between two readings, and the longest pause after failures. */
const PASS_MS = 61_000;

export const environment = (crm: Bench): NodeJS.ProcessEnv => ({
  CRM: 'dataverse',
  DATAVERSE_URL: crm.url,
  DATAVERSE_AUTHORITY: crm.url,
  DATAVERSE_TENANT_ID: DEMO.tenant,
  DATAVERSE_CLIENT_ID: DEMO.clientId,
  DATAVERSE_CLIENT_SECRET: DEMO.clientSecret,
  DATAVERSE_WEBHOOK_KEY: WEBHOOK_KEY,
});

export async function openDataverseWorld(env: NodeJS.ProcessEnv = {}): Promise<DataverseWorld> {
  const crm = await openBench({ demo: false });
  const world = await openWorld({ env: { ...environment(crm), ...env } });
  const Tables = z.object({ items: z.array(z.object({ name: z.string() })) });
  await vi.waitFor(
    async () => {
      const { items } = await world.ok(Tables, 'GET', '/api/crm/tables');
      if (items.length === 0) throw new Error('the tables are not known yet');
    },
    { timeout: 10_000, interval: 20 },
  );
  const sync: DataverseWorld['sync'] = () => world.ok(CrmSyncOut, 'GET', '/api/crm/sync');
  const synced: DataverseWorld['synced'] = async () => {
    await world.settled();
    // Twice: what was read may have to be written, and is read again as our own echo.
    for (let round = 0; round < 2; round += 1) {
      const from = world.now() + PASS_MS;
      await world.pass(PASS_MS);
      world.ctx.wake.crm();
      let passedAt = performance.now();
      await vi.waitFor(
        async () => {
          // A reading that was under way while the clock moved is of before, and the next is due in 30 seconds.
          if (performance.now() - passedAt > 3_000) {
            await world.pass(PASS_MS);
            world.ctx.wake.crm();
            passedAt = performance.now();
          }
          const { tables, pendingWrites, problems } = await sync();
          const late = tables.filter((one) => one.readAt === null || Date.parse(one.readAt) < from);
          if (late.length > 0 || pendingWrites > problems.length)
            throw new Error(`not synced: ${JSON.stringify({ late, pendingWrites })}`);
        },
        { timeout: 15_000, interval: 20 },
      );
    }
    await world.settled();
  };
  return {
    world,
    crm,
    async setUp(table) {
      const made = await world.setUpRecordType(table, { complianceField: FIELD });
      await synced();
      return made;
    },
    sync,
    synced,
    field(table, id) {
      const row = crm.emulator.record(table, id);
      if (row === undefined) return undefined;
      return z
        .boolean()
        .nullable()
        .parse(row[FIELD] ?? null);
    },
    async close() {
      await world.close();
      await crm.close();
    },
  };
}

/** The organisation as the CRM of a process that a test starts by hand. */
export function dataverseCrm(db: Db, options: TokenOptions, clock: Clock): MirroredCrm {
  return createMirroredCrm('dataverse', db, createDataverse(db, options, clock), async () => {});
}
