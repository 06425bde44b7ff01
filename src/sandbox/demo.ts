import type { Context } from '../actions/context.ts';
import { isDemoDone, markDemoDone } from '../actions/demo-marker.ts';
import { configureRecordType } from '../actions/edit-organisation.ts';
import { editRecord } from '../actions/edit-records.ts';
import {
  createAnswerTemplates,
  createTemplate,
  publishTemplate,
  syncTemplates,
} from '../actions/edit-templates.ts';
import { loadPublished, loadRecordTypes } from '../actions/organisation.ts';
import { type Sender, sendMessage } from '../actions/send-message.ts';
import type { MessageTemplateDefinition } from '../core/message-template.ts';
import { RECORD_TYPE_DEFAULTS } from '../core/record-type.ts';
import { rightsOf } from '../core/rights.ts';
import { readMessage } from '../db/messages.ts';
import { recordPage } from '../db/record-list.ts';

/** The customer's phone, as the emulator lets us play it. */
export interface DemoPhones {
  customerSends(phone: string, act: { text: string } | { buttonOf: string; button: number }): unknown;
  nameCustomer(phone: string, name: string): void;
  /** Resolves when every webhook so far was delivered. */
  idle(): Promise<void>;
}

const ACTOR = 'Sandbox';
const SENDER: Sender = {
  id: 'sandbox',
  name: 'Alex Agent',
  path: 'person',
  rights: rightsOf('agent'),
  actor: null,
};

type Story = 'never-asked' | 'asked' | 'granted' | 'denied' | 'held' | 'wrote-first';

interface DemoPerson {
  table: 'contact' | 'lead' | 'account';
  values: Record<string, string>;
  phone: string;
  name: string;
  story: Story | null;
}

const person = (
  table: 'contact' | 'lead',
  name: string,
  phone: string,
  city: string,
  story: Story | null,
): DemoPerson => {
  const [firstname = '', ...rest] = name.split(' ');
  return {
    table,
    name,
    phone,
    story,
    values: { fullname: name, firstname, lastname: rest.join(' '), mobilephone: phone, address1_city: city },
  };
};

/** Somebody in every state; the second Grace is the same number on a lead. */
const PEOPLE: DemoPerson[] = [
  person('contact', 'Nora Newcomer', '+12025550111', 'Boston', 'never-asked'),
  person('contact', 'Ahmed Asked', '+12025550112', 'Chicago', 'asked'),
  person('contact', 'Grace Granted', '+12025550113', 'Denver', 'granted'),
  person('lead', 'Grace Granted', '+12025550113', 'Denver', null),
  person('contact', 'Daniel Denied', '+12025550114', 'Austin', 'denied'),
  person('contact', 'Hanna Held', '+12025550115', 'Portland', 'held'),
  person('contact', 'Wendy Wrote', '+12025550116', 'Seattle', 'wrote-first'),
  person('contact', 'Sofía Sánchez', '+34612345678', 'Madrid', 'granted'),
  person('lead', 'Lucas Lima', '+5511987654321', 'São Paulo', 'never-asked'),
  {
    table: 'account',
    name: 'Fourth Coffee',
    phone: '+12025550117',
    story: 'never-asked',
    values: { name: 'Fourth Coffee', telephone1: '+12025550117', address1_city: 'Seattle' },
  },
];

/**
 * Sets the sandbox up once per data directory: record types, templates, and people in every state, all by the same
 * actions, sends and answers that people use. Stopped in the middle, the next start goes on where it was.
 */
export async function seedDemo(ctx: Context, phones: DemoPhones): Promise<void> {
  const { db } = ctx.database;
  if (await isDemoDone(ctx)) return;
  await syncTemplates(ctx);
  await configure(ctx);
  const records = [];
  for (const one of PEOPLE) records.push({ one, id: await ensureRecord(ctx, one) });
  const consent = (await loadPublished(db)).filter((template) => template.definition.type === 'consent');
  for (const { one, id } of records) {
    phones.nameCustomer(one.phone, one.name);
    const template = consent.find((candidate) => candidate.definition.recordType === one.table);
    if (template !== undefined) await play(ctx, phones, one, id, template.id);
  }
  await phones.idle();
  await markDemoDone(ctx);
}

