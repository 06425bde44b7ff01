import { AsyncResource } from 'node:async_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Tracer, UNTRACED } from '../actions/tracer.ts';

/** Probes, and streams that last as long as a page. */
const QUIET = new Set(['/healthz', '/readyz', '/metrics', '/api/events']);

/** Each request is a span, by its route: addresses hold ids of records and tokens. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  if (tracer === UNTRACED) return;
  const places = new WeakMap<FastifyRequest, AsyncResource>();
  app.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    if (QUIET.has(route)) return done();
    const attributes = {
      'http.request.method': request.method,
      'http.route': route,
      'assent.request_id': request.id,
    };
    void tracer.span(`${request.method} ${route}`, { kind: 'server', attributes }, async (note) => {
      const closed = new Promise((resolve) => reply.raw.once('close', resolve));
      places.set(request, new AsyncResource('request'));
      done();
      await closed;
      note({ 'http.response.status_code': reply.statusCode });
    });
  });
  // What reads the body comes from the socket, not from the request.
  app.addHook('preValidation', (request, _reply, done) => {
    const place = places.get(request);
    if (place === undefined) done();
    else place.runInAsyncScope(done);
  });
}
