import { gzipSync } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { refusal } from './api.ts';
import type { Fault } from './faults.ts';
import type { World } from './world.ts';

const PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';

/**
 * Sends what a fault makes of an answer.
 * @param text the body there would have been; null where the work was not done
 */
export function breakAnswer(
  world: World,
  fault: Fault,
  reply: FastifyReply,
  text: string | null,
  status = 200,
): FastifyReply {
  const whole =
    text === null || text === '' ? '{"@odata.context":"https://contoso/api/data/v9.2/$metadata#x"}' : text;
  const half = whole.slice(0, Math.ceil(whole.length / 2));
  switch (fault.kind) {
    case '429':
    case '401':
    case 'status':
    case 'code': {
      const answer = refusal(world.faults.errorOf(fault), null);
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    }
    case 'html':
      return reply.code(200).type('text/html; charset=utf-8').send(PAGE);
    case 'truncated':
      return reply.code(200).type('application/json; odata.metadata=minimal').send(half);
    case 'gzip-broken': {
      const packed = gzipSync(whole);
      return reply
        .code(200)
        .headers({ 'content-type': 'application/json; odata.metadata=minimal', 'content-encoding': 'gzip' })
        .send(Buffer.concat([packed.subarray(0, 12), Buffer.alloc(24, 0xff)]));
    }
    case 'cut':
      reply.hijack();
      reply.raw.socket?.destroy();
      return reply;
    case 'cut-body':
      reply.hijack();
      reply.raw.writeHead(status === 204 ? 200 : status, {
        'content-type': 'application/json; odata.metadata=minimal',
        'content-length': Buffer.byteLength(whole),
      });
      reply.raw.write(half, () => reply.raw.socket?.destroy());
      return reply;
    default: {
      // hang: no answer, until the other side or the host gives up.
      reply.hijack();
      const { socket } = reply.raw;
      if (socket) {
        world.hungSockets.add(socket);
        socket.once('close', () => world.hungSockets.delete(socket));
      }
      return reply;
    }
  }
}
