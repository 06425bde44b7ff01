import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Events } from './events.ts';

const files: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'phone.css': 'text/css; charset=utf-8',
  'phone.js': 'text/javascript; charset=utf-8',
  'api.js': 'text/javascript; charset=utf-8',
  'bubble.js': 'text/javascript; charset=utf-8',
  'dom.js': 'text/javascript; charset=utf-8',
};

/** The page that looks like a customer's phone, and its live events. */
export function phoneRoutes(app: FastifyInstance, events: Events): void {
  app.get('/emulator/phone', async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await page('index.html')),
  );
  app.get('/emulator/phone/:file', async (request, reply) => {
    const { file } = z.object({ file: z.string() }).parse(request.params);
    const type = files[file];
    if (type === undefined) return reply.code(404).type('text/plain').send('Not found');
    return reply
      .type(type)
      .header('cache-control', 'no-cache')
      .send(await page(file));
  });
  app.get('/emulator/events', (_request, reply) => {
    // Headers that the host's hooks have set (its security headers) go along.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    events.add(reply.raw);
  });
}

function page(file: string): Promise<string> {
  return readFile(new URL(`./phone/${file}`, import.meta.url), 'utf8');
}
