import type { Problem } from '../../src/http/schemas/common.ts';
import { currentLanguage, translate } from '../i18n/i18n.ts';
import { serverText } from '../i18n/server-text.ts';
import { callerHeaders } from './frame.ts';
import { isObject } from './is-object.ts';
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

/** No answer came: the server is away, or the network. */
export function noAnswer(): ApiProblem {
  return new ApiProblem(0, { code: 'network', detail: translate('ui:error.noAnswer') });
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

/** The API's address of a conversation, of a part of it, or of what can be done with it. */
export const chatPath = (conversationId: string, ...of: string[]): string =>
  ['/api/conversations', encodeURIComponent(conversationId), ...of].join('/');

type Options = { headers?: Record<string, string>; signal?: AbortSignal };

/** Whether an answer can be what was promised. */
export type Answer<T> = (json: unknown) => json is T;

/**
 * What a call answers. The server writes its answers by the schema that `T` is the type of, so here is no second check of
 * each field: what is JSON came from our API, and what is none (a proxy's page, a sign-in page of a network) did not.
 */
export function answerOf<T>(): Answer<T> {
  return (json): json is T => isObject(json);
}

async function call<T>(
  method: string,
  path: string,
  body: unknown,
  promised: Answer<T> | undefined,
  options: Options,
): Promise<T> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    // In which language the CRM's own words come: tables, columns, options.
    'accept-language': currentLanguage(),
    ...callerHeaders(),
    ...options.headers,
  };
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.signal) init.signal = options.signal;
  if (typeof body === 'string' || body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch((cause: unknown) => {
    // A page that was left no longer wants the answer.
    if (options.signal?.aborted) throw cause;
    throw noAnswer();
  });
  if (!response.ok) throw await problemOf(response, options.signal);
  const json = response.status === 204 ? undefined : await bodyOf(response, options.signal);
  if (promised === undefined) return undefined as T;
  if (promised(json)) return json;
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
  const problem = problemIn(await bodyOf(response, signal));
  // A wrong password is answered with 401 too, and ends no session.
  if (response.status === 401 && problem?.code !== 'wrong-credentials') announceSignedOut();
  if (problem !== null) return new ApiProblem(response.status, problem);
  return new ApiProblem(response.status, {
    code: 'unexpected-answer',
    detail: translate('ui:error.status', { status: String(response.status) }),
  });
}

/** The problem that an answer which is no success says, null where a proxy or something else answered. */
export function problemIn(json: unknown): Problem | null {
  return isProblem(json) ? json : null;
}

function isProblem(json: unknown): json is Problem {
  if (!isObject(json) || typeof json.code !== 'string' || typeof json.detail !== 'string') return false;
  return json.problems === undefined || Array.isArray(json.problems);
}

/**
 * The only way the page talks to the server. A call names by `answerOf` what it is promised; without it the answer is
 * ignored (204). A string or file as body goes out as it is, so name its `content-type` in the options. Throws `ApiProblem`.
 */
export const api = {
  get: <T>(path: string, promised: Answer<T>, options: Options = {}) =>
    call('GET', path, undefined, promised, options),
  post: <T = undefined>(path: string, body?: unknown, promised?: Answer<T>, options: Options = {}) =>
    call('POST', path, body, promised, options),
  put: <T = undefined>(path: string, body: unknown, promised?: Answer<T>, options: Options = {}) =>
    call('PUT', path, body, promised, options),
  patch: <T = undefined>(path: string, body: unknown, promised?: Answer<T>, options: Options = {}) =>
    call('PATCH', path, body, promised, options),
  delete: (path: string, options: Options = {}) =>
    call<undefined>('DELETE', path, undefined, undefined, options),
};
