import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DEMO } from '../../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../../emulators/dataverse/test-bench.ts';
import { createTokens } from './tokens.ts';

/** What stands in the way of a token is said of Entra ID, and not of the organisation. */

let crm: Bench;
beforeAll(async () => {
  crm = await openBench({ demo: false });
});
afterAll(() => crm?.close());
afterEach(() => crm.emulator.clearFaults());

const tokensFrom = (authority: string, clientSecret: string = DEMO.clientSecret) =>
  createTokens({
    url: crm.url,
    tenantId: DEMO.tenant,
    clientId: DEMO.clientId,
    clientSecret,
    certificateFile: null,
    authority,
  }).get();

it('an address where nobody listens', async () => {
  await expect(tokensFrom('http://127.0.0.1:1')).rejects.toMatchObject({
    kind: 'unreachable',
    message: expect.stringMatching(/^Entra ID cannot be reached \(.+\)\.$/),
  });
});

it.each([
  ['html', 'unreadable', 'Entra ID answered 200 with something that is no JSON.'],
  ['truncated', 'unreadable', 'Entra ID answered 200 with something that is no JSON.'],
] as const)('%s in place of a token', async (kind, code, message) => {
  crm.emulator.fault({ kind, scope: 'token', always: true });
  await expect(tokensFrom(crm.url)).rejects.toMatchObject({ kind: code, message });
});

it('a wrong secret is told in the words of Entra ID', async () => {
  await expect(tokensFrom(crm.url, 'wrong')).rejects.toMatchObject({
    kind: 'sign-in',
    message: expect.stringContaining('AADSTS'),
  });
});
