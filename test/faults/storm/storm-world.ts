import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fastify } from 'fastify';
import { createEmulator, type Emulator, SANDBOX } from '../../../emulators/whatsapp-cloud/emulator.ts';
import { createWhatsAppCloud } from '../../../src/adapters/whatsapp-cloud/client.ts';
import { type Database, openPostgres } from '../../../src/db/engine.ts';
import { createTestContext } from '../../context.ts';
import { type Product, startProduct } from '../../e2e/product.ts';
import { setUpConsent } from '../../model/real-world.ts';
import { pidIn } from './calls.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { StormCrm } from './crm.ts';
import { createFront, type Front } from './front.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/**
 * Two nodes as `node src/main.ts` starts them, on a PostgreSQL of the harness's own, with WhatsApp (the emulator) in this
 * process. Between them stand proxies that the harness cuts and holds back.
 */
export interface StormWorld {
  emulator: Emulator;
  crm: StormCrm;
  cluster: Cluster;
  front: Front;
  /** Between the nodes and PostgreSQL, and between the nodes and WhatsApp. */
  database: TcpProxy;
  cloud: TcpProxy;
  key: string;
  consentTemplate: string;
  callFiles: string[];
  killNode(node: number): Promise<void>;
  /** Starts whatever does not run. */
  startNodes(): Promise<void>;
  /** Nodes that nobody killed and that ended all the same, since it was last asked. */
  endedByThemselves(): string[];
  signalNode(node: number, signal: 'SIGSTOP' | 'SIGCONT'): void;
  setClock(node: number, offMs: number): void;
  /** Whoever connects to WhatsApp looks its name up for so long first. */
  setLookup(ms: number): void;
  /** A connection past the proxies, to look at what is stored. */
  look(): Promise<Database>;
  close(): Promise<void>;
}

function isAlive(pid: number | null): pid is number {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const KEY = 'a-key-of-the-fault-tests-only-0123456789abcdef';
const NODES = 2;

export async function openStormWorld(crm: StormCrm): Promise<StormWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'assent-storm-'));
  const cluster = await createCluster();
  await cluster.query('create database assent');
  const emulator = createEmulator({
    ...SANDBOX,
    statusDelayMs: 5,
    retry: { firstMs: 100, maxMs: 500, giveUpMs: 600_000 },
  });
  const whatsapp = fastify();
  await whatsapp.register(emulator.plugin);
  await whatsapp.listen({ host: '127.0.0.1', port: 0 });
  const address = whatsapp.server.address();
  const whatsappPort = typeof address === 'object' && address !== null ? address.port : 0;
  const database = await createTcpProxy(cluster.port());
  const cloud = await createTcpProxy(whatsappPort);
  const front = await createFront();
  emulator.setWebhookUrl(`${front.url}/webhooks/whatsapp`);
  const look = (): Promise<Database> =>
    openPostgres(`postgres://postgres@127.0.0.1:${cluster.port()}/assent`, { poolSize: 2 });
  const consentTemplate = await setUp(await look(), `http://127.0.0.1:${whatsappPort}`, crm);
  const callFiles = Array.from({ length: NODES }, (_, node) => path.join(folder, `calls-${node}`));
  const clockFiles = Array.from({ length: NODES }, (_, node) => path.join(folder, `clock-${node}`));
  const lookupFile = path.join(folder, 'lookup');
  for (const file of [...clockFiles, lookupFile]) writeFileSync(file, '0');
  const nodes: (Product | null)[] = Array.from({ length: NODES }, () => null);
  const front_ = (): void => front.setNodes(nodes.flatMap((node) => node?.url ?? []));
  const start = async (node: number): Promise<void> => {
    nodes[node] = await startProduct({
      command: [process.execPath, '--import', path.join(import.meta.dirname, 'preload.ts'), 'src/main.ts'],
      env: {
        ADMIN_API_KEY: KEY,
        LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
        DATABASE_URL: `postgres://postgres@127.0.0.1:${database.port}/assent`,
        WHATSAPP_API_URL: `http://localhost:${cloud.port}`,
        WHATSAPP_PHONE_NUMBER_ID: SANDBOX.phoneNumberId,
        WHATSAPP_BUSINESS_ACCOUNT_ID: SANDBOX.businessAccountId,
        WHATSAPP_ACCESS_TOKEN: SANDBOX.accessToken,
        WHATSAPP_APP_SECRET: SANDBOX.appSecret,
        WHATSAPP_VERIFY_TOKEN: SANDBOX.verifyToken,
        ...crm.env,
        FAULT_CALLS: callFiles[node] ?? '',
        FAULT_CLOCK: clockFiles[node] ?? '',
        FAULT_LOOKUP: lookupFile,
      },
    });
    front_();
  };
  const ended: string[] = [];
  const world: StormWorld = {
    emulator,
    crm,
    cluster,
    front,
    database,
    cloud,
    key: KEY,
    consentTemplate,
    callFiles,
    async killNode(node) {
      const running = nodes[node];
      if (running === null || running === undefined) return;
      nodes[node] = null;
      await running.kill();
      front_();
      rmSync(running.dataDir, { recursive: true, force: true });
    },
    async startNodes() {
      for (let node = 0; node < NODES; node += 1) {
        const running = nodes[node];
        if (running !== null && running !== undefined && !isAlive(pidIn(callFiles[node] ?? ''))) {
          // One whose database goes away while it starts gives up, as a service manager expects; it is started again.
          if (running.output().includes(' is running at '))
            ended.push(`node ${node} ended by itself: ${running.output().slice(-1_500)}`);
          await world.killNode(node);
        }
        if (nodes[node] === null) await start(node);
      }
    },
    endedByThemselves: () => ended.splice(0),
    signalNode(node, signal) {
      const pid = nodes[node] === null ? null : pidIn(callFiles[node] ?? '');
      if (isAlive(pid)) process.kill(pid, signal);
    },
    setClock(node, offMs) {
      writeFileSync(clockFiles[node] ?? '', String(offMs));
    },
    setLookup(ms) {
      writeFileSync(lookupFile, String(ms));
    },
    look,
    async close() {
      for (let node = 0; node < NODES; node += 1) await world.killNode(node);
      await front.close();
      await emulator.close();
      await cloud.close();
      await crm.close();
      await whatsapp.close();
      await database.close();
      cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await world.startNodes();
  return world;
}

async function setUp(engine: Database, apiUrl: string, crm: StormCrm): Promise<string> {
  const provider = createWhatsAppCloud({
    apiUrl,
    apiVersion: 'v26.0',
    phoneNumberId: SANDBOX.phoneNumberId,
    businessAccountId: SANDBOX.businessAccountId,
    accessToken: SANDBOX.accessToken,
  });
  const { ctx, setNow } = await createTestContext({ engine, provider });
  setNow(Date.now());
  await crm.introduce(ctx);
  const id = await setUpConsent(ctx, crm.complianceField);
  await engine.close();
  return id;
}
