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
  // MSAL tells of an answer that it did not get, and of one that is none, in the same words. Here both are known.
  let lost: CrmFailure | null = null;
  const client = new ConfidentialClientApplication({
    auth: { clientId: options.clientId, ...authorityOf(options), ...proof },
    system: {
      networkClient: networkOf((failure) => {
        lost = failure;
      }),
      loggerOptions: { piiLoggingEnabled: false },
    },
  });
  let stale = false;
  return {
    async get() {
      if (certificate !== null && certificate.validUntil <= Date.now())
        throw new CrmFailure(
          'sign-in',
          `The certificate in DATAVERSE_CLIENT_CERTIFICATE expired on ${new Date(certificate.validUntil).toISOString().slice(0, 10)}. Make a new one, upload it to the app registration, and restart.`,
        );
      lost = null;
      try {
        const result = await client.acquireTokenByClientCredential({
          scopes: [`${options.url}/.default`],
          skipCache: stale,
        });
        if (result === null) throw new CrmFailure('sign-in', 'Entra ID gave no token.');
        stale = false;
        return result.accessToken;
      } catch (error) {
        throw failureOf(error, lost);
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

type Network = NonNullable<NonNullable<Configuration['system']>['networkClient']>;
type Given = { headers?: Record<string, string>; body?: string };

/** MSAL's own client waits for ever. `failed` hears why there is no answer that MSAL could look at. */
function networkOf(failed: (failure: CrmFailure) => void): Network {
  const asked = async <T>(url: string, method: 'GET' | 'POST', given?: Given) => {
    try {
      return await exchange<T>(url, method, given);
    } catch (error) {
      failed(failureOfExchange(error));
      throw error;
    }
  };
  return {
    sendGetRequestAsync: (url, given) => asked(url, 'GET', given),
    sendPostRequestAsync: (url, given) => asked(url, 'POST', given),
  };
}

async function exchange<T>(
  url: string,
  method: 'GET' | 'POST',
  given: Given = {},
): Promise<{ headers: Record<string, string>; body: T; status: number }> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(given.headers === undefined ? {} : { headers: given.headers }),
    ...(given.body === undefined ? {} : { body: given.body }),
  });
  const text = await response.text();
  return {
    headers: Object.fromEntries(response.headers),
    // MSAL itself looks at what the body holds.
    body: parsed<T>(text, response.status),
    status: response.status,
  };
}

function parsed<T>(text: string, status: number): T {
  try {
    return JSON.parse(text);
  } catch {
    throw new CrmFailure(
      status >= 500 ? 'unavailable' : 'unreadable',
      `Entra ID answered ${status} with something that is no JSON.`,
    );
  }
}

function failureOfExchange(error: unknown): CrmFailure {
  if (error instanceof CrmFailure) return error;
  if (error instanceof Error && error.name === 'TimeoutError')
    return new CrmFailure('timeout', 'Entra ID did not answer in time.');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const detail =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
  return new CrmFailure('unreachable', `Entra ID cannot be reached (${firstLine(detail)}).`);
}

/** What Entra ID refuses stands (a wrong secret); what did not arrive may work later. */
function failureOf(error: unknown, lost: CrmFailure | null): CrmFailure {
  if (error instanceof CrmFailure) return error;
  if (error instanceof AuthError && /AADSTS\d+/.test(error.errorMessage))
    return new CrmFailure('sign-in', firstLine(error.errorMessage));
  if (lost !== null) return lost;
  const detail = error instanceof Error ? error.message : String(error);
  return new CrmFailure('unreachable', `Entra ID gave no token: ${firstLine(detail)}`);
}

const firstLine = (text: string): string => (text.split(/\r?\n/)[0] ?? '').slice(0, 300);
