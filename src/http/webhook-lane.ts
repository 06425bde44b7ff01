import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Context } from '../actions/context.ts';
import type { Ingest } from '../actions/ingest.ts';
import { UNTRACED } from '../actions/tracer.ts';
import type { Config } from '../config.ts';
import { MOST_BYTES, readWebhook } from './read-webhook.ts';

/** A webhook that was read here and goes to its route all the same: its body, and why it could not be stored if it was tried. */
interface Tried {
  body: Buffer;
  failure?: unknown;
}

const tried = new WeakMap<IncomingMessage, Tried>();
export const triedBefore = (request: IncomingMessage): Tried | undefined => tried.get(request);

/**
 * Takes webhooks past the framework: its hooks and plugins, and a logger for each request, were a tenth of what one costs. Only
 * what is usual ends here, signed JSON that could be stored. All else goes to the route (`webhooks.ts`), as do all requests
 * where traces or debug lines are wanted: refusals, their limits, headers and log lines are there alone.
 */
export function openWebhookLane(
  server: Server,
  ctx: Context,
  config: Config,
  ingest: Ingest,
  stopping: () => boolean,
): void {
  const [framework] = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  if (framework === undefined) throw new Error('the server has no framework yet');
  const take = async (request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    try {
      const read = readWebhook(ctx, config, body, request.headers['x-hub-signature-256']);
      if (typeof read === 'string') {
        tried.set(request, { body });
        return framework(request, response);
      }
      await ingest.submit(read);
    } catch (failure) {
      tried.set(request, { body, failure });
      return framework(request, response);
    }
    ctx.metrics.webhooks.inc({ result: 'stored' });
    response
      .writeHead(200, {
        'x-content-type-options': 'nosniff',
        'content-length': 0,
        ...(stopping() ? CLOSE : {}),
      })
      .end();
  };
  server.off('request', framework);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (ctx.tracer !== UNTRACED || ctx.log.isLevelEnabled('debug') || !isUsual(request))
      return framework(request, response);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on(
      'end',
      () => void take(request, response, parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)),
    );
  });
}

const CLOSE = { connection: 'close' };
const WEBHOOKS = '/webhooks/whatsapp';

function isUsual({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || url !== WEBHOOKS) return false;
  const length = Number(headers['content-length']);
  return length > 0 && length <= MOST_BYTES;
}
