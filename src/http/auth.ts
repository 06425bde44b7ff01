import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { readKeyCaller } from '../actions/api-keys.ts';
import type { Context } from '../actions/context.ts';
import { type Embedded, embedTokenEnded, isEmbedToken, readEmbedCaller } from '../actions/embed-tokens.ts';
import { Refusal } from '../actions/refusal.ts';
import { ADMIN_KEY_ID, type IssuedToken, readCaller, rotate, type Session } from '../actions/sessions.ts';
import type { Config } from '../config.ts';
import { nearestRole, type Right, type Role, rightsOf } from '../core/rights.ts';
import type { ApiKeyRow } from '../db/api-keys.ts';
import { createFailures } from './failures.ts';
import { tooManyRequests } from './problem.ts';
import { isOwnRequest, isSafeMethod } from './same-site.ts';

/**
 * Who makes a request. A key has the rights that are its scopes; `role` is then what it is closest to, for display.
 * `teams` are the ids of the teams whose conversations they see; null sees all.
 */
export interface Caller {
  kind: 'person' | 'key';
  id: string;
  name: string;
  role: Role;
  rights: ReadonlySet<Right>;
  teams: readonly string[] | null;
}

/** What a route demands: one right, any of several, only to be signed in, or nothing. */
export type Demand = Right | readonly Right[] | 'signed-in' | 'anyone';

export const SESSION_COOKIE = 'assent_session';

const KEY_CALLER: Caller = {
  kind: 'key',
  id: ADMIN_KEY_ID,
  name: 'API key',
  role: 'administrator',
  rights: rightsOf('administrator'),
  teams: null,
};
/** Wrong keys and dead sessions that one address may show per minute. */
const MOST_FAILURES = 60;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route under `/api` says it; one that does not cannot be registered. */
    right?: Demand;
  }
  interface FastifyRequest {
    /** Who asks. Reading it where nobody was authenticated is refused with 401. */
    caller: Caller;
    /** `session` is null for a key, and for a chat inside another application, which is a `frame`. */
    authenticated: {
      caller: Caller;
      sessionId: string | null;
      session: Session | null;
      frame: string | null;
    } | null;
  }
  interface FastifyInstance {
    /** An `onRequest` or `preHandler` hook: refuses with 401 whoever is not signed in and holds no key. */
    requireCaller: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  }
}

/**
 * Sessions by cookie; keys, and the tokens of chats inside other applications, as bearer tokens.
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
          const given = bearerOf(authorization);
          if (given !== null && isEmbedToken(given)) {
            // Only our own page in the frame has any business with it, not even to read.
            if (!isFramesOwn(request, config.publicUrl)) throw crossSite();
            const embedded = await readEmbedCaller(ctx, config.embedOrigins, given);
            if (embedded === null) throw await failed(request, reply, embedTokenEnded());
            const { family: frame } = embedded;
            request.authenticated = { caller: personCaller(embedded), sessionId: null, session: null, frame };
            return;
          }
          const caller = given === null ? null : await keyCaller(given);
          if (caller === null) throw await failed(request, reply, wrongKey());
          request.authenticated = { caller, sessionId: null, session: null, frame: null };
          return;
        }
        const token = request.cookies[SESSION_COOKIE];
        if (token === undefined || token === '') throw signedOutRefusal();
        if (!isSafeMethod(request.method) && !isOwnRequest(request, config.publicUrl)) throw crossSite();
        const session = token.length > 200 ? null : await readCaller(ctx, token);
        if (session === null) throw await failed(request, reply, signedOutRefusal());
        request.authenticated = {
          caller: personCaller(session),
          sessionId: session.id,
          session,
          frame: null,
        };
        if (!session.rotationDue) return;
        const issued = await rotate(ctx, token);
        if (issued !== null) setSessionCookie(reply, config, issued);
      });
    },
    { name: 'assent-auth', dependencies: ['@fastify/cookie', '@fastify/rate-limit'] },
  );

  async function keyCaller(given: string): Promise<Caller | null> {
    if (config.adminApiKey !== null && equalSecrets(given, config.adminApiKey)) return KEY_CALLER;
    const row = await readKeyCaller(ctx, given);
    return row === null ? null : callerOfKey(row);
  }
}

/** The token of an `Authorization` header; null where it holds something else. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

function isFramesOwn(request: FastifyRequest, publicUrl: string): boolean {
  const says = request.headers['sec-fetch-site'] !== undefined || !isSafeMethod(request.method);
  return !says || isOwnRequest(request, publicUrl);
}

/** Keys see every team's conversations; what they may do there is in their scopes. */
function callerOfKey({ id, name, scopes }: ApiKeyRow): Caller {
  const rights = new Set(scopes);
  return { kind: 'key', id, name, role: nearestRole(rights), rights, teams: null };
}

/** Administrators and auditors see every team's conversations. */
function personCaller({ person, rights }: Session | Embedded): Caller {
  const { id, name, role, teams } = person;
  return { kind: 'person', id, name, role, rights, teams: role === 'agent' ? teams : null };
}

/** Refuses to register a route of the API that does not say who may call it, or that the description leaves out (`onRoute`). */
export function demandRights({ url, method, config, schema }: RouteOptions): void {
  if (config?.right === undefined) throw new Error(`${String(method)} ${url} names no right`);
  if (schema?.hide === true) throw new Error(`${String(method)} ${url} hides from the description`);
}

/** The one place where rights are checked: an `onRequest` hook after `requireCaller`, for all of the API. */
export async function checkRight(request: FastifyRequest): Promise<void> {
  const demand = request.routeOptions.config.right;
  if (demand === undefined || demand === 'signed-in' || demand === 'anyone') return;
  requireRight(request.caller, ...(typeof demand === 'string' ? [demand] : demand));
}

/** Throws 403 unless the caller holds one of these rights. */
export function requireRight(caller: Caller, ...rights: Right[]): void {
  if (rights.some((right) => caller.rights.has(right))) return;
  const needed = rights.join('” or “');
  throw new Refusal(
    403,
    'not-allowed',
    caller.kind === 'key'
      ? `This API key has no scope “${needed}”.`
      : `You are signed in as ${caller.role}; this needs the right “${needed}”. An administrator can grant it.`,
  );
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
  new Refusal(
    401,
    'wrong-api-key',
    'This API key is none of this installation’s, or was revoked, or has expired.',
  );

/** Refuses what another site's page makes a browser send. For routes that people call before they are signed in. */
export async function requireOwnPage(request: FastifyRequest, publicUrl: string): Promise<void> {
  if (!isSafeMethod(request.method) && !isOwnRequest(request, publicUrl)) throw crossSite();
}

const crossSite = (): Refusal =>
  new Refusal(
    403,
    'cross-site-request',
    'This request did not come from a page of Assent. Use the API key for automation.',
  );
