import { z } from 'zod';
import { cut } from '../../core/clip.ts';
import { CrmFailure, type CrmFailureKind } from '../../ports.ts';
import { parseJson } from './json.ts';

/** What an answer that is no success means: by its status first, its code second, its words never. */

const Refusal = z.object({
  error: z.looseObject({ code: z.string().optional(), message: z.string().optional() }),
});

const NOT_A_MEMBER = '0x80072560';
/** “The specified user is disabled”; not asked of a live organisation yet, as the emulator’s table of unverified answers says. */
const USER_DISABLED = '0x80040225';
const COLUMN_SECURED = new Set(['0x8004f507', '0x8004f502', '0x8004f504']);
const ITS_OWN_WORD = new Set([400, 403, 404, 405, 410, 412]);
/** An address that names no table or column, and no record that is gone. */
const NOT_UNDERSTOOD = '0x80060888';
const LINK_EXPIRED = new Set(['0x80044352', '-2147204270']);

export function failureOfStatus(status: number, headers: Headers | null, text: string): CrmFailure {
  const refusal = refusalIn(text);
  const { code, message } = refusal ?? { code: '', message: '' };
  // A proxy's page must not pass for the organisation's word that a record is gone.
  const kind =
    refusal === null && ITS_OWN_WORD.has(status) ? 'unreadable' : kindOf(status, code.toLowerCase());
  const words = message === '' ? '' : `: ${cut(message, 300)}`;
  const request = headers?.get('x-ms-service-request-id') ?? null;
  return new CrmFailure(
    kind,
    `The organisation answered ${status}${code === '' ? '' : ` ${code}`}${words}${request === null ? '' : ` (request ${request})`}`,
    headers === null ? null : retryAfterOf(headers),
    code.toLowerCase(),
  );
}

function kindOf(status: number, code: string): CrmFailureKind {
  if (LINK_EXPIRED.has(code)) return 'link-expired';
  if (status === 401) return 'sign-in';
  if (status === 403) {
    if (code === NOT_A_MEMBER) return 'not-a-member';
    if (code === USER_DISABLED) return 'user-disabled';
    return COLUMN_SECURED.has(code) ? 'column-secured' : 'missing-right';
  }
  if (status === 404 || status === 410) return code === NOT_UNDERSTOOD ? 'refused' : 'not-found';
  if (status === 412) return 'conflict';
  if (status === 429) return 'throttled';
  if (status === 408) return 'timeout';
  if (status >= 500) return 'unavailable';
  // What is no refusal of the Web API's comes from a proxy: a redirect to a sign-in page, say.
  return status >= 400 ? 'refused' : 'unreadable';
}

/** Null where it is no refusal of the Web API's. */
function refusalIn(text: string): { code: string; message: string } | null {
  let found: unknown = null;
  try {
    found = parseJson(text);
  } catch {
    return null;
  }
  const parsed = Refusal.safeParse(found);
  return parsed.success
    ? { code: parsed.data.error.code ?? '', message: parsed.data.error.message ?? '' }
    : null;
}

/** Seconds, or a date; null where it says neither. */
export function retryAfterOf(headers: Headers, now: number = Date.now()): number | null {
  const given = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(given)) return Math.min(Number(given) * 1000, 3_600_000);
  const at = Date.parse(given);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), 3_600_000);
}
