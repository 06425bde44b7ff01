import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  fastify,
  LogController,
} from 'fastify';
import { type FastifyPluginAsyncZod, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Context } from '../actions/context.ts';
import type { Ingest } from '../actions/ingest.ts';
import type { Config } from '../config.ts';
import type { OidcProvider } from '../ports.ts';
import { describeApi } from './api-description.ts';
import { checkRight, createAuth, demandRights } from './auth.ts';
import { createCeilings } from './ceilings.ts';
import { answerClientError } from './client-errors.ts';
import { guardEmulator } from './emulator-guard.ts';
import { createHealth, type Readiness, type Vitals } from './health.ts';
import { createLive } from './live.ts';
import { installProblems, problemOf, sendProblem } from './problem.ts';
import { bareHeaders, installSecurityHeaders } from './security-headers.ts';
import { signInRoutes, signOutRoute } from './sign-in.ts';
import { signInApi } from './sign-in-api.ts';
import { signInOidc } from './sign-in-oidc.ts';
import { refuseUnstorableText } from './storable-text.ts';
import { traceRequests } from './traces.ts';
import { installWebApp } from './web-app.ts';
import { openWebhookLane } from './webhook-lane.ts';
import { createWebhooks } from './webhooks.ts';

export interface ServerDependencies {
  ctx: Context;
  config: Config;
  ingest: Ingest;
  ready: () => Promise<Readiness>;
  /** How this process does, for the metrics. */
  vitals?: () => Vitals;
  /** The node was told to stop: clients are told with each answer to come by another connection. */
  stopping?: () => boolean;
  /** The calls of the API, under `/api` and behind the check who calls. */
  routes: FastifyPluginAsyncZod;
  /** Sandbox only: all of the emulator's routes, at the root. */
  emulator?: FastifyPluginAsync;
  /** Where OpenID Connect is configured. */
  oidc?: OidcProvider | null;
  /** Where the built pages are; tests bring their own. */
  webDist?: string;
}

/** Enough for any JSON of the API; routes that take files say more. */
const BODY_LIMIT = 1024 * 1024;

/** The whole HTTP side, ready to listen. Closing it ends live streams and lets requests under way finish. */
export async function createServer(deps: ServerDependencies): Promise<FastifyInstance> {
  const { ctx, config, oidc = null } = deps;
  const logger: FastifyBaseLogger = ctx.log;
  const https = config.publicUrl.startsWith('https:');
  const app = fastify({
    loggerInstance: logger,
    // Fastify's own lines hold whole addresses, and those hold sign-in and verify tokens.
    logController: new LogController({ disableRequestLogging: true }),
    // Ids from outside could forge the log.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 120_000,
    // What still comes by a connection that is open when the node stops is done, not turned away.
    return503OnClosing: false,
    trustProxy: config.trustedProxies.length > 0 && config.trustedProxies,
    routerOptions: { maxParamLength: 300 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) =>
      sendProblem(bareHeaders(reply, { https }), problemOf(error, request)),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (deps.stopping?.() === true) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    const line = {
      method,
      route: routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 400) request.log.info(line, 'request');
    else request.log.debug(line, 'request');
  });
  traceRequests(app, ctx.tracer);
  installProblems(app);
  await installSecurityHeaders(app, { https });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await describeApi(app, config);

  const live = createLive(ctx);
  // Streams would keep the server from closing.
  app.addHook('preClose', () => live.close());
  closeSilentConnections(app);
  await app.register(createAuth(ctx, config));
  signInRoutes(app, ctx, config, live.endSessions);
  await app.register(createHealth(ctx, config, deps.ready, deps.vitals));
  await app.register(createWebhooks(ctx, config, deps.ingest), { prefix: '/webhooks' });
  openWebhookLane(app.server, ctx, config, deps.ingest, () => deps.stopping?.() === true);
  await app.register(
    async (api) => {
      api.addHook('onSend', async (_request, reply) => {
        // Answers are about people and about now; nothing may keep them.
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
      });
      api.addHook('onRoute', demandRights);
      api.get('/openapi.json', { config: { right: 'anyone' }, schema: { tags: ['Description'] } }, async () =>
        app.swagger(),
      );
      await api.register(signInApi(ctx, config, live.endSessions));
      if (oidc !== null) await api.register(signInOidc(ctx, config, oidc, live.endSessions));
      await api.register(async (inside) => {
        inside.addHook('onRequest', inside.requireCaller);
        inside.addHook('onRequest', checkRight);
        inside.addHook('onRequest', createCeilings(inside, config));
        signOutRoute(inside, ctx, config, oidc, live.endSessions);
        await inside.register(live.plugin);
        await inside.register(async (calls) => {
          calls.addHook('preValidation', refuseUnstorableText);
          await calls.register(deps.routes);
        });
      });
    },
    { prefix: '/api' },
  );
  if (deps.emulator !== undefined) await app.register(guardEmulator(deps.emulator));
  await installWebApp(app, { dist: deps.webDist, embedOrigins: config.embedOrigins });
  return app;
}

/**
 * Browsers connect ahead of need, and some who connect never ask. Node takes such a connection for one with a request
 * under way and waits a minute for it when the server closes.
 */
function closeSilentConnections(app: FastifyInstance): void {
  const silent = new Set<Socket>();
  app.server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  app.server.on('request', ({ socket }) => silent.delete(socket));
  app.addHook('preClose', async () => {
    for (const socket of silent) socket.destroy();
  });
}
