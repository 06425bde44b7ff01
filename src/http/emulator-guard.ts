import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { sendPlainPage } from './plain-page.ts';
import { problemOf, sendProblem } from './problem.ts';
import { acceptsHtml } from './web-app.ts';

/** Graph API paths check WhatsApp's access token themselves; all else plays the customer and is the administrator's. */
const GRAPH_ROUTE = /^\/:version\(/;

/** Puts the sandbox's emulator behind the administrator's session or key. */
export function guardEmulator(emulator: FastifyPluginAsync): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      if (GRAPH_ROUTE.test(request.routeOptions.url ?? '')) return;
      // The emulator has error handlers of its own, so refusals are answered here.
      try {
        await app.requireCaller(request, reply);
      } catch (error) {
        const problem = problemOf(error, request);
        const isPage = request.method === 'GET' && acceptsHtml(request) && problem.status === 401;
        return isPage ? reply.redirect('/sign-in', 303) : sendProblem(reply, problem);
      }
      if (request.caller.role !== 'administrator') return forAdministrators(request, reply);
    });
    await app.register(emulator);
  };
}

function forAdministrators(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = 'The customers’ phones are for the administrator. Open the administrator’s sign-in link.';
  if (request.method === 'GET' && acceptsHtml(request))
    return sendPlainPage(reply, { status: 403, title: 'Not for you', paragraphs: [detail] });
  return sendProblem(reply, { status: 403, code: 'not-allowed', detail });
}
