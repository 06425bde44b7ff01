import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createOidcProvider } from '../../src/adapters/oidc/oidc.ts';
import { createGuard } from '../../src/adapters/outbound/guard.ts';
import { createWhatsAppCloud } from '../../src/adapters/whatsapp-cloud/client.ts';
import { OidcUnavailable, ProviderUnavailable } from '../../src/ports.ts';

/**
 * Nobody outside makes us call our own network: not by what WhatsApp says of a file, and not by what an issuer's
 * description says of its hosts. Webhooks out: webhooks-out.test.ts; addresses and names: adapters/outbound.
 */

const servers: Server[] = [];
const hits: string[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  hits.length = 0;
});

async function listen(host: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}
const inside: RequestListener = (request, response) => {
  hits.push(`${request.method} ${request.url}`);
  response.end('a secret of the inside');
};

describe('a file of a customer’s', () => {
  /** WhatsApp, saying that its file is at this address. */
  async function download(url: string, redirect?: string) {
    const graph = await listen('127.0.0.1', (request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: redirect ?? '' });
      else response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ url: url.replace('GRAPH', graph), mime_type: 'image/jpeg', id: '1' }));
    });
    const provider = createWhatsAppCloud({
      apiUrl: graph,
      apiVersion: 'v26.0',
      phoneNumberId: '1',
      businessAccountId: '2',
      accessToken: 'the-access-token',
      // A poisoned answer of the name server: Meta's host is said to be inside.
      fetchPublic: createGuard(
        { internet: true, networks: [] },
        { resolve: (_host, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]) },
      ).fetch,
    });
    return provider.media.download('1').catch((error: unknown) => error);
  }

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:9/secret',
    'http://2130706433/',
    'https://lookaside.fbsbx.com.evil.example/',
    'https://user:password@lookaside.fbsbx.com/',
    'https://lookaside.fbsbx.com:8443/',
    'http://lookaside.fbsbx.com/',
    'file:///etc/passwd',
    'no address',
  ])('is not fetched from %s', async (url) => {
    expect(await download(url)).toMatchObject({ kind: 'untrusted' });
  });

  it('is not fetched where a redirect leads elsewhere', async () => {
    const secret = await listen('127.0.0.1', inside);
    expect(await download('GRAPH/away', `${secret}/secret`)).toMatchObject({ kind: 'untrusted' });
    expect(hits).toEqual([]);
  });

  it('is not fetched from Meta’s own host where that resolves inside', async () => {
    expect(await download('https://lookaside.fbsbx.com/file')).toBeInstanceOf(ProviderUnavailable);
  });
});

describe('an issuer of OpenID Connect', () => {
  it('is asked where the operator says, and leads to nothing else inside', async () => {
    // 127.0.0.2 is another host on the inside, as the guard sees it.
    const other = await listen('127.0.0.2', inside);
    const issuer: string = await listen('127.0.0.1', (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${other}/token`,
          jwks_uri: `${other}/keys`,
          response_types_supported: ['code'],
        }),
      );
    });
    const provider = createOidcProvider({
      issuer,
      clientId: 'assent',
      clientSecret: 'a secret',
      groupsClaims: ['groups'],
      scope: 'openid',
      fetch: createGuard({ internet: true, networks: [] }, { trusted: ['127.0.0.1'] }).fetch,
    });
    const request = { state: 'a-state', nonce: 'a-nonce', codeVerifier: 'v'.repeat(43) };
    expect(await provider.begin(request, 'http://127.0.0.1/back')).toContain(`${issuer}/authorize`);
    await expect(
      provider.finish(new URL('http://127.0.0.1/back?code=a-code&state=a-state'), request),
    ).rejects.toThrow(OidcUnavailable);
    expect(hits).toEqual([]);
  });
});
