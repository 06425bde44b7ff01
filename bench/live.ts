import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import type { Context } from '../src/actions/context.ts';
import { createSignInLink } from '../src/actions/sign-in.ts';
import { LIVE } from '../src/actions/transaction.ts';
import { ensurePerson } from '../src/db/people.ts';
import { EVERYONE, insertTeam, setMembers } from '../src/db/teams.ts';
import { openConnection } from './load.ts';
import { textFrom } from './webhooks.ts';

/**
 * Live hints to many agents. Each has a session and an event stream of their own; all of them see the conversations that
 * things happen in, so that each event is told to each of them. A time goes from the event to the line that names its
 * conversation, read at one agent's socket: with `notify` from right before the NOTIFY of a transaction of our own, with
 * `webhooks` from the first byte of a customer's signed webhook.
 */

export interface LiveFigures {
  /** Events a second that were done. */
  perSecond: number;
  /** Milliseconds from an event to its line, over all agents. */
  times: number[];
  /** Lines that should have come, and did not. One that says "any conversation" stands for all that were due. */
  missing: number;
  /** Hints of conversations that reached somebody who may not see them. */
  strayed: number;
  /** Processor time of the node, in parts of one processor. */
  processor: number;
}

const MOST_UNDER_WAY = 256;

export interface Agents {
  notify(seconds: number, rate: number): Promise<LiveFigures>;
  webhooks(seconds: number, rate: number): Promise<LiveFigures>;
  close(): Promise<void>;
}

interface Node {
  url: string;
  pid: number;
  database: string;
  ctx: Context;
}

interface Conversation {
  id: string;
  contactPointId: string;
  phone: string;
}

/** Signs in `count` agents who see every conversation, and one who sees none; `customers` have written before. */
export async function agentsOnline(node: Node, count: number, customers: number): Promise<Agents> {
  const client = new pg.Client({ connectionString: node.database });
  // The bench drops its database under whoever is left after an error.
  client.on('error', () => {});
  await client.connect();
  const conversations = await someConversations(node, client, customers);
  const { db } = node.ctx.database;
  const ids = Array.from({ length: count }, () => randomUUID());
  const stranger = randomUUID();
  for (const [n, id] of [...ids, stranger].entries())
    await ensurePerson(db, { id, name: `Agent ${n}`, role: 'agent' });
  await setMembers(db, EVERYONE, ids);
  const elsewhere = randomUUID();
  await insertTeam(db, elsewhere, 'Elsewhere', Date.now());
  await setMembers(db, elsewhere, [stranger]);

  let heard: (agent: number, conversation: string | null) => void = () => {};
  const streams: Socket[] = [];
  const coming = [...ids, stranger].entries();
  const come = async (): Promise<void> => {
    for (const [agent, id] of coming)
      streams.push(await openStream(node, id, (conversation) => heard(agent, conversation)));
  };
  await Promise.all(Array.from({ length: 8 }, come));

  /** Each conversation at most once, so that no event is told together with a later one of the same. */
  const measure = async (
    seconds: number,
    rate: number,
    happen: (conversation: Conversation) => Promise<unknown>,
  ): Promise<LiveFigures> => {
    const figures = { times: [] as number[], strayed: 0 };
    const began = new Map<string, number>();
    const known = ids.map(() => new Set<string>());
    heard = (agent, conversation) => {
      const lines = known[agent];
      if (conversation !== null && lines === undefined) figures.strayed += 1;
      for (const id of conversation === null ? began.keys() : [conversation]) {
        const at = began.get(id);
        if (at === undefined || lines === undefined || lines.has(id)) continue;
        lines.add(id);
        figures.times.push(performance.now() - at);
      }
    };
    const those = conversations.slice(0, seconds * rate);
    const processor = processorSeconds(node.pid);
    const start = performance.now();
    const work: Promise<unknown>[] = [];
    for (const [n, conversation] of those.entries()) {
      const wait = start + (n * 1_000) / rate - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      began.set(conversation.id, performance.now());
      const happens = happen(conversation);
      // It is awaited with the others, at the end.
      happens.catch(() => {});
      work.push(happens);
    }
    await Promise.all(work);
    const took = (performance.now() - start) / 1_000;
    const used = (processorSeconds(node.pid) - processor) / took;
    const expected = those.length * count;
    for (let turn = 0; figures.times.length < expected && turn < 50; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    heard = () => {};
    const missing = expected - figures.times.length;
    return { ...figures, perSecond: those.length / took, missing, processor: used };
  };

  return {
    notify: (seconds, rate) =>
      measure(seconds, rate, ({ id, contactPointId }) =>
        client.query('select pg_notify($1, $2)', [
          LIVE,
          JSON.stringify({ conversations: [id], contacts: [contactPointId], topics: [] }),
        ]),
      ),
    async webhooks(seconds, rate) {
      const all = await Promise.all(
        Array.from({ length: MOST_UNDER_WAY }, () => openConnection(`${node.url}/webhooks/whatsapp`)),
      );
      const free = [...all];
      const figures = await measure(seconds, rate, async ({ phone }) => {
        const connection = free.pop();
        if (connection === undefined) throw new Error(`more than ${MOST_UNDER_WAY} webhooks under way`);
        const status = await connection.post(textFrom(phone, 'And when will it come?'));
        free.push(connection);
        if (status !== 200) throw new Error(`a webhook answered ${status}`);
      });
      for (const connection of all) connection.close();
      return figures;
    },
    async close() {
      for (const stream of streams) stream.destroy();
      await client.end();
    },
  };
}

/** Customers write for the first time, each in a conversation that nobody answers yet. */
async function someConversations(node: Node, client: pg.Client, customers: number): Promise<Conversation[]> {
  const all = Array.from({ length: customers }, (_, n) => `1303${2_000_000 + n}`);
  const left = [...all];
  const writer = async (): Promise<void> => {
    const connection = await openConnection(`${node.url}/webhooks/whatsapp`);
    for (let phone = left.pop(); phone !== undefined; phone = left.pop())
      await connection.post(textFrom(phone, 'Is my order on its way?'));
    connection.close();
  };
  await Promise.all(Array.from({ length: 16 }, writer));
  const { rows } = await client.query<Conversation>(
    `select v.id, c.id as "contactPointId", substr(c.phone, 2) as phone
       from conversation v join contact_point c on c.id = v.contact_point_id where substr(c.phone, 2) = any($1) order by v.id`,
    [all],
  );
  if (rows.length < customers) throw new Error(`only ${rows.length} of ${customers} customers have a chat`);
  return rows;
}

/** Reads as little of a stream as tells which conversation a line names: the reader runs beside what is measured. */
async function openStream(
  { url, ctx }: Node,
  personId: string,
  heard: (conversation: string | null) => void,
): Promise<Socket> {
  const signedIn = await fetch(await createSignInLink(ctx, personId, url), { redirect: 'manual' });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.setEncoding('latin1');
  socket.write(`GET /api/events HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncookie: ${cookie}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let rest = '';
    let greeted = false;
    socket.once('error', reject);
    socket.on('data', (part: string) => {
      rest += part;
      const end = rest.lastIndexOf('\n\n');
      if (end < 0) return;
      const whole = rest.slice(0, end);
      rest = rest.slice(end);
      if (!greeted && whole.includes('event: hello')) {
        greeted = true;
        resolve(socket);
      }
      for (const [, conversation] of whole.matchAll(
        /"topic":"conversation"(?:,"conversationId":"([^"]+)")?/g,
      ))
        heard(conversation ?? null);
    });
  });
}

/** Seconds of a processor that a process has used. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // utime and stime, in hundredths on Linux.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
