import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, openBench } from './test-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

it('every file of the phone page is served, and it needs nothing inline or foreign', async () => {
  const page = await (await fetch(`${bench.url}/emulator/phone`)).text();
  expect(page).not.toMatch(/style=|<style|<script(?![^>]* src="\/emulator\/phone\/)|https?:/);
  for (const file of readdirSync(new URL('./phone', import.meta.url))) {
    const response = await fetch(`${bench.url}/emulator/phone/${file}`);
    expect([file, response.status]).toEqual([file, 200]);
    if (file.endsWith('.js'))
      expect(await response.text()).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML/);
  }
  expect((await fetch(`${bench.url}/emulator/phone/..%2Femulator.ts`)).status).toBe(404);
});

it('events tell which customer changed', async () => {
  const stop = new AbortController();
  const events = await fetch(`${bench.url}/emulator/events`, { signal: stop.signal });
  expect(events.headers.get('content-type')).toBe('text/event-stream');
  bench.emulator.customerSends('+12025550143', { text: 'Hi' });
  let seen = '';
  const decoder = new TextDecoder();
  for await (const chunk of events.body ?? []) {
    seen += decoder.decode(chunk);
    if (seen.includes('data:')) break;
  }
  expect(seen).toContain('"phone":"+12025550143"');
  stop.abort();
});
