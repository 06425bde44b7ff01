import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy between the nodes and what they depend on: it points elsewhere, cuts, and holds back. */
export interface TcpProxy {
  port: number;
  pointTo(port: number): void;
  /** Ends every connection; new ones are taken. */
  cut(): void;
  /** Passes nothing on for so long, in either direction, and breaks no connection. */
  hang(ms: number): void;
  close(): Promise<void>;
}

export async function createTcpProxy(target: number): Promise<TcpProxy> {
  let port = target;
  const pairs = new Set<[Socket, Socket]>();
  const hanging = new Set<[Socket, Socket]>();
  const server = createServer((inward) => {
    const outward = connect({ host: '127.0.0.1', port });
    const pair: [Socket, Socket] = [inward, outward];
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      inward.destroy();
      outward.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    inward.pipe(outward);
    outward.pipe(inward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    pointTo(next) {
      port = next;
    },
    cut() {
      for (const [inward] of [...pairs]) inward.destroy();
    },
    hang(ms) {
      // One that hangs already is left: piped twice afterwards, every byte of it would arrive twice.
      const held = [...pairs].filter((pair) => !hanging.has(pair));
      for (const pair of held) {
        const [inward, outward] = pair;
        hanging.add(pair);
        inward.unpipe(outward);
        outward.unpipe(inward);
      }
      setTimeout(() => {
        for (const pair of held) {
          const [inward, outward] = pair;
          hanging.delete(pair);
          if (inward.destroyed || outward.destroyed) continue;
          inward.pipe(outward);
          outward.pipe(inward);
        }
      }, ms);
    },
    async close() {
      for (const [inward] of [...pairs]) inward.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
