import * as client from 'openid-client';
import { type OidcIdentity, type OidcProvider, OidcRefused, OidcUnavailable } from '../../ports.ts';

export interface OidcOptions {
  issuer: string;
  clientId: string;
  /** Null for a public client: PKCE alone proves that the code is ours. */
  clientSecret: string | null;
  /** Claims that hold the groups; what any of them holds counts. */
  groupsClaims: readonly string[];
  scope: string;
  /** How the issuer is asked (adapters/outbound); its description may name other hosts. */
  fetch?: typeof fetch;
}

/** How long an issuer's own description is believed, ms. */
const DISCOVERY_LIFE = 12 * 60 * 60_000;
/** Seconds an answer of the issuer may take. */
const TIMEOUT = 10;

/**
 * OpenID Connect 1.0, authorization code flow with PKCE (S256), state and nonce. The ID token's signature is checked
 * against the issuer's keys even though it comes over TLS, so a token that was tampered with on the way is none.
 *
 * https://openid.net/specs/openid-connect-core-1_0.html · https://openid.net/specs/openid-connect-rpinitiated-1_0.html
 */
export function createOidcProvider(options: OidcOptions, now: () => number = Date.now): OidcProvider {
  const issuer = new URL(options.issuer);
  let found: { at: number; configuration: Promise<client.Configuration> } | null = null;

  const configuration = async (): Promise<client.Configuration> => {
    if (found === null || now() - found.at > DISCOVERY_LIFE) found = { at: now(), configuration: discover() };
    try {
      return await found.configuration;
    } catch (error) {
      found = null;
      throw new OidcUnavailable(
        `${issuer.host} does not answer as an OpenID Connect issuer: ${words(error)}`,
        {
          cause: error,
        },
      );
    }
  };
  const discover = (): Promise<client.Configuration> =>
    client.discovery(
      issuer,
      options.clientId,
      undefined,
      options.clientSecret === null ? client.None() : client.ClientSecretPost(options.clientSecret),
      {
        timeout: TIMEOUT,
        ...(options.fetch === undefined ? {} : { [client.customFetch]: askedBy(options.fetch) }),
        execute: [
          client.enableNonRepudiationChecks,
          // Only loopback addresses get here without TLS (config.ts).
          ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
        ],
      },
    );

  return {
    async begin(request, redirectUri) {
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: options.scope,
        state: request.state,
        nonce: request.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(request.codeVerifier),
        code_challenge_method: 'S256',
      });
      return url.href;
    },

    async finish(callback, request) {
      const known = await configuration();
      const tokens = await client
        .authorizationCodeGrant(known, callback, {
          expectedState: request.state,
          expectedNonce: request.nonce,
          pkceCodeVerifier: request.codeVerifier,
          idTokenExpected: true,
        })
        .catch((error: unknown) => {
          throw isNetwork(error)
            ? new OidcUnavailable(`${issuer.host} does not answer: ${words(error)}`, { cause: error })
            : new OidcRefused(words(error), { cause: error });
        });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined)
        throw new OidcRefused('no ID token came back');
      return identityOf(claims, tokens.id_token, options.groupsClaims);
    },

    async signOutUrl(idToken, backTo) {
      const known = await configuration();
      if (known.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(known, { id_token_hint: idToken, post_logout_redirect_uri: backTo })
        .href;
    },
  };
}

/** The library's way of asking, by ours: a body that is not there is left away. */
function askedBy(ask: typeof fetch): client.CustomFetch {
  return (url, { body, ...init }) => {
    if (body == null) return ask(url, init);
    return ask(url, { ...init, body: body instanceof Uint8Array ? Buffer.from(body) : body });
  };
}

function identityOf(claims: client.IDToken, idToken: string, groupsClaims: readonly string[]): OidcIdentity {
  const text = (claim: string): string | null => {
    const value = claims[claim];
    return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : null;
  };
  const email = claims.email_verified === false ? null : text('email');
  return {
    issuer: claims.iss,
    subject: claims.sub,
    name: text('name') ?? text('preferred_username') ?? email ?? 'Unnamed',
    email: email?.includes('@') ? email : null,
    groups: groupsOf(claims, groupsClaims),
    idToken,
  };
}

/** Null where the issuer left the groups out because there are too many ("overage" of Entra ID). */
function groupsOf(claims: client.IDToken, groupsClaims: readonly string[]): string[] | null {
  const groups = groupsClaims.flatMap((claim) => {
    const value = claims[claim];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.filter((one) => typeof one === 'string');
  });
  const left = claims._claim_names;
  const isOverage =
    claims.hasgroups === true || (typeof left === 'object' && left !== null && 'groups' in left);
  return groups.length === 0 && isOverage ? null : groups;
}

/** What went wrong, for the log and the page: the library's sentence and the issuer's code, never a token. */
function words(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return error.error_description ?? error.error;
  return error instanceof Error ? error.message : String(error);
}

function isNetwork(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  return error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name);
}
