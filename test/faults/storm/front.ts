import { createServer, request } from 'node:http';

/** What stands before the nodes, as a load balancer does; it writes down when WhatsApp gets a 200 for a webhook. */
export interface Front {
  url: string;
  setNodes(urls: readonly string[]): void;
  /** ms since 1970 of the first 200 for a webhook that holds this message. */
  acknowledgedAt(whatsappId: string): number | null;
  close(): Promise<void>;
}

export async function createFront(): Promise<Front> {
  let nodes: readonly string[] = [];
  let turn = 0;
  const acknowledged = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => {});
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const node = nodes[turn % Math.max(1, nodes.length)];
      turn += 1;
      const failed = (): void => {
        if (!outgoing.headersSent) outgoing.writeHead(502);
        outgoing.end();
      };
      if (node === undefined) return failed();
      const forward = request(
        `${node}${incoming.url ?? ''}`,
        { method: incoming.method ?? 'GET', headers: incoming.headers, agent: false, timeout: 8_000 },
        (answer) => {
          if (answer.statusCode === 200 && incoming.url === '/webhooks/whatsapp')
            for (const [id] of body.toString().matchAll(/wamid\.[A-Za-z0-9+/=_-]+/g))
              if (!acknowledged.has(id)) acknowledged.set(id, Date.now());
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
          answer.on('error', () => outgoing.destroy());
        },
      );
      forward.on('timeout', () => forward.destroy());
      forward.on('error', failed);
      forward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    setNodes(urls) {
      nodes = urls;
    },
    acknowledgedAt: (id) => acknowledged.get(id) ?? null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
