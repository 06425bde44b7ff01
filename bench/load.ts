import { connect, type Socket } from 'node:net';
import { quantile, sign } from './webhooks.ts';

/**
 * Load that costs this machine little: sockets that write HTTP/1.1 by hand and read no more of an answer than its status
 * and its length. What the load costs is missing to what is measured, on the same two cores.
 */
export interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** One keep-alive connection; one request at a time. */
export interface Connection {
  post(body: string): Promise<number>;
  close(): void;
}

export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port, pathname } = new URL(url);
  const socket = await connected(connect({ host: hostname, port: Number(port), noDelay: true }));
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (part: string) => {
    received += part;
    const status = answered(received);
    if (status === null) return;
    received = '';
    const done = waiting;
    waiting = null;
    done?.resolve(status);
  });
  const lost = (): void => waiting?.reject(new Error(`${url} closed the connection`));
  socket.on('error', lost);
  socket.on('close', lost);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n`;
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        const length = Buffer.byteLength(body);
        socket.write(`${head}content-length: ${length}\r\nx-hub-signature-256: ${sign(body)}\r\n\r\n${body}`);
      }),
    close: () => socket.destroy(),
  };
}

/** The status of a whole answer; null while some of it is still to come. */
function answered(text: string): number | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end).toLowerCase();
  const length = /content-length: (\d+)/.exec(head)?.[1];
  const whole =
    length === undefined
      ? !head.includes('transfer-encoding: chunked') || text.endsWith('0\r\n\r\n')
      : text.length >= end + 4 + Number(length);
  return whole ? Number(head.slice(9, 12)) : null;
}

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Closed loop: `connections` clients, each sends the next webhook when it has its answer; several addresses share them. */
export async function closedLoop(
  urls: string | readonly string[],
  seconds: number,
  connections: number,
  nextBody: () => string,
): Promise<Load> {
  const all = typeof urls === 'string' ? [urls] : urls;
  const opened = await Promise.all(
    Array.from({ length: connections }, (_, n) => openConnection(all[n % all.length] ?? '')),
  );
  const times: number[] = [];
  let failed = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const client = async (connection: Connection): Promise<void> => {
    while (performance.now() < until) {
      const started = performance.now();
      const status = await connection.post(nextBody());
      if (status === 200) times.push(performance.now() - started);
      else failed += 1;
    }
    connection.close();
  };
  await Promise.all(opened.map(client));
  const took = (performance.now() - began) / 1_000;
  return {
    perSecond: times.length / took,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    failed,
  };
}

/**
 * Open loop: `rate` webhooks a second, each due when it is due, however late the answers are; one that finds all connections
 * taken waits for one, and its time counts from when it was due.
 */
export async function openLoop(
  url: string,
  seconds: number,
  rate: number,
  nextBody: () => string,
): Promise<Load & { times: number[] }> {
  const free = await Promise.all(Array.from({ length: 64 }, () => openConnection(url)));
  const all = [...free];
  const waiting: (() => void)[] = [];
  const times: number[] = [];
  let failed = 0;
  const send = async (body: string, due: number): Promise<void> => {
    if (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const connection = free.pop();
    if (connection === undefined) throw new Error('a connection that was just given back is gone');
    const status = await connection.post(body);
    free.push(connection);
    waiting.shift()?.();
    if (status === 200) times.push(performance.now() - due);
    else failed += 1;
  };
  const began = performance.now();
  const work: Promise<void>[] = [];
  for (let n = 0; n < seconds * rate; n += 1) {
    const due = began + (n * 1_000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    work.push(send(nextBody(), due));
  }
  await Promise.all(work);
  const took = (performance.now() - began) / 1_000;
  for (const connection of all) connection.close();
  return {
    perSecond: times.length / took,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    failed,
    times,
  };
}
