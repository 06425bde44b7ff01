import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Refusal } from '../actions/refusal.ts';
import { ProviderUnavailable } from '../ports.ts';
import type { Problem } from './schemas/common.ts';
import { isoTime } from './views.ts';

/**
 * Every answer that is no success is problem+json (RFC 9457). `type` is `about:blank`: what went wrong is told by
 * `code`, which is stable, and the title is the status in words, as the RFC has it for that type.
 */
export interface ProblemInput {
  status: number;
  code: string;
  title?: string;
  /** One sentence that a person can act on. */
  detail: string;
  alsoBlockedBy?: string[];
  problems?: NonNullable<Problem['problems']>;
  /** Milliseconds since 1970: from when it is worth trying again. */
  until?: number;
  retryAfterSeconds?: number;
}

export function sendProblem(reply: FastifyReply, problem: ProblemInput): FastifyReply {
  const { status, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.max(1, retryAfterSeconds)));
  // A string goes out as it is: the route's response schema describes successes.
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(String)
    .send(problemText(problem));
}

/** The JSON of a problem. */
export function problemText({
  status,
  code,
  title,
  detail,
  alsoBlockedBy,
  problems,
  until,
}: ProblemInput): string {
  return JSON.stringify({
    type: 'about:blank',
    title: title ?? STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    ...(alsoBlockedBy === undefined || alsoBlockedBy.length === 0 ? {} : { alsoBlockedBy }),
    ...(problems === undefined || problems.length === 0 ? {} : { problems }),
    ...(until === undefined ? {} : { until: isoTime(until) }),
  });
}

/** Installs the one way errors leave: at the root, so that every scope that sets no other has it. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request);
    if (problem.status >= 500)
      request.log.error(
        { err: error, method: request.method, route: request.routeOptions.url, code: problem.code },
        'a request failed',
      );
    // Headers went out already (a stream broke): nothing can be said any more.
    if (reply.sent) return reply;
    return sendProblem(reply, problem);
  });
}

export const notFoundProblem: ProblemInput = {
  status: 404,
  code: 'not-found',
  detail: 'There is nothing at this address.',
};

/** What an error of ours, of the framework or of the database means to the one who asked. */
export function problemOf(error: unknown, request: Pick<FastifyRequest, 'id'>): ProblemInput {
  if (error instanceof Refusal)
    return { status: error.status, code: error.code, detail: error.message, ...error.extra };
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error);
  if (error instanceof ProviderUnavailable)
    return {
      status: 502,
      code: 'whatsapp-unavailable',
      detail: `WhatsApp could not be asked. ${error.message}`,
    };
  if (isDatabaseUnavailable(error))
    return {
      status: 503,
      code: 'database-unavailable',
      detail: 'The database cannot be reached. Nothing was changed; try again in a moment.',
      retryAfterSeconds: 5,
    };
  const framework = frameworkProblem(error);
  if (framework !== null) return framework;
  return {
    status: 500,
    code: 'internal',
    detail: `Assent made a mistake. The log tells more under the request id ${request.id}.`,
  };
}

const PARTS: Record<string, string> = {
  querystring: 'query',
  params: 'path',
  headers: 'headers',
  body: 'body',
};

/** zod's issues as the provider passes them on; `params` holds what is particular to the kind of issue. */
interface InvalidPart {
  validationContext?: string | undefined;
  validation: { keyword: string; instancePath: string; message?: string; params: Record<string, unknown> }[];
}

function invalidRequest(error: InvalidPart): ProblemInput {
  const part = PARTS[error.validationContext ?? 'body'] ?? 'body';
  const problems = error.validation.flatMap(({ keyword, instancePath, message, params }) => {
    const path = instancePath.split('/').filter((step) => step !== '');
    return nearest({ code: keyword, message: message ?? 'does not fit', path, ...params }).map((issue) => ({
      code: issue.code.replaceAll('_', '-'),
      message: issue.message,
      path: [part, ...issue.path].join('.'),
    }));
  });
  const first = problems[0];
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return {
    status: 422,
    code: 'invalid-request',
    detail: `${first?.path ?? part}: ${first?.message ?? 'does not fit'}${more}`,
    problems,
  };
}

const Issue = z.object({
  code: z.string(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])),
});
type Issue = z.infer<typeof Issue>;
const UnionIssue = z.object({ code: z.literal('invalid_union'), errors: z.array(z.array(Issue)) });

/** A union says only that nothing fits; what is missing from the shape that fits best helps more. */
function nearest(issue: Issue & Record<string, unknown>): Issue[] {
  const union = UnionIssue.safeParse(issue);
  if (!union.success) return [issue];
  const [best] = union.data.errors.filter((one) => one.length > 0).sort((a, b) => a.length - b.length);
  return best?.map((one) => ({ ...one, path: [...issue.path, ...one.path] })) ?? [issue];
}

/** What `@fastify/busboy` says, without a code or status, of a body that is cut short or in no parts, or whose header names none. */
const BROKEN_MULTIPART =
  /^(Unexpected end of multipart data|Part terminated early|Malformed part header|Multipart: Boundary not found)/;

function frameworkProblem(error: unknown): ProblemInput | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { status: 413, code: 'too-large', detail: 'The request is larger than this call takes.' };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return {
      status: 415,
      code: 'unsupported-media-type',
      detail:
        'This call does not take that content type. Send application/json, unless the API says otherwise.',
    };
  if (code.startsWith('FST_ERR_CTP_') && status === 400)
    return { status: 400, code: 'invalid-json', detail: 'The body is not JSON.' };
  // Fastify's JSON parser marks what it cannot read, `__proto__` keys included, with this status and no code.
  if (error instanceof SyntaxError && status === 400)
    return { status: 400, code: 'invalid-json', detail: 'The body is not JSON.' };
  if (code === 'FST_ERR_BAD_URL')
    return {
      status: 400,
      code: 'invalid-url',
      detail: 'The address cannot be read: a % in it stands alone.',
    };
  if (BROKEN_MULTIPART.test(error.message))
    return { status: 400, code: 'invalid-request', detail: 'The request cannot be read.' };
  if (status === 429) return tooManyRequests(60);
  if (status >= 400 && status < 500)
    return { status, code: 'invalid-request', detail: 'The request cannot be read.' };
  return null;
}

export function tooManyRequests(seconds: number): ProblemInput {
  return {
    status: 429,
    code: 'too-many-requests',
    detail: `Too many failed attempts from this address. Try again in ${seconds} s.`,
    retryAfterSeconds: seconds,
  };
}

/** Connection exceptions, shutdown, too many connections, out of disk or memory: the request may be right, later. */
const UNAVAILABLE = /^(08|57P0|53|25006$)/;
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOSPC',
]);
/** What `pg` and PGlite say without a code. */
const UNAVAILABLE_TEXT =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|PGlite is clos(ed|ing)|Cannot use a pool after calling end on the pool|driver has already been destroyed/;

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return UNAVAILABLE.test(code) || NETWORK.has(code) || UNAVAILABLE_TEXT.test(error.message);
}
