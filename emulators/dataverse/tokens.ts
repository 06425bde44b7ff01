import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { z } from 'zod';
import { DEMO } from './demo.ts';

/** Who a token speaks for. */
export type Identity = { appId: string; objectId: string; tenant: string };
export type Tokens = {
  readonly applicationUser: string;
  /** A bearer token for this audience, as Entra signs it. Seconds are of the emulator's clock. */
  readonly issue: (audience: string, issuer: string, now: number, lifetime: number) => string;
  /** Null for a token that is not ours, not for this audience, expired or revoked. */
  readonly check: (token: string, audiences: readonly string[], now: number) => Identity | null;
  readonly revokeAll: () => void;
  readonly keys: () => object;
  /** Why a client assertion is not good; null for one of this client that a registered, valid certificate signed. */
  readonly assertionFault: (
    assertion: string,
    certificates: readonly string[],
    clientId: string,
    now: number,
  ) => string | null;
};

const claimsSchema = z.looseObject({
  aud: z.string(),
  exp: z.number(),
  nbf: z.number(),
  uti: z.string(),
  appid: z.string(),
  oid: z.string(),
  tid: z.string(),
});
const assertionSchema = z.looseObject({ iss: z.string(), sub: z.string(), exp: z.number() });
const headerSchema = z.looseObject({
  alg: z.string(),
  x5t: z.string().optional(),
  'x5t#S256': z.string().optional(),
});

/** A signing key of this start; tokens of another one are refused. */
export function createTokens(options: { tenant: string; clientId: string }): Tokens {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let generation = 1;
  const kid = createHash('sha1')
    .update(pair.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return {
    applicationUser: DEMO.applicationUserId,
    issue: (aud, iss, now, lifetime) => {
      const header = { typ: 'JWT', alg: 'RS256', kid, x5t: kid };
      const claims = {
        aud,
        iss,
        iat: now,
        nbf: now,
        exp: now + lifetime,
        appid: options.clientId,
        appidacr: '1',
        idp: iss,
        oid: DEMO.applicationObjectId,
        sub: DEMO.applicationObjectId,
        tid: options.tenant,
        uti: `${generation}.${randomUUID()}`,
        ver: '1.0',
      };
      const text = `${encode(header)}.${encode(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url')}`;
    },
    check: (token, audiences, now) => {
      const read = readToken(token);
      if (!read) return null;
      const { text, claims, signature } = read;
      if (!verify('sha256', Buffer.from(text), pair.publicKey, signature)) return null;
      const parsed = claimsSchema.safeParse(claims);
      if (!parsed.success) return null;
      const { aud, exp, nbf, appid, oid, tid, uti } = parsed.data;
      const plain = (url: string): string => url.replace(/\/+$/, '').toLowerCase();
      // Five minutes of clock skew, as Microsoft's libraries allow; not for the end of the token's own life.
      const good = audiences.some((one) => plain(one) === plain(aud)) && exp > now && nbf <= now + 300;
      return good && uti.startsWith(`${generation}.`) ? { appId: appid, objectId: oid, tenant: tid } : null;
    },
    revokeAll: () => {
      generation += 1;
    },
    keys: () => ({
      keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid, x5t: kid, use: 'sig', alg: 'RS256' }],
    }),
    assertionFault: (assertion, certificates, clientId, now) => {
      const read = readToken(assertion);
      const claims = assertionSchema.safeParse(read?.claims);
      const header = headerSchema.safeParse(read?.header);
      if (!read || !claims.success || !header.success) return 'The assertion is malformed.';
      const { iss, sub, exp } = claims.data;
      if (iss !== clientId || sub !== clientId) return 'The assertion is of another client.';
      if (exp <= now) return 'The assertion is expired.';
      const known = certificates.map((pem) => new X509Certificate(pem));
      const key = known.find((certificate) => {
        const print = (hash: string): string => createHash(hash).update(certificate.raw).digest('base64url');
        return header.data.x5t === print('sha1') || header.data['x5t#S256'] === print('sha256');
      });
      if (key === undefined) return 'The key was not found.';
      if (!signedBy(key.publicKey, header.data.alg, read.text, read.signature))
        return 'The provided signature value did not match the expected signature value.';
      return key.validToDate.getTime() <= now * 1000 ? 'The key used is expired.' : null;
    },
  };
}

function signedBy(key: KeyObject, alg: string, text: string, signature: Buffer): boolean {
  if (alg === 'RS256') return verify('sha256', Buffer.from(text), key, signature);
  if (alg !== 'PS256') return false;
  const padding = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(text), padding, signature);
}

function readToken(
  token: string,
): { header: unknown; claims: unknown; text: string; signature: Buffer } | null {
  const [head, body, signature, more] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || more !== undefined) return null;
  try {
    return {
      header: JSON.parse(Buffer.from(head, 'base64url').toString()),
      claims: JSON.parse(Buffer.from(body, 'base64url').toString()),
      text: `${head}.${body}`,
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    return null;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
