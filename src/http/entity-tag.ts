import type { FastifyReply } from 'fastify';

/** Names the state that is answered in `ETag` as well, which a change of it may carry back in `If-Match`. */
export function withTag<T extends { etag: string }>(reply: FastifyReply, shown: T): T {
  void reply.header('etag', shown.etag);
  return shown;
}
