import { outcomeOfAnswer } from '../../../../src/adapters/whatsapp-cloud/outcome.ts';
import type { Target } from '../target.ts';

const NOW = Date.UTC(2026, 10, 29);
const KINDS = new Set(['accepted', 'refused', 'throttled', 'unconfirmed']);

/** What the Cloud API answers to a send: the first line is its status, the second its Retry-After, the rest its body. */
export const target: Target = {
  under: ['src/adapters/whatsapp-cloud/'],
  seeds: [
    '200\n\n{"messaging_product":"whatsapp","contacts":[{"input":"12025550143","wa_id":"12025550143","user_id":"US.1"}],"messages":[{"id":"wamid.A"}]}',
    '400\n\n{"error":{"message":"(#131047) Re-engagement message","type":"OAuthException","code":131047,"error_data":{"messaging_product":"whatsapp","details":"More than 24 hours"},"fbtrace_id":"x"}}',
    '400\n\n{"error":{"message":"(#131056) Pair rate limit hit","code":131056,"error_subcode":1}}',
    '429\n120\n{"error":{"message":"Too many","code":130429,"is_transient":true}}',
    '429\nSun, 29 Nov 2026 00:01:00 GMT\n<html>',
    '500\n\n{"error":{"message":"An unknown error","code":1}}',
    '503\n0\nnull',
  ],
  async open() {
    return {
      run(input) {
        const [status = '', retryAfter = '', ...rest] = input.toString().split('\n');
        const headers = new Headers();
        // Such a header would not have come through HTTP.
        if (/^[\x20-\x7e]{1,200}$/.test(retryAfter)) headers.set('retry-after', retryAfter);
        let body: unknown;
        try {
          body = JSON.parse(rest.join('\n'));
        } catch {
          body = undefined;
        }
        const code = 100 + (Math.abs(Number.parseInt(status, 10) || 0) % 500);
        const outcome = outcomeOfAnswer({ status: code, headers, body }, NOW);
        if (!KINDS.has(outcome.kind)) throw new Error(`an outcome ${outcome.kind}`);
        if (outcome.kind === 'accepted' && (code >= 300 || outcome.whatsappId === ''))
          throw new Error(`accepted by ${code}`);
        if (outcome.kind === 'throttled' && !(outcome.until >= NOW))
          throw new Error(`throttled until ${outcome.until}`);
      },
    };
  },
};
