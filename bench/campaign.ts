import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { z } from 'zod';
import { bareInsert } from './campaign-rows.ts';
import { openLoop } from './load.ts';
import { quantile, talkWebhook } from './webhooks.ts';

/** A campaign over all records in the product as it runs, beside the bare INSERT of what it stores, and what ingest feels of it. */

const Campaign = z.object({
  id: z.string(),
  state: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  done: z.number(),
  queued: z.number(),
  skipped: z.array(z.object({ code: z.string(), count: z.number() })),
});
type Campaign = z.infer<typeof Campaign>;

export interface Product {
  url: string;
  key: string;
  template: string;
  pid: number;
  /** The database's name, by which its backends are found. */
  database: string;
}

export interface Enqueued {
  seconds: number;
  campaign: Campaign;
  /** Processor time per record, µs. */
  product: number;
  postgres: number;
}

const TICK_US = 10_000;

/** Runs one campaign over every record, to its end. */
export async function enqueueAll(product: Product): Promise<Enqueued> {
  const backends = cpuOf(product);
  const before = ticksOf(product.pid);
  backends();
  const { id } = await start(product);
  for (;;) {
    const campaign = await follow(product, id);
    const postgres = backends();
    if (campaign.state === 'done' && campaign.finishedAt !== null)
      return {
        seconds: (Date.parse(campaign.finishedAt) - Date.parse(campaign.createdAt)) / 1_000,
        campaign,
        product: ((ticksOf(product.pid) - before) * TICK_US) / campaign.done,
        postgres: (postgres * TICK_US) / campaign.done,
      };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export interface Felt {
  idle: number[];
  meanwhile: number[];
  failed: number;
  /** Records a second while webhooks came in. */
  perSecond: number[];
}

/** Webhooks at `rate` a second without a campaign and while one runs, in turn; each is cancelled after its turn. */
export async function ingestMeanwhile(
  product: Product,
  rounds: number,
  seconds: number,
  rate: number,
  people: number,
): Promise<Felt> {
  const load = () => openLoop(`${product.url}/webhooks/whatsapp`, seconds, rate, () => talkWebhook(people));
  await load();
  const felt: Felt = { idle: [], meanwhile: [], failed: 0, perSecond: [] };
  for (let round = 0; round < rounds; round += 1) {
    const idle = await load();
    const { id } = await start(product);
    while ((await follow(product, id)).done === 0);
    const first = await follow(product, id);
    const began = performance.now();
    const meanwhile = await load();
    const last = await follow(product, id);
    if (last.state !== 'running')
      throw new Error('the campaign was over before its turn was: more BENCH_CONTACTS');
    felt.perSecond.push((last.done - first.done) / ((performance.now() - began) / 1_000));
    felt.idle.push(...idle.times);
    felt.meanwhile.push(...meanwhile.times);
    felt.failed += idle.failed + meanwhile.failed;
    console.error(
      `  round ${round + 1}: p99 ${idle.p99.toFixed(1)} ms idle, ${meanwhile.p99.toFixed(1)} ms meanwhile, ${felt.perSecond.at(-1)?.toFixed(0)} records/s`,
    );
    await ask(product, 'POST', `/api/campaigns/${id}/cancel`);
    while ((await follow(product, id)).state !== 'cancelled')
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return felt;
}

export const ratioOfP99 = ({ idle, meanwhile }: Felt): number =>
  quantile(meanwhile, 0.99) / quantile(idle, 0.99);

/** The bare INSERT in a copy of the same database. */
export async function bareIn(url: string): Promise<Awaited<ReturnType<typeof bareInsert>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await bareInsert(client);
  } finally {
    await client.end();
  }
}

let starts = 0;
async function start(product: Product): Promise<Campaign> {
  starts += 1;
  return Campaign.parse(
    await ask(
      product,
      'POST',
      '/api/campaigns',
      {
        name: `Campaign ${starts}`,
        messageTemplateId: product.template,
        audience: { recordType: 'contact' },
      },
      { 'idempotency-key': `bench-${starts}` },
    ),
  );
}

const follow = async (product: Product, id: string): Promise<Campaign> =>
  Campaign.parse(await ask(product, 'GET', `/api/campaigns/${id}`));

async function ask(
  { url, key }: Product,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Ticks of processor time that a process has used; 0 where it is gone. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

/** Ticks of all backends of the database since the first call; one that ends between two calls keeps what was seen of it. */
function cpuOf({ database }: Product): () => number {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  let calls = 0;
  return () => {
    calls += 1;
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid) || !titleOf(pid).includes(` ${database} `)) continue;
      const ticks = ticksOf(pid);
      if (calls === 1) first.set(pid, ticks);
      last.set(pid, Math.max(last.get(pid) ?? 0, ticks));
    }
    let sum = 0;
    for (const [pid, ticks] of last) sum += ticks - (first.get(pid) ?? 0);
    return sum;
  };
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
