import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Context } from '../actions/context.ts';
import { Refusal } from '../actions/refusal.ts';
import { type IssuedToken, readCaller, rotate } from '../actions/sign-in.ts';
import type { Config } from '../config.ts';
import { createFailures } from './failures.ts';
import { tooManyRequests } from './problem.ts';
import { isOwnRequest, isSafeMethod } from './same-site.ts';

export type Role = 'administrator' | 'agent' | 'auditor';

/** Who makes a request. */
export type Caller =
  | { kind: 'person'; id: string; name: string; role: Role }
  | { kind: 'key'; id: 'admin-api-key'; name: 'API key'; role: 'administrator' };

export const SESSION_COOKIE = 'assent_session';

const KEY_CALLER: Caller = { kind: 'key', id: 'admin-api-key', name: 'API key', role: 'administrator' };
/** Wrong keys and dead sessions that one address may show per minute. */
const MOST_FAILURES = 60;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Reading it where nobody was authenticated is refused with 401. */
    caller: Caller;
    authenticated: { caller: Caller; sessionId: string | null } | null;
  }
  interface FastifyInstance {
    /** An `onRequest` or `preHandler` hook: refuses with 401 whoever is not signed in and holds no key. */
    requireCaller: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  }
}

/**
 * Sessions by cookie and the administrator's key as a bearer token.
 *
 * The cookie is `SameSite=Lax`, not `Strict`: links to a download or to the phone page from a mail, a chat or the CRM
 * must find the session, and a GET changes nothing here. What does change something is protected by `isOwnRequest`.
 */
export function createAuth(ctx: Context, config: Config) {
  return fastifyPlugin(
    async (app: FastifyInstance) => {
      const failures = createFailures(app, MOST_FAILURES);
      const failed = async (
        request: FastifyRequest,
        reply: FastifyReply,
        refusal: Refusal,
      ): Promise<Refusal> => {
        const seconds = await failures.count(request);
        if (seconds === 0) return refusal;
        reply.header('retry-after', String(seconds));
        const { status, code, detail } = tooManyRequests(seconds);
        return new Refusal(status, code, detail);
      };

      app.decorateRequest('authenticated', null);
      app.decorateRequest('caller', {
        getter(this: FastifyRequest): Caller {
          if (this.authenticated === null) throw signedOutRefusal();
          return this.authenticated.caller;
        },
      });

      app.decorate('requireCaller', async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
        if (request.authenticated !== null) return;
        const { authorization } = request.headers;
        if (authorization !== undefined) {
          if (!isKey(authorization, config.adminApiKey)) throw await failed(request, reply, wrongKey());
          request.authenticated = { caller: KEY_CALLER, sessionId: null };
          return;
        }
        const token = request.cookies[SESSION_COOKIE];
        if (token === undefined || token === '') throw signedOutRefusal();
        if (!isSafeMethod(request.method) && !isOwnRequest(request, config.publicUrl)) throw crossSite();
        const session = token.length > 200 ? null : await readCaller(ctx, token);
        if (session === null) throw await failed(request, reply, signedOutRefusal());
        request.authenticated = { caller: { kind: 'person', ...session.person }, sessionId: session.id };
        if (!session.rotationDue) return;
        const issued = await rotate(ctx, token);
        if (issued !== null) setSessionCookie(reply, config, issued);
      });
    },
    { name: 'assent-auth', dependencies: ['@fastify/cookie', '@fastify/rate-limit'] },
  );

  function isKey(authorization: string, key: string | null): boolean {
    const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    return given !== undefined && key !== null && equalSecrets(given, key);
  }
}

/** A `preHandler` of a route: one of these roles, or 403. Runs after `requireCaller`. */
export function requireRole(...roles: Role[]): preHandlerAsyncHookHandler {
  return async (request) => {
    if (!roles.includes(request.caller.role)) throw notAllowed(request.caller.role, roles);
  };
}

/** An auditor reads and changes nothing: an `onRequest` hook after `requireCaller`, for all of the API. */
export async function refuseChangesByAuditors(request: FastifyRequest): Promise<void> {
  if (!isSafeMethod(request.method) && request.caller.role === 'auditor')
    throw notAllowed('auditor', ['administrator', 'agent']);
}

function notAllowed(role: Role, roles: readonly Role[]): Refusal {
  const need = roles.map((one) => `an ${one}`).join(' or ');
  return new Refusal(403, 'not-allowed', `You are signed in as ${role}; this needs ${need}.`);
}

/** Sets the header at once: `reply.setCookie` waits for a hook that streams never reach. */
export function setSessionCookie(reply: FastifyReply, config: Config, issued: IssuedToken): void {
  const options = { ...cookieOptions(config), maxAge: Math.floor(issued.life / 1000) };
  reply.header('set-cookie', reply.server.serializeCookie(SESSION_COOKIE, issued.token, options));
}

export function clearSessionCookie(reply: FastifyReply, config: Config): void {
  reply.clearCookie(SESSION_COOKIE, cookieOptions(config));
}

function cookieOptions(config: Config) {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: config.publicUrl.startsWith('https:'),
  } as const;
}

/** Equal in constant time, whatever the lengths. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const signedOutRefusal = (): Refusal =>
  new Refusal(401, 'signed-out', 'You are signed out. Open your sign-in link again, or send the API key.');

const wrongKey = (): Refusal =>
  new Refusal(401, 'wrong-api-key', 'The API key is not the one of this installation (ADMIN_API_KEY).');

const crossSite = (): Refusal =>
  new Refusal(
    403,
    'cross-site-request',
    'This request did not come from a page of Assent. Use the API key for automation.',
  );
