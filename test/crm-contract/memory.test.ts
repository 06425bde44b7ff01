import { createMirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import { createTestContext } from '../context.ts';
import { describeCrmContract } from './contract.ts';
import { createMemoryCrm, idIn, MemoryService, uuidOf } from './memory-crm.ts';
import { describeRemoteContract } from './remote-contract.ts';
import { settleRemote } from './settle.ts';
import type { RemoteWorld } from './worlds.ts';

async function openMemory(): Promise<RemoteWorld> {
  const test = await createTestContext();
  const service = new MemoryService();
  const { db } = test.ctx.database;
  const crm = createMirroredCrm('dataverse', db, createMemoryCrm(service), async () => {});
  const ctx = { ...test.ctx, crm };
  const texts = (values: Record<string, string | boolean | null>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value === null ? '' : String(value)]),
    );
  const world: RemoteWorld = {
    ctx,
    names: { table: 'person', phone: 'phone', field: 'allow_whatsapp', text: 'fullname', name: 'fullname' },
    hands: {
      create: async (values) => uuidOf(service.put(null, texts(values))),
      change: async (id, values) => void service.put(idIn(id), texts(values)),
      remove: async (id) => service.archive(idIn(id)),
    },
    async held(id) {
      const stored = service.get(idIn(id));
      const text = stored?.properties.allow_whatsapp ?? '';
      return stored === undefined ? undefined : { field: text === '' ? null : text === 'true' };
    },
    touched: async (id) => service.get(idIn(id))?.changed ?? 0,
    setNow: test.setNow,
    settle: () => settleRemote(world),
    pageOf(rows) {
      service.pageRows = rows;
    },
    break(what) {
      service.broken = what;
    },
    forgetChanges: () => service.forget(),
    async close() {
      ctx.crm.remote.close();
      await test.close();
    },
  };
  return world;
}

describeCrmContract('a CRM in memory', openMemory);
describeRemoteContract('a CRM in memory', openMemory);
