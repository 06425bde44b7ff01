import fastify from 'fastify';
import { createEmulator, SANDBOX } from './emulator.ts';

/** `npm run emulator`: the WhatsApp emulator on its own, on loopback. docs/emulator.md lists the environment. */
const env = process.env;
const port = Number(env.PORT ?? 4010);
const options = {
  phoneNumberId: env.WHATSAPP_PHONE_NUMBER_ID ?? SANDBOX.phoneNumberId,
  businessAccountId: env.WHATSAPP_BUSINESS_ACCOUNT_ID ?? SANDBOX.businessAccountId,
  displayPhoneNumber: env.EMULATOR_DISPLAY_PHONE_NUMBER ?? SANDBOX.displayPhoneNumber,
  verifiedName: env.EMULATOR_VERIFIED_NAME ?? SANDBOX.verifiedName,
  accessToken: env.WHATSAPP_ACCESS_TOKEN ?? SANDBOX.accessToken,
  appSecret: env.WHATSAPP_APP_SECRET ?? SANDBOX.appSecret,
  verifyToken: env.WHATSAPP_VERIFY_TOKEN ?? SANDBOX.verifyToken,
  webhookUrl: env.EMULATOR_WEBHOOK_URL ?? 'http://127.0.0.1:3000/webhooks/whatsapp',
  stateFile: env.EMULATOR_STATE_FILE,
};

const emulator = createEmulator({ ...options, log: (line) => console.log(line) });
const app = fastify();
await app.register(emulator.plugin);
const address = await app.listen({ port, host: '127.0.0.1' });

console.log(`WhatsApp emulator
  phone page      ${address}/emulator/phone
  Graph API       ${address}   (WHATSAPP_API_URL)`);
for (const [name, value] of Object.entries(options))
  console.log(`  ${name.padEnd(20)}${value ?? '(in memory)'}`);

const stop = async (): Promise<void> => {
  await app.close();
  await emulator.close();
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
