import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Which addresses a call may go to that somebody other than the operator had a say in: those of the public Internet, and
 * of the operator's own networks where they are listed. Everything else is some machine's inside
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, https://cwe.mitre.org/data/definitions/918.html).
 */
export interface Reach {
  /** False: nothing leaves this machine or the listed networks, as in the sandbox. */
  internet: boolean;
  /** `10.20.0.0/16`, `::1`; checked by config.ts. */
  networks: readonly string[];
}

/** Azure's own services answer every machine there; by its range alone it would be public. */
const INSIDE = new Set(['168.63.129.16']);
/** IPv4 behind a translator, as networks without IPv4 reach it (RFC 6052). */
const TRANSLATED = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Whether a connection to this IP address may be made. What is no address may not. */
export function isReachable(text: string, reach: Reach): boolean {
  if (isIP(text) === 0) return false;
  const address = innermost(ipaddr.parse(text));
  const range = address.range();
  // Where clouds tell machines their secrets: nobody's webhook or file is there, whatever is listed.
  if (range === 'linkLocal') return false;
  if (reach.networks.some((network) => holds(network, address))) return true;
  return reach.internet && range === 'unicast' && !INSIDE.has(address.toString());
}

/** The IPv4 address inside an IPv6 one, where it is written so (`::ffff:10.0.0.1`). */
function innermost(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(TRANSLATED) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function holds(network: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const bits = network.includes('/') ? network : `${network}/${network.includes(':') ? 128 : 32}`;
  const [base, length] = ipaddr.parseCIDR(bits);
  return base.kind() === address.kind() && address.match(base, length);
}
