import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { perform, refusal } from './api.ts';
import { countRequests, runBatch } from './batch.ts';
import { breakAnswer } from './broken-answers.ts';
import { type Answer, type Call, readPreferences, readQuery } from './call.ts';
import { badPayload, DataverseError } from './errors.ts';
import { BadBatch, readBatch } from './multipart.ts';
import { callerOf } from './security.ts';
import { UNVERIFIED } from './unverified.ts';
import type { World } from './world.ts';

/** The Web API under `/api/data/v9.x/`. */
export function apiRoutes(app: FastifyInstance, world: World): void {
  app.all('/api/data/:version(^v9\\.\\d$)/*', (request, reply) => answer(world, request, reply));
  app.all('/api/data/:version(^v9\\.\\d$)', (request, reply) => answer(world, request, reply));
}

async function answer(world: World, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const started = world.now();
  const log = {
    at: new Date(started).toISOString(),
    method: request.method,
    url: request.url,
    operations: 1,
  };
  const send = (made: Answer, user: string | null): FastifyReply => {
    world.requests.add({ ...log, status: made.status, user });
    return deliver(world, reply, made, user);
  };
  let call: Call;
  try {
    call = readCall(world, request);
  } catch (error) {
    return send(refusal(error, null), null);
  }
  const { real } = call.caller;
  const isBatch = call.path === '$batch' && call.method === 'POST';
  const text = isBatch && Buffer.isBuffer(request.body) ? request.body.toString() : '';
  if (isBatch) log.operations = operationsIn(call, text);
  let leave: (ms: number) => void;
  try {
    leave = world.limits.enter(real, world.settings().batchCountsMembers ? log.operations : 1);
  } catch (error) {
    return send(refusal(error, call), real);
  }
  reply.raw.once('close', () => leave(log.operations * world.settings().costMs));

  const fault = world.faults.take({ scope: 'api', method: call.method, url: request.url });
  if (fault && !fault.accepted) {
    world.requests.add({ ...log, status: 0, user: real });
    return breakAnswer(world, fault, reply, null);
  }
  let made: Answer;
  try {
    made = isBatch ? runBatch(call, text) : perform(call);
  } catch (error) {
    made = refusal(error, call);
  }
  if (fault?.kind === 'late') {
    await new Promise<void>((resolve) => world.work.after(fault.delayMs, resolve));
    return send(made, real);
  }
  if (fault) {
    world.requests.add({ ...log, status: made.status, user: real });
    const body =
      made.body === undefined ? '' : typeof made.body === 'string' ? made.body : JSON.stringify(made.body);
    return breakAnswer(world, fault, reply, body, made.status);
  }
  return send(made, real);
}

/** @throws DataverseError 401, 403, 400 */
function readCall(world: World, request: FastifyRequest): Call {
  const origin = `${request.protocol}://${request.host}`;
  const audiences = [origin, ...(world.options.organizationUrl ? [world.options.organizationUrl] : [])];
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const identity =
    bearer === undefined ? null : world.tokens.check(bearer, audiences, Math.floor(world.now() / 1000));
  if (!identity)
    throw new DataverseError(401, '', 'Unauthorized', {
      'www-authenticate': UNVERIFIED.unauthorized.wwwAuthenticate(
        `${origin}/${world.options.tenant}`,
        origin,
      ),
    });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  // The literal null means that the client has no cached data.
  if (headers['if-none-match'] === 'null') delete headers['if-none-match'];
  const [path = '', rawQuery = ''] = request.url.replace(/^\/api\/data\/v9\.\d\/?/, '').split(/\?(.*)/s);
  return {
    world,
    caller: callerOf(world, identity, headers),
    method: request.method,
    origin,
    path,
    rawQuery,
    query: readQuery(rawQuery),
    headers,
    prefer: readPreferences(headers.prefer),
    body: path === '$batch' ? undefined : readBody(path, request.body),
    contentIds: new Map(),
    afterCommit: [],
  };
}

function readBody(path: string, raw: unknown): unknown {
  if (!Buffer.isBuffer(raw) || raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString());
  } catch {
    throw badPayload(path, 'The body is not JSON.');
  }
}

function operationsIn(call: Call, text: string): number {
  try {
    return countRequests(readBatch(call.headers['content-type'], text));
  } catch (error) {
    if (error instanceof BadBatch) return 1;
    throw error;
  }
}

function deliver(world: World, reply: FastifyReply, made: Answer, user: string | null): FastifyReply {
  const left = user === null ? null : world.limits.left(user);
  reply.code(made.status).headers({
    'odata-version': '4.0',
    'cache-control': 'no-cache',
    'x-ms-service-request-id': randomUUID(),
    req_id: randomUUID(),
    'set-cookie': `ARRAffinity=${'0'.repeat(64)}; path=/; HttpOnly; SameSite=None; Secure`,
    ...(left === null
      ? {}
      : {
          'x-ms-ratelimit-burst-remaining-xrm-requests': String(left.requests),
          'x-ms-ratelimit-time-remaining-xrm-requests': `${left.ms / 1000}`,
        }),
    ...made.headers,
  });
  if (made.body === undefined) return reply.send();
  if (typeof made.body === 'string') return reply.send(made.body);
  return reply
    .header('content-type', 'application/json; odata.metadata=minimal')
    .send(JSON.stringify(made.body));
}
