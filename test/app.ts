import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { createIngest, type Ingest } from '../src/actions/ingest.ts';
import { createSignInLink, ensureSandboxPeople, SANDBOX_PEOPLE } from '../src/actions/sign-in.ts';
import { type Config, readConfig } from '../src/config.ts';
import type { Role } from '../src/core/rights.ts';
import { apiRoutes } from '../src/http/routes/api.ts';
import { createServer } from '../src/http/server.ts';
import type { OidcProvider } from '../src/ports.ts';
import { createTestContext, type TestContext } from './context.ts';

export interface TestApp extends TestContext {
  app: FastifyInstance;
  config: Config;
  /** Headers of a caller that holds the administrator's key. */
  key: { authorization: string };
  /** Makes a sign-in link of this person: its path and query. */
  link(role: Role): Promise<string>;
  /** Signs in and answers the cookie as a browser sends it back. */
  signIn(role: Role): Promise<string>;
}

export const ADMIN_API_KEY = 'a-key-for-tests-that-is-long-enough';
export const APP_SECRET = 'app-secret-for-tests';
export const VERIFY_TOKEN = 'verify-token-for-tests';

/** The whole HTTP side on a database of its own, with the sandbox's people and what a test replaces. */
export async function createTestApp(
  options: {
    env?: NodeJS.ProcessEnv;
    /** `api` has them all. */
    routes?: FastifyPluginAsyncZod | 'api';
    emulator?: FastifyPluginAsync;
    ingest?: (context: TestContext) => Ingest;
    ready?: () => Promise<{ ok: boolean; detail: string }>;
    webDist?: string;
    oidc?: OidcProvider;
    context?: TestContext;
  } = {},
): Promise<TestApp> {
  const read = readConfig({
    ADMIN_API_KEY,
    WHATSAPP_APP_SECRET: APP_SECRET,
    WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN,
    ...options.env,
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const context = options.context ?? (await createTestContext());
  const { ctx } = context;
  await ensureSandboxPeople(ctx);
  const app = await createServer({
    ctx,
    config: read.config,
    ingest: options.ingest?.(context) ?? createIngest(ctx),
    ready: options.ready ?? (async () => ({ ok: true, detail: 'ready' })),
    routes: options.routes === 'api' ? apiRoutes(ctx, read.config) : (options.routes ?? (async () => {})),
    ...(options.emulator === undefined ? {} : { emulator: options.emulator }),
    ...(options.webDist === undefined ? {} : { webDist: options.webDist }),
    ...(options.oidc === undefined ? {} : { oidc: options.oidc }),
  });
  const link = async (role: Role): Promise<string> => {
    const person = SANDBOX_PEOPLE.find((one) => one.role === role);
    return createSignInLink(ctx, person?.id ?? '', '');
  };
  return {
    ...context,
    app,
    config: read.config,
    key: { authorization: `Bearer ${ADMIN_API_KEY}` },
    link,
    async signIn(role) {
      const answer = await app.inject({ url: await link(role) });
      const cookie = answer.cookies[0];
      if (cookie === undefined) throw new Error(`the sign-in link answered ${answer.statusCode}`);
      return `${cookie.name}=${cookie.value}`;
    },
    async close() {
      await app.close();
      if (options.context === undefined) await context.close();
    },
  };
}
