import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import { buildWeb } from './web-build.ts';

/**
 * `npm run demo:dataverse`: the Dataverse emulator and the product on it, with the record types set up for contact, lead,
 * account and opportunity, and a Consent Template that may go at once. Nothing leaves this machine.
 */
const emulatorPort = process.env.EMULATOR_PORT ?? '4020';
const organisation = `http://127.0.0.1:${emulatorPort}`;
const FIELD = 'wa_whatsappconsent';
const port = process.env.PORT ?? '3000';
const server = `http://127.0.0.1:${port}`;

const build = buildWeb();
if (build.result === 'not-possible') console.warn(`web: ${build.reason}`);

/** Open nothing but the emulator on loopback. */
const given = {
  DATA_DIR: './data-dataverse',
  CRM: 'dataverse',
  PORT: port,
  ADMIN_API_KEY: randomBytes(24).toString('hex'),
  DATAVERSE_URL: organisation,
  DATAVERSE_AUTHORITY: organisation,
  DATAVERSE_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  DATAVERSE_CLIENT_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  DATAVERSE_CLIENT_SECRET: 'dataverse-emulator-secret',
  DATAVERSE_WEBHOOK_KEY: 'webhook-key-of-the-demo-0123456789',
  EMULATOR_ACTIVITY_TABLE: 'true',
};
for (const [name, value] of Object.entries(given)) process.env[name] ??= value;
const adminKey = process.env.ADMIN_API_KEY ?? '';

const emulator = fork(path.resolve(import.meta.dirname, '../emulators/dataverse/main.ts'), {
  env: {
    ...process.env,
    PORT: emulatorPort,
    EMULATOR_TLS_PORT: String(Number(emulatorPort) + 1),
    EMULATOR_STATE_FILE:
      process.env.EMULATOR_STATE_FILE ?? path.join(process.env.DATA_DIR ?? '.', 'dataverse.jsonl'),
  },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
process.once('exit', () => void emulator.kill('SIGTERM'));
if (emulator.stdout === null) throw new Error('the emulator has no output');
// It says where it listens once it does.
await Promise.race([
  once(emulator.stdout, 'data'),
  once(emulator, 'exit').then(() => {
    throw new Error(
      `The Dataverse emulator did not start. Is port ${emulatorPort} taken? Set EMULATOR_PORT.`,
    );
  }),
]);
await import('../src/main.ts');

const answered = async (method: string, at: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(server + at, {
    method,
    headers: {
      authorization: `Bearer ${adminKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${at} answered ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
};
const Listed = z.object({ items: z.array(z.looseObject({ table: z.string().optional() })) });
const Made = z.object({ id: z.string() });

async function setUp(): Promise<void> {
  for (;;) {
    if (Listed.parse(await answered('GET', '/api/crm/tables')).items.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const types = Listed.parse(await answered('GET', '/api/record-types')).items.map((type) => type.table);
  await answered('POST', '/api/whatsapp-templates/sync');
  for (const [table, name, phones] of [
    ['contact', 'Contact', ['mobilephone', 'telephone1']],
    ['lead', 'Lead', ['mobilephone', 'telephone1']],
    ['account', 'Account', ['telephone1', 'telephone2']],
  ] as const) {
    if (types.includes(table)) continue;
    const nameColumn = table === 'account' ? 'name' : 'fullname';
    await answered('PUT', `/api/record-types/${table}`, {
      displayName: name,
      phoneColumns: phones,
      nameColumn,
      complianceField: FIELD,
      defaultCountry: 'GB',
    });
    const publish = async (template: Record<string, unknown>): Promise<void> => {
      const { id } = Made.parse(
        await answered('POST', '/api/message-templates', {
          recordType: table,
          session: 'utility',
          ...template,
        }),
      );
      await answered('POST', `/api/message-templates/${id}/publish`);
    };
    await publish({
      name: `${name}: yes`,
      type: 'opt-in',
      keywords: [{ text: 'Yes, I Agree', language: 'en' }],
      reply: { text: 'Thank you. You can write to us here at any time.' },
    });
    await publish({
      name: `${name}: no`,
      type: 'opt-out',
      keywords: [{ text: 'No, Thank You', language: 'en' }],
      reply: { text: 'Understood. We will not write to you again.' },
    });
    await publish({
      name: `${name}: may we write?`,
      type: 'consent',
      whatsappTemplate: { name: 'consent_request', language: 'en' },
      bindings: { '1': { column: nameColumn, fallback: 'there' } },
    });
  }
}

/** They have no phone column: number and consent are those of their contact. */
async function setUpOpportunities(): Promise<void> {
  const types = Listed.parse(await answered('GET', '/api/record-types')).items.map((type) => type.table);
  if (types.includes('opportunity')) return;
  await answered('PUT', '/api/record-types/opportunity', {
    displayName: 'Opportunity',
    phoneColumns: [],
    nameColumn: 'name',
    relatedTable: 'contact',
    relatedColumn: 'parentcontactid',
  });
}

await setUp();
await setUpOpportunities();
console.log(`
The records are in a Dataverse organisation that an emulator plays: ${organisation}
  edit one as a person there does:  curl -X PATCH ${organisation}/emulator/dataverse/rows/contacts/<id> -H 'content-type: application/json' -d '{"${FIELD}":false}'
  how far Assent has read:          ${server}/configuration/crm`);