async function configure(ctx: Context): Promise<void> {
  const { db } = ctx.database;
  const types = await loadRecordTypes(db);
  // Who writes is a person before they are a company.
  for (const [table, displayName, nameColumn, phoneColumns, priority] of [
    ['contact', 'Contact', 'fullname', ['mobilephone', 'telephone1'], 100],
    ['lead', 'Lead', 'fullname', ['mobilephone', 'telephone1'], 110],
    ['account', 'Account', 'name', ['telephone1', 'telephone2'], 120],
  ] as const)
    if (!types.has(table))
      await configureRecordType(
        ctx,
        {
          ...RECORD_TYPE_DEFAULTS,
          table,
          displayName,
          nameColumn,
          phoneColumns: [...phoneColumns],
          complianceField: 'assent_allowwhatsapp',
          defaultCountry: 'US',
          languageColumn: 'preferredlanguage',
          priority,
        },
        ACTOR,
      );
  const names = new Set((await loadPublished(db)).map((template) => template.definition.name));
  for (const recordType of ['contact', 'lead', 'account'] as const) {
    const nameColumn = recordType === 'account' ? 'name' : 'firstname';
    const label = recordType.charAt(0).toUpperCase() + recordType.slice(1);
    const base = {
      recordType,
      session: 'utility' as const,
      keywords: [],
      reply: null,
      keywordsAreStopWords: false,
    };
    const wanted: MessageTemplateDefinition[] = [
      {
        ...base,
        name: `${label}: may we write?`,
        type: 'consent',
        whatsappTemplate: { name: 'consent_request', language: 'en' },
        bindings: { '1': { column: nameColumn, fallback: 'there' } },
      },
      {
        ...base,
        name: `${label}: appointment reminder`,
        type: 'utility',
        whatsappTemplate: { name: 'appointment_reminder', language: 'en' },
        bindings: {
          '1': { column: nameColumn, fallback: 'there' },
          '2': { text: 'Friday' },
          '3': { text: '10:00' },
        },
      },
    ];
    for (const definition of wanted) {
      if (names.has(definition.name)) continue;
      const id = await createTemplate(ctx, definition, ACTOR);
      await publishTemplate(ctx, id, ACTOR);
      if (definition.type === 'consent') await createAnswerTemplates(ctx, id, ACTOR);
    }
  }
}

async function ensureRecord(ctx: Context, one: DemoPerson): Promise<string> {
  const found = await recordPage(
    ctx.database.db,
    {
      tables: [one.table],
      search: one.name,
      searchDigits: null,
      consent: null,
      decidedSince: null,
      decidedUntil: null,
    },
    null,
    1,
  );
  return (
    found[0]?.id ??
    editRecord(ctx, { table: one.table, id: null, values: one.values, actor: ACTOR, source: 'crm' })
  );
}

async function play(
  ctx: Context,
  phones: DemoPhones,
  one: DemoPerson,
  recordId: string,
  messageTemplateId: string,
): Promise<void> {
  switch (one.story) {
    case 'asked':
      await ask(ctx, one, recordId, messageTemplateId);
      return;
    case 'granted':
    case 'denied': {
      const sent = await ask(ctx, one, recordId, messageTemplateId);
      if (sent !== null)
        phones.customerSends(one.phone, { buttonOf: sent, button: one.story === 'granted' ? 0 : 1 });
      return;
    }
    case 'held': {
      const sent = await ask(ctx, one, recordId, messageTemplateId);
      if (sent !== null) phones.customerSends(one.phone, { text: 'no más' });
      return;
    }
    case 'wrote-first':
      phones.customerSends(one.phone, { text: 'Hello, is my order on its way?' });
      return;
    default:
  }
}

/** On a machine that does other work a message may be put off several times; whoever is given up has no story in the demo. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 25;

/** Sends the Consent Template and waits until WhatsApp took it; answers its WhatsApp id, null where it does not come. */
async function ask(
  ctx: Context,
  one: DemoPerson,
  recordId: string,
  messageTemplateId: string,
): Promise<string | null> {
  const key = `demo:${recordId}`;
  const to = { recordType: one.table, recordId };
  const message = await sendMessage(ctx, { to, messageTemplateId }, SENDER, key);
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    const row = await readMessage(ctx.database.db, message.id);
    if (row !== null && row.whatsappId !== null) return row.whatsappId;
    // What is unconfirmed has its id once WhatsApp tells of it.
    if (row === null || row.status === 'failed' || row.status === 'cancelled') return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return null;
}
