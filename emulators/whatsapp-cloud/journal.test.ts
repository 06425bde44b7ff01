import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEmulator, SANDBOX } from './emulator.ts';
import { type Bench, idOf, openBench } from './test-bench.ts';

const ana = '+12025550143';
const hello = { to: ana, text: { body: 'Hello' } };
let folder: string;
let stateFile: string;
let open: Bench[] = [];
const start = async (): Promise<Bench> => {
  const bench = await openBench({ stateFile });
  open.push(bench);
  return bench;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  stateFile = join(folder, 'state', 'whatsapp.jsonl');
});
afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
  rmSync(folder, { recursive: true });
});

it('a restart keeps customers, chats, templates, settings, the clock and the open window', async () => {
  const first = await start();
  first.emulator.customerSends(ana, { text: 'Hi' });
  first.emulator.changeCustomer(ana, { name: 'Ana Ruiz' });
  first.emulator.advance(3_600_000);
  await first.control('POST', '/templates/spring_sale:en/status', { event: 'PAUSED' });
  const sent = await first.send(hello);
  await first.emulator.idle();
  const before = first.emulator.messagesOf(ana);
  const userId = first.emulator.userIdOf(ana);

  // No close: the journal is all that a killed process leaves.
  const second = await start();
  expect(second.emulator.messagesOf(ana)).toEqual(before);
  expect(second.emulator.userIdOf(ana)).toBe(userId);
  expect(second.emulator.now() - Date.now()).toBeGreaterThan(3_590_000);
  expect((await second.control('GET', '/customers')).body).toMatchObject({ items: [{ name: 'Ana Ruiz' }] });
  expect((await second.control('GET', '/templates')).body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ name: 'spring_sale', status: 'PAUSED' })]),
  });
  const again = await second.send(hello);
  await second.emulator.idle();
  expect(idOf(again)).not.toBe(idOf(sent));
  expect(second.emulator.messagesOf(ana).at(-1)?.status).toBe('delivered');
});

it('an answer that was not delivered when the process died is delivered by the next one', async () => {
  const first = createEmulator({ ...SANDBOX, stateFile });
  first.customerSends(ana, { text: 'No, thank you' });
  const second = await start();
  await second.emulator.idle();
  expect(second.inbound()).toMatchObject([{ text: { body: 'No, thank you' } }]);
  const third = await start();
  await third.emulator.idle();
  expect(third.inbound()).toEqual([]);
  await first.close();
});

it('a message under way when the process died arrives afterwards', async () => {
  const first = await openBench({ stateFile, statusDelayMs: 600_000 });
  open.push(first);
  first.emulator.customerSends(ana, { text: 'Hi' });
  await first.send(hello);
  expect(first.emulator.messagesOf(ana).at(-1)?.status).toBe('accepted');
  const second = await start();
  await second.emulator.idle();
  expect(second.emulator.messagesOf(ana).at(-1)?.status).toBe('delivered');
});

it('a line cut by a kill is dropped, and the file is compacted at the start', async () => {
  const first = await start();
  first.emulator.customerSends(ana, { text: 'Hi' });
  await first.send(hello);
  await first.emulator.idle();
  const lines = () => readFileSync(stateFile, 'utf8').split('\n').length;
  const grown = lines();
  appendFileSync(stateFile, '{"t":"message","v":{"id":"wam');
  const second = await start();
  expect(second.emulator.messagesOf(ana)).toHaveLength(2);
  expect(lines()).toBeLessThan(grown);
});

it('a reset forgets everything but never gives an id twice', async () => {
  const bench = await start();
  const earlier = bench.emulator.customerSends(ana, { text: 'Hi' });
  expect((await bench.control('POST', '/reset', {})).status).toBe(204);
  expect((await bench.control('GET', '/customers')).body).toEqual({ items: [] });
  expect(bench.emulator.customerSends(ana, { text: 'Hi' }).id).not.toBe(earlier.id);
  expect((await bench.control('GET', '/templates')).body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ name: 'consent_request' })]),
  });
});
