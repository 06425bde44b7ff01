import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordDecision } from '../../src/actions/record-consent.ts';
import { Refusal } from '../../src/actions/refusal.ts';
import { sendMessage } from '../../src/actions/send-message.ts';
import { rightsOf } from '../../src/core/rights.ts';
import { threadPage } from '../../src/db/thread.ts';
import { onServer } from '../db/database.ts';
import {
  type Call,
  chanceOf,
  type Node,
  pause,
  recordingWhatsApp,
  startNode,
  textDelivery,
} from './nodes.ts';

/**
 * No refusal is outrun. Random interleavings of {refusal webhook, queued sends, retries, worker restarts} on PostgreSQL with
 * three nodes: once the refusal was acknowledged, no call to WhatsApp begins for that customer but its automatic answer
 * (there is none here) and Consent Templates (none are sent here). `FAULT_ROUNDS` and `FAULT_SEED` repeat a run.
 */
const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1_000);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);
/** Interleavings that run at the same time, as customers do. */
const TOGETHER = 16;

const reachable = await onServer(server, 'select 1').then(
  () => true,
  () => false,
);

describe.skipIf(!reachable)('a refusal against everything that is under way', () => {
  const name = `assent_faults_${randomBytes(5).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const calls: Call[] = [];
  let nodes: Node[] = [];

  beforeAll(async () => {
    await onServer(server, `create database ${name}`);
    const whatsapp = recordingWhatsApp(calls, chanceOf(SEED));
    nodes = [
      await startNode(url.href, whatsapp),
      await startNode(url.href, whatsapp),
      await startNode(url.href, whatsapp),
    ];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await onServer(server, `drop database if exists ${name} with (force)`);
  });

  test(`${ROUNDS} interleavings from seed ${SEED}`, async () => {
    const rounds: Round[] = [];
    for (let first = 0; first < ROUNDS; first += TOGETHER)
      rounds.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(TOGETHER, ROUNDS - first) }, (_, offset) =>
            interleave(nodes, SEED + first + offset),
          ),
        )),
      );
    const outrun = rounds.flatMap((round) =>
      calls
        .filter((call) => call.to === round.phone && call.startedAt > round.acknowledgedAt)
        .map((call) => ({ ...call, ...round })),
    );
    expect(outrun).toEqual([]);
    expect(blindRepeats(calls)).toEqual([]);
    const sent = calls.filter((call) => rounds.some((round) => round.phone === call.to)).length;
    console.log(
      `${rounds.length} interleavings, ${sent} hand-overs, ${rounds.filter((round) => round.cancelled > 0).length} with queued messages cancelled`,
    );
    // A run in which nothing was under way would prove nothing.
    expect(rounds.some((round) => round.cancelled > 0)).toBe(true);
    expect(sent).toBeGreaterThan(rounds.length / 4);
  });
});

interface Round {
  seed: number;
  phone: string;
  acknowledgedAt: number;
  cancelled: number;
}

async function interleave(nodes: readonly Node[], seed: number): Promise<Round> {
  const chance = chanceOf(seed);
  const any = (): Node => {
    const node = nodes[Math.floor(chance() * nodes.length)];
    if (node === undefined) throw new Error('no nodes');
    return node;
  };
  const phone = `+1202${String(2_000_000 + (seed % 7_000_000)).padStart(7, '0')}`;
  await any().ingest.submit(textDelivery(phone, 'Hello', `wamid.hello.${seed}`, Date.now() - 5_000));
  await recordDecision(
    any().ctx,
    { to: { phone }, purpose: 'service', decision: 'granted', evidence: { text: 'agreed at the counter' } },
    { id: 'test', name: 'Test' },
  );
  let acknowledgedAt = Number.POSITIVE_INFINITY;
  let conversationId = '';
  const send = async (index: number): Promise<void> => {
    await pause(chance() * 40);
    try {
      const sender = {
        id: 'test',
        name: 'Test',
        path: 'api' as const,
        rights: rightsOf('agent'),
        actor: null,
      };
      const message = await sendMessage(
        any().ctx,
        { to: { phone }, text: `message ${index}` },
        sender,
        `${seed}/${index}`,
      );
      conversationId = message.conversationId;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  };
  const refuse = async (): Promise<void> => {
    await pause(chance() * 45);
    const delivery = textDelivery(phone, 'STOP', `wamid.stop.${seed}`, Date.now());
    await any().ingest.submit(delivery);
    acknowledgedAt = performance.now();
    // WhatsApp delivers at least once.
    if (chance() < 0.3) await any().ingest.submit(delivery);
  };
  const restart = async (): Promise<void> => {
    await pause(chance() * 40);
    if (chance() < 0.1) await any().restart();
  };
  await Promise.all([
    ...Array.from({ length: 1 + Math.floor(chance() * 5) }, (_, index) => send(index)),
    refuse(),
    restart(),
  ]);
  return { seed, phone, acknowledgedAt, cancelled: await settled(nodes[0], conversationId) };
}

/** Waits until nothing of the chat is queued or under way; answers how many messages were cancelled. */
async function settled(node: Node | undefined, conversationId: string): Promise<number> {
  if (node === undefined || conversationId === '') return 0;
  for (let turn = 0; turn < 400; turn += 1) {
    const rows = await threadPage(node.ctx.database.db, conversationId, null, 50);
    if (!rows.some((row) => row.status === 'queued' || row.status === 'handing-over'))
      return rows.filter((row) => row.status === 'cancelled').length;
    await pause(10);
  }
  throw new Error('messages stay queued');
}

/** Calls that repeat a message whose last outcome did not say that nothing was taken. */
function blindRepeats(calls: readonly Call[]): Call[] {
  const last = new Map<string, Call>();
  return calls.filter((call) => {
    const before = last.get(call.messageId);
    last.set(call.messageId, call);
    return before !== undefined && before.outcome !== 'throttled';
  });
}
