import { Agent, get, request } from 'node:http';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPGlite } from '../../src/db/engine.ts';
import { type Product, startProduct } from '../e2e/product.ts';

/** A process that is told to stop says so first, finishes what it took, and takes nothing that it does not finish. */

const CLIENTS = 4;

interface Answer {
  /** Null where no answer came: refused, or the connection was closed before one. */
  status: number | null;
  body: string;
}

describe('SIGTERM under load', { timeout: 180_000 }, () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct({
      env: { DRAIN_SECONDS: '1', LOG_LEVEL: 'warn', WHATSAPP_ACCESS_TOKEN: '', DATABASE_URL: '' },
      command: [process.execPath, 'scripts/node-launcher.js', 'src/main.ts'],
    });
  }, 180_000);
  afterAll(() => product.discard());

  const agent = new Agent({ keepAlive: true });
  const call = (method: string, at: string, body?: unknown): Promise<Answer> =>
    new Promise((resolve) => {
      const sent = request(
        product.url + at,
        {
          method,
          agent,
          headers: {
            authorization: `Bearer ${product.adminApiKey}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          // An answer that was begun must end.
          response.on('close', () =>
            resolve({ status: response.complete ? (response.statusCode ?? 0) : 0, body: text }),
          );
        },
      );
      sent.on('error', () => resolve({ status: null, body: '' }));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });

  it('readyz is red first, every request is answered or never taken, pages are told, the exit code is 0', async () => {
    let gone = false;
    const answers: Answer[] = [];
    const client = async (name: string): Promise<void> => {
      for (let turn = 0; !gone; turn += 1) {
        const answer = await call('POST', '/api/records/contact', {
          values: { fullname: `Load ${name} ${turn}` },
        });
        answers.push(answer);
        if (answer.status === null) return;
      }
    };
    const page = new Promise<string>((resolve) => {
      let text = '';
      const headers = { authorization: `Bearer ${product.adminApiKey}` };
      get(`${product.url}/api/events`, { headers, agent: new Agent() }, (response) => {
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('close', () => resolve(response.complete ? text : `cut: ${text}`));
      });
    });
    const clients = Array.from({ length: CLIENTS }, (_, index) => client(`${index}`));
    await expect.poll(() => answers.length, { timeout: 60_000 }).toBeGreaterThan(CLIENTS * 2);

    const stopped = product.stop();
    await expect
      .poll(async () => (await call('GET', '/readyz')).body, { timeout: 60_000, interval: 5 })
      .toContain('stopping');
    // Traffic that is still sent here is served while the balancer looks away.
    const late = answers.length;
    expect(await stopped).toBe(0);
    gone = true;
    await Promise.all(clients);
    expect(answers.length).toBeGreaterThan(late);

    const answered = answers.filter(({ status }) => status !== null);
    expect(answered.filter(({ status }) => status !== 201)).toEqual([]);
    const text = await page;
    expect(text).toMatch(/^retry: 2000\nevent: hello/);
    expect(text).toMatch(/retry: \d+\n\n$/);

    const database = await openPGlite(path.join(product.dataDir, 'db'));
    const { rows } = await sql<{ count: number }>`select count(*) as count from crm_record
       where data ->> 'fullname' like 'Load %'`
      .execute(database.db)
      .finally(() => database.close());
    expect(rows[0]?.count).toBe(answered.length);
  });
});
