import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { CrmSyncOut } from '../src/http/schemas/crm-sync.ts';
import { api, control, FIELD, memoryOf, PRODUCT, pause, workOf } from './dataverse-world.ts';
import { quantile, sign, textFrom } from './webhooks.ts';

/** The first load of an organisation's contacts by the running product, while customers write. */

const Requests = z.object({
  total: z.number(),
  peak: z.object({ requests: z.number(), concurrent: z.number(), refused: z.number() }),
  items: z.array(z.object({ method: z.string(), url: z.string(), operations: z.number() })),
});
export const requests = async (): Promise<z.infer<typeof Requests>> =>
  Requests.parse(await control('GET', '/requests'));

export interface FirstLoad {
  seconds: number;
  requests: number;
  /** Seconds of the product's processor time. */
  work: number;
  /** By tenths of the load: records per second, and megabytes that the product held at its end. */
  tenths: { perSecond: number; memory: number }[];
  /** Milliseconds of webhooks before the load and during it. */
  quiet: number[];
  during: number[];
}

async function webhook(n: number): Promise<number> {
  const body = textFrom(`1212${String(2_000_000 + n).padStart(7, '0')}`, 'Hello, is my order on its way?');
  const started = performance.now();
  const answer = await fetch(`${PRODUCT}/webhooks/whatsapp`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body) },
  });
  if (answer.status !== 200) throw new Error(`a webhook was answered ${answer.status}`);
  return performance.now() - started;
}

export async function firstLoad(product: ChildProcess, records: number): Promise<FirstLoad> {
  const quiet: number[] = [];
  for (let n = 0; n < 100; n += 1) {
    quiet.push(await webhook(n));
    await pause(20);
  }
  await control('DELETE', '/requests');
  const started = performance.now();
  const before = workOf(product);
  await api('PUT', '/api/record-types/contact', {
    displayName: 'Contact',
    phoneColumns: ['mobilephone'],
    nameColumn: 'fullname',
    complianceField: FIELD,
  });
  const during: number[] = [];
  const tenths: FirstLoad['tenths'] = [];
  let lastAt = started;
  let lastLoaded = 0;
  let loading = true;
  const customers = (async () => {
    for (let n = 0; loading; n += 1) {
      during.push(await webhook(n));
      await pause(200);
    }
  })();
  const watching = (async () => {
    for (;;) {
      const { tables } = CrmSyncOut.parse(await api('GET', '/api/crm/sync'));
      const contacts = tables.find((one) => one.table === 'contact');
      if (contacts?.problem) throw new Error(contacts.problem.text);
      const loaded = contacts?.loaded ?? 0;
      const now = performance.now();
      if (loaded >= ((tenths.length + 1) * records) / 10 && loaded > lastLoaded) {
        tenths.push({
          perSecond: ((loaded - lastLoaded) * 1_000) / (now - lastAt),
          memory: memoryOf(product),
        });
        console.error(
          `first load: ${loaded} records, ${tenths.at(-1)?.perSecond.toFixed(0)}/s, ${tenths.at(-1)?.memory.toFixed(0)} MB`,
        );
        lastAt = now;
        lastLoaded = loaded;
      }
      if (contacts?.phase === 'following' && loaded >= records) return now;
      await pause(250);
    }
  })().finally(() => {
    loading = false;
  });
  const ended = await watching;
  await customers;
  return {
    seconds: (ended - started) / 1_000,
    requests: (await requests()).total,
    work: workOf(product) - before,
    tenths,
    quiet,
    during,
  };
}

export interface PerChange {
  changes: number;
  writes: number;
  operations: number;
  /** Notes on timelines, written meanwhile: one request each, and after the fields where requests run low. */
  entries: number;
}

/** Refusals of `changes` customers, one after the other or all at once, and the requests that wrote them back. */
export async function refusals(phones: readonly string[], atOnce: boolean): Promise<PerChange> {
  await control('DELETE', '/requests');
  const say = async (phone: string): Promise<void> => {
    const body = textFrom(phone.slice(1), 'STOP');
    await fetch(`${PRODUCT}/webhooks/whatsapp`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body) },
    });
  };
  const written = async (): Promise<void> => {
    for (;;) {
      const { pendingWrites } = CrmSyncOut.parse(await api('GET', '/api/crm/sync'));
      if (pendingWrites === 0) return;
      await pause(20);
    }
  };
  if (atOnce) await Promise.all(phones.map(say));
  else
    for (const phone of phones) {
      await say(phone);
      await written();
    }
  await written();
  const { items } = await requests();
  // What is asked every 30 s whether anything changed or not is no part of a change.
  const changing = items.filter((one) => one.method === 'PATCH' || one.url.includes('$batch'));
  const writes = changing.filter((one) => !one.url.includes('/annotations('));
  return {
    changes: phones.length,
    writes: writes.length,
    operations: writes.reduce((sum, one) => sum + Math.max(1, one.operations), 0),
    entries: changing.length - writes.length,
  };
}

export const times = (values: readonly number[]): string =>
  `p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms`;
