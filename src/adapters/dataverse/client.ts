import { z } from 'zod';
import { CrmFailure } from '../../ports.ts';
import { failureOfStatus, retryAfterOf } from './failures.ts';
import { parseJson } from './json.ts';
import type { Tokens } from './tokens.ts';

/**
 * Requests of the Dataverse Web API over `fetch`. Every answer is one of ours: 2xx with the body it should have, parsed,
 * or a `CrmFailure` of a named kind. Headers and body together have one time-out; redirects are not followed.
 */

/** What all nodes together may ask (db/crm-connection.ts); throws `CrmFailure` `paused` while nobody may. */
export interface Allowance {
  take(requests: number): Promise<void>;
  /** The organisation said to stop: every node does. */
  pause(ms: number): Promise<void>;
}

export interface ClientOptions {
  url: string;
  tokens: Tokens;
  allowance: Allowance;
  /** Of a request that says none of its own, headers and body together, ms. */
  timeoutMs?: number | undefined;
}

export interface Asked {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  /** Requests that this one counts for: a batch for its members. */
  weight?: number;
  /** Never tried again by the client itself. */
  once?: boolean;
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

export interface Client {
  /** `path` is below `/api/data/v9.2/`, or one of the organisation's own links. */
  send(path: string, asked?: Asked): Promise<Answered>;
  /** The same for an answer in JSON of this shape. */
  json<T extends z.ZodType>(schema: T, path: string, asked?: Asked): Promise<z.infer<T>>;
  /** Whether a link of the organisation's, given now or kept since, leads to its address as it is set up now. */
  leadsToUs(link: string): boolean;
  /** The organisation did not take the token: the next request has a new one. */
  renewToken(): void;
  close(): void;
}

const TIMEOUT_MS = 60_000;
/** Microsoft takes 52 at a time of one user; 8 to 10 are as fast. */
const MOST_AT_ONCE = 8;
/** Waits between tries of the client; for longer ones there is the worker. */
const PAUSES_MS = [200, 800];
/** Where a 429 says nothing. */
const DEFAULT_PAUSE_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export function createClient({ url, tokens, allowance, timeoutMs = TIMEOUT_MS }: ClientOptions): Client {
  const base = `${url}/api/data/v9.2/`;
  const closing = new AbortController();
  const inTurn = turnstile(MOST_AT_ONCE);

  const leadsToUs = (link: string): boolean =>
    URL.canParse(link, base) && new URL(link, base).origin === new URL(base).origin;

  /** Links come from outside; a token goes to the organisation alone. */
  const addressOf = (path: string): string => {
    if (!leadsToUs(path))
      throw new CrmFailure('unreadable', 'The organisation gave a link to another address.');
    return new URL(path, base).href;
  };

  const once = async (path: string, asked: Asked): Promise<Answered> => {
    await allowance.take(asked.weight ?? 1);
    const token = await tokens.get();
    const signal = AbortSignal.any([AbortSignal.timeout(asked.timeoutMs ?? timeoutMs), closing.signal]);
    const answer = await exchange(addressOf(path), asked, token, signal);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const failure = failureOfStatus(answer.status, answer.headers, answer.text);
    if (failure.kind === 'throttled') await allowance.pause(retryAfterOf(answer.headers) ?? DEFAULT_PAUSE_MS);
    throw failure;
  };

  const send = async (path: string, asked: Asked = {}): Promise<Answered> => {
    let renewed = false;
    for (let tries = 0; ; ) {
      try {
        return await inTurn(() => once(path, asked));
      } catch (error) {
        if (!(error instanceof CrmFailure)) throw error;
        if (error.kind === 'sign-in' && !renewed) {
          // One new token, once: a second refusal is about us, not about the token.
          renewed = true;
          tokens.forget();
          continue;
        }
        const pause = asked.once === true || closing.signal.aborted ? undefined : PAUSES_MS[tries];
        if (!TRY_AGAIN.has(error.kind) || pause === undefined) throw error;
        tries += 1;
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
      }
    }
  };

  return {
    send,
    async json(schema, path, asked = {}) {
      let last: unknown;
      // Half an answer, or a page of a proxy in its place: once more, then it is the worker's.
      for (let tries = 0; tries < 2; tries += 1) {
        try {
          return parse(schema, await send(path, asked));
        } catch (error) {
          if (!(error instanceof CrmFailure) || error.kind !== 'unreadable' || asked.once === true)
            throw error;
          last = error;
        }
      }
      throw last;
    },
    leadsToUs,
    renewToken: tokens.forget,
    close: () => closing.abort(),
  };
}

const TRY_AGAIN: ReadonlySet<string> = new Set(['unreachable', 'cut', 'unavailable']);

async function exchange(url: string, asked: Asked, token: string, signal: AbortSignal): Promise<Answered> {
  const headers = {
    accept: 'application/json',
    'odata-maxversion': '4.0',
    'odata-version': '4.0',
    'if-none-match': 'null',
    authorization: `Bearer ${token}`,
    ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...asked.headers,
  };
  let response: Response;
  try {
    response = await fetch(url, {
      method: asked.method ?? 'GET',
      headers,
      redirect: 'manual',
      signal,
      ...(asked.body === undefined ? {} : { body: asked.body }),
    });
  } catch (error) {
    throw failureOfNetwork(error, 'unreachable');
  }
  try {
    return { status: response.status, headers: response.headers, text: await textOf(response) };
  } catch (error) {
    throw failureOfNetwork(error, 'cut');
  }
}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new CrmFailure('unreadable', 'The organisation answered more than 64 MB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOfNetwork(error: unknown, otherwise: 'unreachable' | 'cut'): CrmFailure {
  if (error instanceof CrmFailure) return error;
  const causes = causesOf(error);
  const detail = causes.map((one) => `${one.code ?? one.name}`).join(', ');
  if (causes.some((one) => one.name === 'TimeoutError'))
    return new CrmFailure('timeout', 'The organisation did not answer in time.');
  if (causes.some((one) => one.code?.startsWith('Z_') ?? false))
    return new CrmFailure('unreadable', 'The organisation’s answer is broken: it cannot be unpacked.');
  return otherwise === 'cut'
    ? new CrmFailure('cut', `The connection broke in the middle of the answer (${detail}).`)
    : new CrmFailure('unreachable', `The organisation cannot be reached (${detail}).`);
}

function causesOf(error: unknown): { name: string; code: string | undefined }[] {
  const found: { name: string; code: string | undefined }[] = [];
  let at: unknown = error;
  while (at instanceof Error && found.length < 5) {
    found.push({ name: at.name, code: 'code' in at && typeof at.code === 'string' ? at.code : undefined });
    at = at.cause;
  }
  return found;
}

/** A 2xx says nothing by itself: login pages of proxies have it too. */
function parse<T extends z.ZodType>(schema: T, answer: Answered): z.infer<T> {
  if (!/^application\/json\b/i.test(answer.headers.get('content-type') ?? ''))
    throw new CrmFailure(
      'unreadable',
      `The organisation answered ${answer.status} with something that is no JSON.`,
    );
  const parsed = schema.safeParse(jsonOf(answer.text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CrmFailure(
    'unreadable',
    `The organisation’s answer is not what it should be${issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`}.`,
  );
}

export function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new CrmFailure('unreadable', 'The organisation’s answer ends in the middle.');
  }
}

/** At most so many at once; the others wait in line. */
function turnstile(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const line: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

export const looseObject = z.record(z.string(), z.unknown());
