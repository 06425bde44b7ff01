import { createServer } from 'node:http';

/**
 * WhatsApp's side at little cost: takes every message at once, checks nothing, and tells its parent what it took
 * (`{id, to, callback}[]`), so that statuses can follow. `SINK_LATENCY_MS` makes it answer later, as Meta does.
 */
const latency = Number(process.env.SINK_LATENCY_MS ?? 0);
let taken: { id: string; to: string; callback: string }[] = [];
let count = 0;
setInterval(() => {
  if (taken.length === 0) return;
  process.send?.(taken);
  taken = [];
}, 20).unref();

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method !== 'POST') return response.end('{"data":[]}');
    const body = Buffer.concat(parts).toString();
    count += 1;
    const id = `wamid.sink.${process.pid}.${count}`;
    const to = /"to":"([^"]+)"/.exec(body)?.[1] ?? '';
    const callback = /"biz_opaque_callback_data":"([^"]+)"/.exec(body)?.[1] ?? '';
    taken.push({ id, to, callback });
    const answer = (): void =>
      void response.end(`{"messaging_product":"whatsapp","messages":[{"id":"${id}"}]}`);
    if (latency > 0) setTimeout(answer, latency);
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('disconnect', () => process.exit(0));
