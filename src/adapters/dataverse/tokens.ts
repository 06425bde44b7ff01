import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AuthError, ConfidentialClientApplication, type Configuration } from '@azure/msal-node';
import { CrmFailure } from '../../ports.ts';

/** Tokens of the application user, by MSAL: a client secret, or a certificate. */

export interface TokenOptions {
  /** The organisation: what the token is for. */
  url: string;
  tenantId: string;
  clientId: string;
  clientSecret: string | null;
  certificateFile: string | null;
  authority: string;
}

export interface Tokens {
  get(): Promise<string>;
  /** The organisation did not take the last one: the next is a new one. */
  forget(): void;
}

const TIMEOUT_MS = 20_000;
const ENTRA = 'https://login.microsoftonline.com';

export function createTokens(options: TokenOptions): Tokens {
  const certificate = options.certificateFile === null ? null : readCertificate(options.certificateFile);
  const proof =
    certificate === null
      ? { clientSecret: options.clientSecret ?? '' }
      : {
          clientCertificate: {
            thumbprintSha256: certificate.thumbprintSha256,
            privateKey: certificate.privateKey,
          },
        };
  const client = new ConfidentialClientApplication({
    auth: { clientId: options.clientId, ...authorityOf(options), ...proof },
    system: { networkClient: NETWORK, loggerOptions: { piiLoggingEnabled: false } },
  });
  let stale = false;
  return {
    async get() {
      if (certificate !== null && certificate.validUntil <= Date.now())
        throw new CrmFailure(
          'sign-in',
          `The certificate in DATAVERSE_CLIENT_CERTIFICATE expired on ${new Date(certificate.validUntil).toISOString().slice(0, 10)}. Make a new one, upload it to the app registration, and restart.`,
        );
      try {
        const result = await client.acquireTokenByClientCredential({
          scopes: [`${options.url}/.default`],
          skipCache: stale,
        });
        if (result === null) throw new CrmFailure('sign-in', 'Entra ID gave no token.');
        stale = false;
        return result.accessToken;
      } catch (error) {
        throw failureOf(error);
      }
    },
    forget() {
      stale = true;
    },
  };
}

/** MSAL takes no authority without TLS. An emulator on this machine is named to it by its addresses instead. */
function authorityOf({ authority, tenantId }: TokenOptions): Partial<Configuration['auth']> {
  if (authority === ENTRA) return { authority: `${authority}/${tenantId}` };
  const { host, protocol } = new URL(authority);
  if (protocol === 'https:') return { authority: `${authority}/${tenantId}`, knownAuthorities: [host] };
  const base = `${authority}/${tenantId}`;
  return {
    authority: `https://login.local/${tenantId}`,
    knownAuthorities: ['login.local'],
    authorityMetadata: JSON.stringify({
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    }),
  };
}

/** Throws where the file is none that a sign-in can be made with. */
function readCertificate(file: string): Certificate {
  const setting = `DATAVERSE_CLIENT_CERTIFICATE: ${file}`;
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${setting} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(
    pem,
  )?.[0];
  if (privateKey === undefined) throw new Error(`${setting} holds no private key.`);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${setting} holds no certificate.`);
  const certificate = new X509Certificate(pem);
  if (!certificate.checkPrivateKey(createPrivateKey(privateKey)))
    throw new Error(`${setting} holds a private key that is not the certificate’s.`);
  return {
    thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
    privateKey,
    validUntil: certificate.validToDate.getTime(),
  };
}

interface Certificate {
  thumbprintSha256: string;
  privateKey: string;
  /** ms. */
  validUntil: number;
}

/** MSAL's own client waits for ever. */
const NETWORK: NonNullable<NonNullable<Configuration['system']>['networkClient']> = {
  sendGetRequestAsync: (url, given) => exchange(url, 'GET', given),
  sendPostRequestAsync: (url, given) => exchange(url, 'POST', given),
};

async function exchange<T>(
  url: string,
  method: 'GET' | 'POST',
  given: { headers?: Record<string, string>; body?: string } = {},
): Promise<{ headers: Record<string, string>; body: T; status: number }> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(given.headers === undefined ? {} : { headers: given.headers }),
    ...(given.body === undefined ? {} : { body: given.body }),
  });
  // MSAL itself looks at what the body holds.
  const body: T = await response.json();
  return { headers: Object.fromEntries(response.headers), body, status: response.status };
}

/** What Entra ID refuses stands (a wrong secret); what did not arrive may work later. */
function failureOf(error: unknown): CrmFailure {
  if (error instanceof CrmFailure) return error;
  if (error instanceof AuthError && /AADSTS\d+/.test(error.errorMessage))
    return new CrmFailure('sign-in', firstLine(error.errorMessage));
  const detail = error instanceof Error ? error.message : String(error);
  return new CrmFailure('unreachable', `Entra ID gave no token: ${firstLine(detail)}`);
}

const firstLine = (text: string): string => (text.split(/\r?\n/)[0] ?? '').slice(0, 300);
