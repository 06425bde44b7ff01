import type { FastifyInstance } from 'fastify';

/** Between two looks for connections whose request has been answered since. ms */
const LOOK_EVERY_MS = 50;

/**
 * Takes no more connections, lets the requests under way finish, and resolves when the last connection is gone. What takes
 * longer than `mostMs` is cut: a stop must end before whoever asked for it loses patience.
 */
export async function closeServer(app: FastifyInstance, mostMs: number): Promise<void> {
  // A connection that is kept alive after its answer would hold the server for as long as it is kept.
  const idle = setInterval(() => app.server.closeIdleConnections(), LOOK_EVERY_MS);
  const late = setTimeout(() => {
    app.log.warn({ mostMs }, 'requests under way are cut: they take too long for the stop');
    app.server.closeAllConnections();
  }, mostMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}
