import { createHmac, timingSafeEqual } from 'node:crypto';
import { fastify } from 'fastify';
import { SECRET } from './webhooks.ts';

/** The machine's own limit for signed webhooks: HTTP, HMAC over the raw bytes, JSON.parse, 200; nothing stored. */
const app = fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/webhooks/whatsapp', async (request, reply) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const wanted = Buffer.from(`sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`);
  const given = Buffer.from(String(request.headers['x-hub-signature-256']));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return reply.code(401).send();
  JSON.parse(body.toString());
  return reply.send('');
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
