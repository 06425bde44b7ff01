import { DEMO } from '../../emulators/dataverse/demo.ts';
import { openBench } from '../../emulators/dataverse/test-bench.ts';
import { createDataverse } from '../../src/adapters/dataverse/dataverse.ts';
import { createMirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import { createTestContext } from '../context.ts';
import { describeCrmContract } from './contract.ts';
import { describeRemoteContract } from './remote-contract.ts';
import { settleRemote } from './settle.ts';
import type { Break, RemoteWorld } from './worlds.ts';

const FIELD = 'wa_whatsappconsent';

async function openDataverse(): Promise<RemoteWorld> {
  const test = await createTestContext();
  const organisation = await openBench({ demo: false });
  const { emulator, url } = organisation;
  const options = {
    url,
    authority: url,
    tenantId: DEMO.tenant,
    clientId: DEMO.clientId,
    clientSecret: DEMO.clientSecret,
    certificateFile: null,
  };
  const { db } = test.ctx.database;
  const remote = createDataverse(db, options, test.ctx.clock);
  const ctx = { ...test.ctx, crm: createMirroredCrm('dataverse', db, remote, async () => {}) };
  const faults: Record<Break, Parameters<typeof emulator.fault>[0]> = {
    unreachable: { kind: 'cut', always: true },
    silent: { kind: 'hang', always: true },
    down: { kind: 'status', httpStatus: 503, always: true },
    garbled: { kind: 'html', always: true },
    busy: { kind: '429', always: true },
    'signed-out': { kind: '401', always: true },
  };
  const world: RemoteWorld = {
    ctx,
    names: { table: 'contact', phone: 'mobilephone', field: FIELD, text: 'lastname', name: 'fullname' },
    hands: {
      create: async (values) => emulator.create('contact', values),
      change: async (id, values) => emulator.change('contact', id, values),
      remove: async (id) => emulator.remove('contact', id),
    },
    async held(id) {
      const record = emulator.record('contact', id);
      if (record === undefined) return undefined;
      const value = record[FIELD] ?? null;
      if (value !== null && typeof value !== 'boolean') throw new Error('no Yes, No or nothing');
      return { field: value };
    },
    touched: async (id) => emulator.version('contact', id) ?? 0,
    setNow: test.setNow,
    settle: () => settleRemote(world),
    pageOf: (rows) => emulator.settings({ maxPageSize: rows }),
    break(what) {
      emulator.clearFaults();
      // A pause that the organisation asked for is over by then.
      test.setNow(test.ctx.clock() + 600_000);
      if (what !== null) emulator.fault(faults[what]);
    },
    forgetChanges: emulator.expireDelta,
    async close() {
      ctx.crm.remote.close();
      await organisation.close();
      await test.close();
    },
  };
  return world;
}

describeCrmContract('Dataverse, on the emulator', openDataverse);
describeRemoteContract('Dataverse, on the emulator', openDataverse);
