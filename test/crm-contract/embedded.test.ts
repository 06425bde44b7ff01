import { editRecord } from '../../src/actions/edit-records.ts';
import { readRecord } from '../../src/db/records.ts';
import { isUuid } from '../../src/db/rows.ts';
import { createTestContext } from '../context.ts';
import { describeCrmContract } from './contract.ts';

describeCrmContract('the CRM inside Assent', async () => {
  const { ctx, setNow, close } = await createTestContext();
  const table = 'contact';
  const field = 'assent_allowwhatsapp';
  const read = async (id: string) => (isUuid(id) ? readRecord(ctx.database.db, table, id) : null);
  const edit = (id: string | null, values: Record<string, string | boolean | null>) => {
    setNow(ctx.clock() + 1_000);
    return editRecord(ctx, { table, id, values, actor: 'Robin', source: 'crm' });
  };
  return {
    ctx,
    names: { table, phone: 'mobilephone', field, text: 'fullname', name: 'fullname' },
    hands: {
      create: (values) => edit(null, values),
      change: async (id, values) => void (await edit(id, values)),
    },
    async held(id) {
      const record = await read(id);
      if (record === null) return undefined;
      const value = record.data[field] ?? null;
      if (value !== null && typeof value !== 'boolean') throw new Error('no Yes, No or nothing');
      return { field: value };
    },
    touched: async (id) => (await read(id))?.updatedAt ?? 0,
    setNow,
    // Everything is true with its transaction.
    settle: async () => setNow(ctx.clock() + 1_000),
    close,
  };
});
