import { z } from 'zod';
import type { SendOutcome } from '../../ports.ts';
import { HeldBack } from './departure.ts';
import { adviceFor, isListed, leavesOpen, throttleFor } from './errors.ts';
import { idText, known, lenient, shortText } from './fields.ts';
import { parseProviderError } from './parse-status.ts';

/** An answer of the Graph API: its body is the JSON it held, or undefined where it held none. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

const CONNECT_RETRY_SECONDS = 5;
/** What a 429 without a known code asks for when it names no time. */
const TOO_MANY_SECONDS = 5;
/** A longer wait than this is a mistake of the header. */
const MAX_WAIT_SECONDS = 24 * 60 * 60;

const taken = z.looseObject({
  messages: z.array(z.looseObject({ id: shortText })).min(1),
  contacts: lenient(z.array(z.looseObject({ wa_id: lenient(idText), user_id: lenient(shortText) }))),
});
const envelope = z.looseObject({
  error: z.looseObject({ is_transient: lenient(z.boolean()) }),
});

/**
 * How a send ended, from what came back. WhatsApp has no idempotency key, so the question is always whether it may have
 * taken the message: only a code that says it did not lets the message be sent again by itself.
 *
 * An error code decides before the HTTP status, of which Meta promises nothing (a missing permission comes with 500).
 * An "unknown error" (1, 131000) is `unconfirmed` even with HTTP 400: it does not say that nothing was sent. A service
 * that is down (2, 131016, 133004) is refused when the answer is a clean 4xx and `unconfirmed` when the server failed
 * while answering. Without a code of WhatsApp's the answer came from something in between (a proxy's page), which cannot
 * know what WhatsApp did; only 429 is clear by itself.
 */
export function outcomeOfAnswer({ status, headers, body }: Answer, now: number): SendOutcome {
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, body);
  const parsed = envelope.safeParse(body);
  const error = parsed.success ? parseProviderError(parsed.data.error) : undefined;
  const transient = parsed.success && parsed.data.error.is_transient === true;
  const throttle = error === undefined ? undefined : throttleFor(error.code);
  if (throttle !== undefined) {
    const until = now + (waitSeconds(headers, now) ?? throttle.seconds) * 1000;
    return known({ kind: 'throttled', until, scope: throttle.scope, error });
  }
  if (status === 429 && (error === undefined || !isListed(error.code))) {
    const until = now + (waitSeconds(headers, now) ?? TOO_MANY_SECONDS) * 1000;
    return known({ kind: 'throttled', until, scope: 'number', error });
  }
  if (error === undefined)
    return { kind: 'unconfirmed', detail: `HTTP ${status} without an error code of WhatsApp's` };
  if (leavesOpen(error.code, status))
    return { kind: 'unconfirmed', detail: `HTTP ${status}, error ${error.code}: ${error.title}` };
  return { kind: 'refused', error, advice: adviceFor(error, status, transient) };
}

function outcomeOfSuccess(status: number, body: unknown): SendOutcome {
  const parsed = taken.safeParse(body);
  const whatsappId = parsed.success ? parsed.data.messages[0]?.id : undefined;
  if (!parsed.success || whatsappId === undefined)
    return { kind: 'unconfirmed', detail: `HTTP ${status} without a message id` };
  const contact = parsed.data.contacts?.[0];
  return known({ kind: 'accepted', whatsappId, waId: contact?.wa_id, userId: contact?.user_id });
}

/** How a send ended that got no answer, or half of one. */
export function outcomeOfFailure(error: unknown, now: number): SendOutcome {
  if (causeOf(error) instanceof HeldBack) return { kind: 'held-back' };
  if (neverConnected(error))
    return { kind: 'throttled', until: now + CONNECT_RETRY_SECONDS * 1000, scope: 'connection' };
  return { kind: 'unconfirmed', detail: `no answer: ${nameOfFailure(error)}` };
}

const systemError = z.looseObject({
  code: lenient(z.string()),
  syscall: lenient(z.string()),
  errors: lenient(z.array(z.unknown())),
});

/**
 * Whether no byte can have left: the name was not found, or no connection came about. Everything else may have reached
 * WhatsApp. Where several addresses were tried, each must have failed so.
 */
function neverConnected(error: unknown): boolean {
  const parsed = systemError.safeParse(causeOf(error));
  if (!parsed.success) return false;
  const { code, syscall, errors } = parsed.data;
  if (errors !== undefined && errors.length > 0) return errors.every(neverConnected);
  return (
    syscall === 'connect' ||
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  );
}

/** A code or a name, never the message: that of a malformed header would show the access token. */
export function nameOfFailure(error: unknown): string {
  const parsed = systemError.safeParse(causeOf(error));
  if (parsed.success && parsed.data.code !== undefined) return parsed.data.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** `fetch` wraps what the network said in a TypeError. */
function causeOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause !== undefined ? error.cause : error;
}

/** `Wed, 21 Oct 2026 07:28:00 GMT`. `Date.parse` alone takes nearly anything for a date. */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, .+ GMT$/;

const usage = z.record(
  z.string(),
  z.array(z.looseObject({ estimated_time_to_regain_access: lenient(z.number()) })),
);

/**
 * The wait WhatsApp asks for: `Retry-After` in seconds or as a date, else the minutes in
 * `X-Business-Use-Case-Usage`. Undefined where it asks for none that makes sense.
 */
function waitSeconds(headers: Headers, now: number): number | undefined {
  const retryAfter = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+(\.\d+)?$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(HTTP_DATE.test(retryAfter) ? retryAfter : '') - now) / 1000;
  if (!Number.isNaN(seconds)) return Math.min(Math.max(seconds, 0), MAX_WAIT_SECONDS);
  const parsed = usage.safeParse(jsonOrUndefined(headers.get('x-business-use-case-usage') ?? ''));
  if (!parsed.success) return undefined;
  const minutes = Object.values(parsed.data)
    .flat()
    .map((use) => use.estimated_time_to_regain_access ?? 0);
  const longest = Math.max(0, ...minutes);
  return longest > 0 ? Math.min(longest * 60, MAX_WAIT_SECONDS) : undefined;
}

export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
