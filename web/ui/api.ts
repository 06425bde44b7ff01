import type { z } from 'zod';
import { Problem } from '../../src/http/schemas/common.ts';
import { currentLanguage, translate } from '../i18n/i18n.ts';
import { serverText } from '../i18n/server-text.ts';
import { callerHeaders } from './frame.ts';
import { announceSignedOut } from './session.ts';

/**
 * An answer that is not a success. `code` is the server's stable code (product.md §4), or `network` when no answer
 * came or it was cut off on its way, or `unexpected-answer` when it is not what the API promises. `message` is one sentence, the server's in English; `detail` is the one to show to a person.
 */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: NonNullable<Problem['problems']>;
  readonly alsoBlockedBy: string[];
  /** From when it is worth trying again, where the server says so. */
  readonly until: string | null;

  constructor(
    status: number,
    problem: Pick<Problem, 'code' | 'detail' | 'problems' | 'alsoBlockedBy' | 'until'>,
  ) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.code;
    this.problems = problem.problems ?? [];
    this.alsoBlockedBy = problem.alsoBlockedBy ?? [];
    this.until = problem.until ?? null;
  }

  /** In the reader's language. */
  get detail(): string {
    return serverText({ code: this.code, text: this.message });
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** `path` with the given parameters; empty ones are left out. Path parts must be encoded by the caller. */
export function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

type Options = { headers?: Record<string, string>; signal?: AbortSignal };

async function call<S extends z.ZodType>(
  method: string,
  path: string,
  body: unknown,
  schema: S | undefined,
  options: Options,
): Promise<z.output<S>> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    // In which language the CRM's own words come: tables, columns, options.
    'accept-language': currentLanguage(),
    ...callerHeaders(),
    ...options.headers,
  };
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.signal) init.signal = options.signal;
  if (typeof body === 'string') init.body = body;
  else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch((cause: unknown) => {
    // A page that was left no longer wants the answer.
    if (options.signal?.aborted) throw cause;
    throw new ApiProblem(0, {
      code: 'network',
      detail: translate('ui:error.noAnswer'),
    });
  });
  if (!response.ok) throw await problemOf(response, options.signal);
  const json = response.status === 204 ? undefined : await bodyOf(response, options.signal);
  if (schema === undefined) return undefined as z.output<S>;
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  console.error(`${method} ${path}`, parsed.error.issues);
  throw new ApiProblem(response.status, {
    code: 'unexpected-answer',
    detail: translate('ui:error.unexpectedAnswer'),
  });
}

/** The body as JSON, undefined where it is something else. Throws where it did not arrive whole. */
async function bodyOf(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiProblem(response.status, {
      code: 'network',
      detail: translate('ui:error.cutOff'),
    });
  });
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function problemOf(response: Response, signal: AbortSignal | undefined): Promise<ApiProblem> {
  const parsed = Problem.safeParse(await bodyOf(response, signal));
  // A wrong password is answered with 401 too, and ends no session.
  if (response.status === 401 && parsed.data?.code !== 'wrong-credentials') announceSignedOut();
  if (parsed.success) return new ApiProblem(response.status, parsed.data);
  return new ApiProblem(response.status, {
    code: 'unexpected-answer',
    detail: translate('ui:error.status', { status: String(response.status) }),
  });
}

/**
 * The only way the page talks to the server. The answer is parsed with the schema the server wrote it by; without a
 * schema the answer is ignored (204). A string body goes out as it is, so name its `content-type` in the options.
 * Throws `ApiProblem`.
 */
export const api = {
  get: <S extends z.ZodType>(path: string, schema: S, options: Options = {}) =>
    call('GET', path, undefined, schema, options),
  post: <S extends z.ZodType = z.ZodUndefined>(
    path: string,
    body?: unknown,
    schema?: S,
    options: Options = {},
  ) => call('POST', path, body, schema, options),
  put: <S extends z.ZodType = z.ZodUndefined>(
    path: string,
    body: unknown,
    schema?: S,
    options: Options = {},
  ) => call('PUT', path, body, schema, options),
  patch: <S extends z.ZodType = z.ZodUndefined>(
    path: string,
    body: unknown,
    schema?: S,
    options: Options = {},
  ) => call('PATCH', path, body, schema, options),
  delete: (path: string, options: Options = {}) => call('DELETE', path, undefined, undefined, options),
};
