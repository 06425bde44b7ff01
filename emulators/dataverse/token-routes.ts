import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { breakAnswer } from './broken-answers.ts';
import type { World } from './world.ts';

const tenantParams = z.object({ tenant: z.string() });
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The part of Entra ID that hands out application tokens. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export function tokenRoutes(app: FastifyInstance, world: World): void {
  const base = '/:tenant([0-9a-f-]{36}|common|organizations|[\\w.-]+\\.onmicrosoft\\.com)';
  app.get(`${base}/v2.0/.well-known/openid-configuration`, async (request) => {
    const { tenant } = tenantParams.parse(request.params);
    const here = `${request.protocol}://${request.host}/${tenant}`;
    return {
      token_endpoint: `${here}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${here}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${here}/v2.0`,
      authorization_endpoint: `${here}/oauth2/v2.0/authorize`,
      tenant_region_scope: 'EU',
      cloud_instance_name: 'microsoftonline.com',
    };
  });
  for (const path of ['discovery/v2.0/keys', 'jwks'])
    app.get(`${base}/${path}`, async () => world.tokens.keys());
  app.post(`${base}/oauth2/v2.0/token`, async (request, reply) => {
    const fault = world.faults.take({ scope: 'token', method: 'POST', url: request.url });
    if (fault && !fault.accepted) return breakAnswer(world, fault, reply, null);
    const { status, body } = grant(world, request);
    if (fault) return breakAnswer(world, fault, reply, JSON.stringify(body), status);
    return answer(reply, status, body);
  });
}

function answer(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store, no-cache', 'x-ms-request-id': randomUUID() })
    .send(body);
}

function grant(world: World, request: FastifyRequest): { status: number; body: object } {
  const { options } = world;
  const { tenant } = tenantParams.parse(request.params);
  const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString() : '');
  const clientId = form.get('client_id') ?? '';
  const refuse = (status: number, error: string, number: number, text: string) => ({
    status,
    body: {
      error,
      error_description: `AADSTS${number}: ${text} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()} Timestamp: ${new Date(world.now()).toISOString().replace('T', ' ')}`,
      error_codes: [number],
      timestamp: new Date(world.now()).toISOString().replace('T', ' '),
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    },
  });
  if (tenant !== options.tenant)
    return refuse(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
  if (form.get('grant_type') !== 'client_credentials')
    return refuse(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
  if (clientId !== options.clientId)
    return refuse(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'.`,
    );
  const now = Math.floor(world.now() / 1000);
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    const fault =
      form.get('client_assertion_type') === JWT_BEARER
        ? world.tokens.assertionFault(
            assertion,
            options.certificates,
            clientId,
            Math.floor(Date.now() / 1000),
          )
        : 'The assertion is of another type.';
    if (fault !== null)
      return refuse(
        401,
        'invalid_client',
        700027,
        `Client assertion contains an invalid signature. [Reason - ${fault}]`,
      );
  } else if (form.get('client_secret') !== options.clientSecret)
    return refuse(
      401,
      'invalid_client',
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    );
  const scope = form.get('scope') ?? '';
  if (!/\/\.default$/.test(scope))
    return refuse(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const resource = scope.replace(/\/\.default$/, '');
  if (!URL.canParse(resource))
    return refuse(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant named Contoso.`,
    );
  const lifetime = world.settings().tokenLifetime;
  return {
    status: 200,
    body: {
      token_type: 'Bearer',
      expires_in: lifetime,
      ext_expires_in: lifetime,
      access_token: world.tokens.issue(resource, `https://sts.windows.net/${tenant}/`, now, lifetime),
    },
  };
}
