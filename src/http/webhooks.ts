import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { hintRecord, noteRefusedHint } from '../actions/crm-hints.ts';
import type { Ingest } from '../actions/ingest.ts';
import { storeInvalid } from '../actions/retry-inbox.ts';
import type { Config } from '../config.ts';
import { equalSecrets } from './auth.ts';
import { createFailures } from './failures.ts';
import { sendProblem, tooManyRequests } from './problem.ts';
import { MOST_BYTES, parseJson, readWebhook } from './read-webhook.ts';
import { triedBefore } from './webhook-lane.ts';

/** Bad signatures or verify tokens that one address may show per minute. Who signs well is never counted. */
const MOST_FAILURES = 60;

const Handshake = z.object({
  'hub.mode': z.literal('subscribe'),
  'hub.verify_token': z.string(),
  'hub.challenge': z.string().min(1).max(1000),
});

const DataverseQuery = z.object({ code: z.string().optional() });
/** What is left of a message over 256 KB holds these too. */
const DataverseHint = z.looseObject({
  // PostgreSQL keeps no text with a zero in it: it would be answered with 503 and sent again for ever.
  PrimaryEntityName: z.string().regex(/^[^\0]{1,100}$/),
  PrimaryEntityId: z.guid(),
});

/**
 * Where Meta calls us. A 200 says "stored for good", and nothing else does: what cannot be stored now is answered with
 * 503, and Meta sends it again (for up to seven days).
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
 */
export function createWebhooks(ctx: Context, config: Config, ingest: Ingest): FastifyPluginAsync {
  return async (app) => {
    const failures = createFailures(app, MOST_FAILURES);
    takeRawBodies(app);
    app.addHook('onResponse', (request, reply, done) => {
      if (request.method === 'POST') ctx.metrics.webhooks.inc({ result: resultOf(reply.statusCode) });
      done();
    });

    app.get('/whatsapp', { exposeHeadRoute: false }, async (request, reply) => {
      const query = Handshake.safeParse(request.query);
      if (query.success && equalSecrets(query.data['hub.verify_token'], config.whatsapp.verifyToken))
        return reply.type('text/plain; charset=utf-8').send(query.data['hub.challenge']);
      const seconds = await failures.count(request);
      if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
      return sendProblem(reply, {
        status: 403,
        code: 'wrong-verify-token',
        detail: 'The verify token is not the one of this installation (WHATSAPP_VERIFY_TOKEN).',
      });
    });

    // The policy of pages says nothing to a program, and making its headers was a tenth of a webhook's time.
    app.post('/whatsapp', { bodyLimit: MOST_BYTES, helmet: false }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const read = readWebhook(ctx, config, body, request.headers['x-hub-signature-256']);
      if (read === 'bad-signature') {
        const seconds = await failures.count(request);
        if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
        return sendProblem(reply, {
          status: 401,
          code: 'bad-signature',
          detail:
            'X-Hub-Signature-256 is not the signature of this body with the app secret (WHATSAPP_APP_SECRET).',
        });
      }
      const bodySha256 = hash('sha256', body, 'hex');
      try {
        if (read === 'invalid-json') {
          await storeInvalid(ctx, body.toString('utf8').replaceAll('\u0000', '\uFFFD'), bodySha256);
          return sendProblem(reply, {
            status: 400,
            code: 'invalid-json',
            detail: 'The body is signed, but it is not JSON. It was kept for a person to look at.',
          });
        }
        const tried = triedBefore(request.raw);
        if (tried !== undefined && 'failure' in tried) throw tried.failure;
        await ingest.submit(read);
      } catch (error) {
        request.log.error({ err: error, bodySha256 }, 'a webhook could not be stored');
        return notStored(reply);
      }
      return reply.code(200).send();
    });

    // A hint and no more: what it says of the record's values may be old by now, so the record itself is read.
    app.post('/dataverse', { bodyLimit: MOST_BYTES }, async (request, reply) => {
      const key = config.dataverse?.webhookKey ?? null;
      if (key === null)
        return sendProblem(reply, {
          status: 501,
          code: 'not-available',
          detail: 'This installation takes no webhooks of Dataverse (CRM, DATAVERSE_WEBHOOK_KEY).',
        });
      const { code } = DataverseQuery.catch({}).parse(request.query);
      const header = request.headers['x-assent-key'];
      const shown = code ?? (typeof header === 'string' ? header : '');
      if (!equalSecrets(shown, key)) {
        noteRefusedHint(ctx);
        const seconds = await failures.count(request);
        if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
        return sendProblem(reply, {
          status: 401,
          code: 'wrong-webhook-key',
          detail: 'The key is not the one of this installation (DATAVERSE_WEBHOOK_KEY).',
        });
      }
      const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
      const json = parseJson(body);
      const hint = json.ok ? DataverseHint.safeParse(json.value) : null;
      if (hint?.success !== true)
        return sendProblem(reply, {
          status: 400,
          code: 'invalid-json',
          detail: 'The body does not say which record changed.',
        });
      try {
        await hintRecord(ctx, hint.data.PrimaryEntityName, hint.data.PrimaryEntityId);
      } catch (error) {
        request.log.error({ err: error }, 'a hint of Dataverse could not be stored');
        return notStored(reply);
      }
      return reply.code(200).send();
    });
  };
}

function notStored(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, {
    status: 503,
    code: 'not-stored',
    detail: 'The webhook could not be stored. Send it again.',
    retryAfterSeconds: 5,
  });
}

/** The signature is over the bytes, so no parser may touch them, whatever content type they claim. */
function takeRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // Fastify refuses a content type that is none before any parser is asked.
  app.addHook('onRequest', (request, reply, done) => {
    request.headers['content-type'] = 'application/octet-stream';
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  // Who was tried outside the framework has been read already.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const tried = triedBefore(request.raw);
    done(null, tried === undefined ? payload : Readable.from([tried.body]));
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

const RESULTS: Readonly<Record<number, string>> = {
  200: 'stored',
  400: 'invalid-json',
  401: 'bad-signature',
  413: 'too-large',
  429: 'too-many-requests',
  501: 'not-available',
  503: 'not-stored',
};

const resultOf = (status: number): string => RESULTS[status] ?? 'failed';
