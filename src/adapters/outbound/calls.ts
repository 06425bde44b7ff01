import { isIP } from 'node:net';
import type { OutboundAnswer, OutboundCalls } from '../../ports.ts';
import { isReachable, type Reach } from './address.ts';
import { AddressRefused, createGuard, type Resolve } from './guard.ts';

/** For a whole call; Standard Webhooks asks for 15 to 30 s. */
const TIMEOUT_MS = 20_000;

/** POSTs to addresses that people entered. Redirects are not followed: an address says where it is. */
export function createOutboundCalls(
  reach: Reach,
  options: { resolve?: Resolve; timeoutMs?: number } = {},
): OutboundCalls {
  const { timeoutMs = TIMEOUT_MS, ...rest } = options;
  const guard = createGuard(reach, rest);
  return {
    accepts: (address) => {
      const url = URL.parse(address);
      if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const literal = isIP(host) !== 0 ? host : host === 'localhost' ? '127.0.0.1' : null;
      if (literal !== null && !isReachable(literal, reach)) return false;
      // Without TLS only to this machine.
      return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(host));
    },
    async post(address, headers, body, signal) {
      try {
        const response = await guard.fetch(address, {
          method: 'POST',
          headers,
          body,
          redirect: 'manual',
          signal: AbortSignal.any([
            AbortSignal.timeout(timeoutMs),
            ...(signal === undefined ? [] : [signal]),
          ]),
        });
        // What it says is of no use, and may be endless.
        await response.body?.cancel().catch(() => {});
        return {
          kind: 'answered',
          status: response.status,
          retryAfter: response.headers.get('retry-after'),
        };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => guard.close(),
  };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

function failureOf(error: unknown): OutboundAnswer {
  if (!(error instanceof Error)) throw error;
  if (error.name === 'TimeoutError') return { kind: 'failed', why: 'timeout' };
  if (error.name === 'AbortError') return { kind: 'failed', why: 'unreachable' };
  const { cause } = error;
  if (cause instanceof AddressRefused) return { kind: 'failed', why: 'address-refused' };
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (/^UND_ERR_.*TIMEOUT$/.test(code)) return { kind: 'failed', why: 'timeout' };
  return { kind: 'failed', why: /CERT|SSL|TLS|SIGNATURE|ALTNAME/.test(code) ? 'tls' : 'unreachable' };
}
