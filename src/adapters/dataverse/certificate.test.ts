import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../emulators/dataverse/certificate.ts';
import { DEMO } from '../../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../../emulators/dataverse/test-bench.ts';
import { createTokens as createTokensOfEmulator } from '../../../emulators/dataverse/tokens.ts';
import { createTokens } from './tokens.ts';

/** Sign-in by certificate: MSAL signs an assertion, and the emulator's token endpoint checks it as Entra ID does. */

const DAY = 86_400_000;
const YEARS_11 = 11 * 365 * DAY;
const folder = mkdtempSync(path.join(tmpdir(), 'assent-certificate-'));
let crm: Bench;

function made(name: string, at = Date.now()) {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = selfSignedCertificate(pair, at);
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const file = path.join(folder, `${name}.pem`);
  writeFileSync(file, key + certificate);
  return { file, certificate, key };
}

const good = made('good');
const stranger = made('stranger');
const old = made('old', Date.now() - YEARS_11);

beforeAll(async () => {
  crm = await openBench({ demo: false, certificates: [good.certificate, old.certificate] });
});
afterAll(async () => {
  await crm?.close();
  rmSync(folder, { recursive: true, force: true });
});

const tokensOf = (certificateFile: string) =>
  createTokens({
    url: crm.url,
    tenantId: DEMO.tenant,
    clientId: DEMO.clientId,
    clientSecret: null,
    certificateFile,
    authority: crm.url,
  });
const whoAmI = (token: string) =>
  fetch(`${crm.url}/api/data/v9.2/WhoAmI`, { headers: { authorization: `Bearer ${token}` } });

it('a registered certificate gets a token that the organisation takes', async () => {
  const token = await tokensOf(good.file).get();
  expect(await (await whoAmI(token)).json()).toMatchObject({ UserId: DEMO.applicationUserId });
});

it('one that is not registered is told so in the words of Entra ID', async () => {
  await expect(tokensOf(stranger.file).get()).rejects.toMatchObject({
    kind: 'sign-in',
    message: expect.stringMatching(/AADSTS700027.*The key was not found/),
  });
});

it('one that is expired is named with its last day, and nobody is asked', async () => {
  const lastDay = new Date(Date.now() - YEARS_11 + 3_650 * DAY).toISOString().slice(0, 10);
  await expect(tokensOf(old.file).get()).rejects.toMatchObject({
    kind: 'sign-in',
    message: expect.stringContaining(`expired on ${lastDay}`),
  });
});

it('the endpoint itself refuses an expired one, a wrong signature and another client', () => {
  const { assertionFault } = createTokensOfEmulator({ clientId: DEMO.clientId, tenant: DEMO.tenant });
  const now = Math.floor(Date.now() / 1000);
  const says = (assertion: string) =>
    assertionFault(assertion, [good.certificate, old.certificate], DEMO.clientId, now);
  expect(says(assertionBy(good, good.certificate))).toBeNull();
  expect(says(assertionBy(old, old.certificate))).toBe('The key used is expired.');
  expect(says(assertionBy(stranger, good.certificate))).toMatch(/signature value did not match/);
  expect(says(assertionBy(good, good.certificate, { sub: 'somebody' }))).toBe(
    'The assertion is of another client.',
  );
});

it.each([
  ['no such file', path.join(folder, 'none.pem'), /cannot be read/],
  ['no key', write('no-key', good.certificate), /holds no private key/],
  ['no certificate', write('no-certificate', good.key), /holds no certificate/],
  ['a key of another', write('mixed', stranger.key + good.certificate), /not the certificate’s/],
])('a file with %s is named at the start', (_what, file, problem) => {
  expect(() => tokensOf(file)).toThrow(problem);
});

function write(name: string, text: string): string {
  const file = path.join(folder, `${name}.pem`);
  writeFileSync(file, text);
  return file;
}

/** A client assertion as MSAL makes it, signed with a key that need not be the named certificate's. */
function assertionBy(signer: { key: string }, named: string, claims: Record<string, unknown> = {}): string {
  const print = Buffer.from(new X509Certificate(named).fingerprint256.replaceAll(':', ''), 'hex');
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'RS256', 'x5t#S256': print.toString('base64url') };
  const now = Math.floor(Date.now() / 1000);
  const body = { iss: DEMO.clientId, sub: DEMO.clientId, exp: now + 600, ...claims };
  const text = `${encode(header)}.${encode(body)}`;
  return `${text}.${sign('sha256', Buffer.from(text), signer.key).toString('base64url')}`;
}
