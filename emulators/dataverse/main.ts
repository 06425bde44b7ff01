import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { selfSignedCertificate } from './certificate.ts';
import { DEMO } from './demo.ts';
import { createEmulator } from './emulator.ts';

/** `npm run emulator:dataverse`: a Dataverse organisation on its own, on loopback. docs/emulator-dataverse.md lists the environment. */
const env = process.env;
const port = Number(env.PORT ?? 4020);
const tlsPort = Number(env.EMULATOR_TLS_PORT ?? port + 1);
const organizationUrl = env.DATAVERSE_URL ?? `http://127.0.0.1:${port}`;
const settings = {
  tenant: env.DATAVERSE_TENANT_ID ?? DEMO.tenant,
  clientId: env.DATAVERSE_CLIENT_ID ?? DEMO.clientId,
  clientSecret: env.DATAVERSE_CLIENT_SECRET ?? DEMO.clientSecret,
};
const certificates = env.EMULATOR_CLIENT_CERTIFICATE
  ? [readFileSync(env.EMULATOR_CLIENT_CERTIFICATE, 'utf8')]
  : [];
const emulator = createEmulator({
  ...settings,
  organizationUrl,
  certificates,
  activityTable: env.EMULATOR_ACTIVITY_TABLE === 'true',
  demo: env.EMULATOR_DEMO_DATA !== 'false',
  stateFile: env.EMULATOR_STATE_FILE,
});

// The same organisation again with TLS, as MSAL takes no authority without.
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const certificate = selfSignedCertificate(pair, Date.now());
const folder = join(tmpdir(), `dataverse-emulator-${port}`);
const certificateFile = join(folder, 'certificate.pem');
mkdirSync(folder, { recursive: true });
writeFileSync(certificateFile, certificate);
const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });

/** Room for a batch of a thousand. */
const common = { bodyLimit: 128 * 1024 * 1024, routerOptions: { maxParamLength: 200 } };
const plain = fastify(common);
const secure = fastify({ ...common, https: { key, cert: certificate } });
await plain.register(emulator.plugin);
await secure.register(emulator.plugin);
await plain.listen({ port, host: '127.0.0.1' });
await secure.listen({ port: tlsPort, host: '127.0.0.1' });

console.log(`Dataverse emulator
  organisation    http://127.0.0.1:${port}      (Web API under /api/data/v9.2/)
  control routes  http://127.0.0.1:${port}/emulator/dataverse/
  with TLS        https://localhost:${tlsPort}
  authority       https://localhost:${tlsPort}/${settings.tenant}
  certificate     ${certificateFile}      (NODE_EXTRA_CA_CERTS)
  DATAVERSE_URL            ${organizationUrl}
  DATAVERSE_TENANT_ID      ${settings.tenant}
  DATAVERSE_CLIENT_ID      ${settings.clientId}
  DATAVERSE_CLIENT_SECRET  ${settings.clientSecret}
  state           ${env.EMULATOR_STATE_FILE ?? '(in memory)'}`);

const stop = async (): Promise<void> => {
  await plain.close();
  await secure.close();
  await emulator.close();
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
