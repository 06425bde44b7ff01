import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEMO } from '../../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../../emulators/dataverse/test-bench.ts';
import type { RemoteCrm, RemoteWrite } from '../../ports.ts';
import { createClient } from './client.ts';
import { readOne, saveOne, writeRecords } from './records.ts';
import { createTokens } from './tokens.ts';

/** Writes that are made on what was read, and on nothing newer (docs/decisions/0024). */

const FIELD = 'wa_whatsappconsent';
const contact = {
  name: 'contact',
  entitySet: 'contacts',
  idColumn: 'contactid',
  canBeMerged: true,
  lookups: [],
};
let crm: Bench;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  crm = await openBench({ demo: false });
  client = createClient({
    url: crm.url,
    tokens: createTokens({
      url: crm.url,
      tenantId: DEMO.tenant,
      clientId: DEMO.clientId,
      clientSecret: DEMO.clientSecret,
      certificateFile: null,
      authority: crm.url,
    }),
    allowance: { take: async () => {}, pause: async () => {} },
  });
});
afterAll(() => crm?.close());
afterEach(() => crm.emulator.clearFaults());

const made = () => crm.emulator.create('contact', { lastname: 'Made', [FIELD]: null });
const read = (id: string) => readOne(client, contact, id, [FIELD], undefined, DEMO.applicationUserId);
const fieldOf = (id: string) => crm.emulator.record('contact', id)?.[FIELD] ?? null;
async function write(
  id: string,
  value: boolean | null,
): Promise<Parameters<RemoteCrm['write']>[0][number] & RemoteWrite> {
  return { table: contact, recordId: id, column: FIELD, value, ifMatch: (await read(id))?.etag ?? null };
}

describe('a write on what was read', () => {
  it('does nothing to a record that somebody changed since, alone or in a batch', async () => {
    const [id, other] = [made(), made()];
    const writes = [await write(id, true), await write(other, true)];
    crm.emulator.change('contact', id, { [FIELD]: false });
    expect(await writeRecords(client, writes.slice(0, 1))).toEqual([{ kind: 'changed' }]);
    expect(await writeRecords(client, writes)).toMatchObject([{ kind: 'changed' }, { kind: 'written' }]);
    expect([fieldOf(id), fieldOf(other)]).toEqual([false, true]);
  });

  it('answers what the record is afterwards, so that the next needs no reading', async () => {
    const id = made();
    const first = await write(id, true);
    const [outcome] = await writeRecords(client, [first]);
    const etag = outcome?.kind === 'written' ? outcome.etag : null;
    expect(etag).toBe((await read(id))?.etag);
    expect(await writeRecords(client, [{ ...first, value: false, ifMatch: etag }])).toMatchObject([
      { kind: 'written' },
    ]);
    // The one before it, arriving late, changes nothing any more.
    expect(await writeRecords(client, [first])).toEqual([{ kind: 'changed' }]);
    expect(fieldOf(id)).toBe(false);
  });

  it('is made without the condition where the table knows no versions', async () => {
    const [id, other] = [made(), made()];
    await crm.control('PUT', '/tables/contact', { optimisticConcurrency: false });
    try {
      const writes = [await write(id, true), await write(other, false)];
      expect(await writeRecords(client, writes)).toMatchObject([{ kind: 'written' }, { kind: 'written' }]);
      expect(await saveOne(client, contact, id, { lastname: 'Later' }, false, 'W/"1"')).toBe(id);
    } finally {
      await crm.control('PUT', '/tables/contact', { optimisticConcurrency: true });
    }
    expect([fieldOf(id), fieldOf(other)]).toEqual([true, false]);
  });

  it('a change of other columns is no different', async () => {
    const id = made();
    const before = (await read(id))?.etag ?? null;
    crm.emulator.change('contact', id, { [FIELD]: false });
    await expect(saveOne(client, contact, id, { lastname: 'Mine' }, false, before)).rejects.toMatchObject({
      kind: 'conflict',
    });
    expect(crm.emulator.record('contact', id)?.lastname).toBe('Made');
  });
});

it('a row says whether we wrote it last', async () => {
  const id = made();
  expect((await read(id))?.byUs).toBe(false);
  await writeRecords(client, [await write(id, true)]);
  expect((await read(id))?.byUs).toBe(true);
  crm.emulator.change('contact', id, { jobtitle: 'Baker' });
  expect(await read(id)).toMatchObject({ byUs: false, actor: 'Robin Counts', values: { [FIELD]: true } });
});
