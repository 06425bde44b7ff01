import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { guidOf } from './catalogue.ts';
import { type Bench, linkIn, openBench, rowsIn } from './test-bench.ts';

const ana = guidOf('contact ana');
const ben = guidOf('contact ben');
let folder: string;
let stateFile: string;
let open: Bench[] = [];
const start = async (): Promise<Bench> => {
  const bench = await openBench({ stateFile });
  open.push(bench);
  return bench;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dataverse-'));
  stateFile = join(folder, 'state', 'dataverse.jsonl');
});
afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
  rmSync(folder, { recursive: true });
});

it('a restart keeps records, schema, rights, links, settings, the clock and delta links', async () => {
  const first = await start();
  const track = { headers: { prefer: 'odata.track-changes' } };
  const link = new URL(linkIn(await first.api('contacts?$select=fullname', track), 'deltaLink'));
  first.emulator.change('contact', ana, { wa_whatsappconsent: true });
  first.emulator.remove('contact', ben);
  await first.control('PUT', '/column-security', {
    table: 'contact',
    column: 'wa_whatsappconsent',
    secured: true,
  });
  await first.control('PUT', '/settings', { maxRequests: 77 });
  first.emulator.advance(600_000);

  // No close: the journal is all that a killed process leaves.
  const second = await start();
  expect(second.emulator.records('contact')).toEqual(first.emulator.records('contact'));
  expect(second.emulator.now() - Date.now()).toBeGreaterThan(590_000);
  expect((await second.control('GET', '/settings')).body).toMatchObject({ maxRequests: 77 });
  expect((await second.api(`contacts(${ana})?$select=wa_whatsappconsent`)).body).toMatchObject({
    wa_whatsappconsent: null,
  });
  const delta = await second.api(`${second.url}${link.pathname}${link.search}`);
  expect(rowsIn(delta)).toMatchObject([{ contactid: ana }, { id: ben, reason: 'deleted' }]);
  second.emulator.change('contact', ana, { jobtitle: 'After' });
  const later = new URL(linkIn(delta, 'deltaLink'));
  expect(rowsIn(await second.api(`${second.url}${later.pathname}${later.search}`))).toMatchObject([
    { contactid: ana },
  ]);
});

it('a line cut by a kill is dropped with its whole change set, and the file is compacted at the start', async () => {
  const first = await start();
  for (let n = 0; n < 200; n += 1) first.emulator.change('contact', ana, { jobtitle: `Job ${n}` });
  const lines = () => readFileSync(stateFile, 'utf8').split('\n').length;
  const grown = lines();
  appendFileSync(stateFile, '[{"t":"row-gone","table":"contact","id":"');
  const second = await start();
  expect(second.emulator.record('contact', ana)).toMatchObject({ jobtitle: 'Job 199' });
  expect(lines()).toBeLessThan(grown);
});

it('a reset seeds again, gives no version twice and refuses the delta links of before', async () => {
  const bench = await start();
  const track = { headers: { prefer: 'odata.track-changes' } };
  const before = await bench.api('contacts?$select=fullname', track);
  expect((await bench.control('POST', '/reset')).status).toBe(204);
  expect((await bench.api(linkIn(before, 'deltaLink'))).status).toBe(400);
  const again = rowsIn(await bench.api('contacts?$select=fullname'));
  expect(again).toHaveLength(6);
  const etags = (rows: Record<string, unknown>[]) => rows.map((row) => row['@odata.etag']);
  expect(etags(rowsIn(before)).filter((etag) => etags(again).includes(etag))).toEqual([]);
});
