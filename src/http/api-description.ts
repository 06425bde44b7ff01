import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import type { Config } from '../config.ts';
import { SUMMARIES } from './api-summaries.ts';
import { SESSION_COOKIE } from './auth.ts';
import { Problem } from './schemas/common.ts';

const ANY_PROBLEM = {
  description: 'Anything else: a problem with its stable code',
  content: { 'application/problem+json': { schema: Problem } },
};

/** Describes the calls under `/api` as OpenAPI 3.1, from the schemas that check them. Must come before the routes. */
export async function describeApi(app: FastifyInstance, config: Config): Promise<void> {
  const transform = createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: 'any' } });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Assent',
        version: config.version,
        description:
          'Consent-aware WhatsApp desk. Times are ISO 8601 in UTC, phones E.164 with +, ids opaque. Lists that grow take `limit` and `cursor` and answer `items` and `nextCursor`; short ones answer all of their `items`. `x-right` of each call is the right it takes (one of several where it is a list), `signed-in` or `anyone`; who has it not is answered 403 `not-allowed`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: config.publicUrl }],
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A key made under Configuration, API keys, with the rights it was given; or ADMIN_API_KEY, with every right',
          },
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform(document) {
      const { url, schema } = document;
      if (!url.startsWith('/api/')) return { schema: { hide: true }, url };
      const response = { ...Object(schema?.response), default: ANY_PROBLEM };
      const summary = SUMMARIES[`${document.route.method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`];
      const described = transform({
        ...document,
        schema: { ...schema, ...(summary === undefined ? {} : { summary }), response },
      });
      const { right } = document.route.config ?? {};
      if (right === undefined) return described;
      const security = right === 'anyone' ? { security: [] } : {};
      return { ...described, schema: { ...described.schema, ...security, 'x-right': right } };
    },
  });
}
