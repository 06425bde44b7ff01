import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import { isReachable, type Reach } from './address.ts';

/** The name leads inside, or nowhere: nothing was sent. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
  constructor(host: string) {
    super(`${host} is not on the public Internet`);
  }
}

/** All addresses of a name, as `dns.lookup` gives them. */
export type Resolve = (
  host: string,
  answer: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface Guard {
  /** As the global one; throws `TypeError` with an `AddressRefused` as its cause. */
  fetch: typeof fetch;
  close(): Promise<void>;
}

const bySystem: Resolve = (host, answer) => systemLookup(host, { all: true }, answer);

/**
 * A `fetch` that connects to nothing inside. The address is judged where the connection is made, by the very answer it is
 * made to, so a name that resolves to something else a moment later gains nothing; and so is each connection of a redirect.
 *
 * `trusted`: hosts that the operator named in the environment; where they are is the operator's affair.
 */
export function createGuard(
  reach: Reach,
  { trusted = [], resolve = bySystem }: { trusted?: readonly string[]; resolve?: Resolve } = {},
): Guard {
  const lookup: LookupFunction = (host, options, answer) => {
    resolve(host, (error, addresses) => {
      if (error !== null) return answer(error, '', 0);
      const [first] = addresses;
      const open = trusted.includes(host) || addresses.every(({ address }) => isReachable(address, reach));
      // One address inside is enough: which of them is tried is not ours to say.
      if (first === undefined || !open) return answer(new AddressRefused(host), '', 0);
      if (options.all === true) return answer(null, [...addresses]);
      answer(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ lookup, timeout: 10_000 });
  const agent = new Agent({
    connect(options, callback) {
      // Of an address that is written out, no name is looked up.
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !trusted.includes(host) && !isReachable(host, reach))
        return callback(new AddressRefused(host), null);
      connect(options, callback);
    },
  });
  // The same function by the same authors; only its types come from another package than Node's.
  const fetchOf = undiciFetch as unknown as (input: unknown, init: object) => Promise<Response>;
  return {
    fetch: (input, init) => fetchOf(input, { ...init, dispatcher: agent }),
    close: () => agent.destroy(),
  };
}
