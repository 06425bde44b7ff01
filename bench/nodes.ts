import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answering } from './answering.ts';
import { closedLoop, type Load } from './load.ts';
import { countProcessorTime, type ProcessorTime } from './processor-time.ts';
import { talkWebhook } from './webhooks.ts';

/** Signed webhooks on one PostgreSQL by number of nodes, in a closed loop: the same connections, divided among the nodes. */

interface ByNodes {
  nodes: number;
  load: Load;
  processors: ProcessorTime;
}

const FIRST_PORT = 4_670;
const CONNECTIONS = 32;
const PEOPLE = 2_000;

/** One round: one to `most` nodes in turn. Those that are not asked stand idle. */
export async function byNodes(
  database: string,
  environment: (port: number) => Record<string, string>,
  options: { most: number; rounds: number; seconds: number },
): Promise<ByNodes[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'assent-nodes-'));
  const children: ChildProcess[] = [];
  try {
    for (let node = 0; node < options.most; node += 1)
      children.push(
        spawn(process.execPath, ['src/main.ts'], {
          env: {
            ...process.env,
            ...environment(FIRST_PORT + node),
            DATABASE_URL: database,
            DATA_DIR: path.join(folder, String(node)),
          },
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      );
    const urls = children.map((_, node) => `http://127.0.0.1:${FIRST_PORT + node}`);
    await Promise.all(urls.map((url) => answering(`${url}/readyz`)));
    const loadOn = (nodes: number, seconds: number): Promise<Load> =>
      closedLoop(
        urls.slice(0, nodes).map((url) => `${url}/webhooks/whatsapp`),
        seconds,
        CONNECTIONS,
        () => talkWebhook(PEOPLE),
      );
    await loadOn(options.most, 3);
    const results: ByNodes[] = [];
    for (let round = 0; round < options.rounds; round += 1)
      for (let nodes = 1; nodes <= options.most; nodes += 1) {
        const named = children.map(({ pid = 0 }, node) => ({ name: `node ${node + 1}`, pid }));
        const end = await countProcessorTime([...named, { name: 'load', pid: process.pid }], database);
        const load = await loadOn(nodes, options.seconds);
        results.push({ nodes, load, processors: await end() });
      }
    return results;
  } finally {
    for (const one of children) one.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
