import { sql } from 'kysely';
import type { Context } from '../../src/actions/context.ts';
import { changeSettings, configureRecordType } from '../../src/actions/edit-organisation.ts';
import { editRecord } from '../../src/actions/edit-records.ts';
import { createTemplate, publishTemplate, syncTemplates } from '../../src/actions/edit-templates.ts';
import { createIngest } from '../../src/actions/ingest.ts';
import type { Sender } from '../../src/actions/send-message.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { rightsOf } from '../../src/core/rights.ts';
import type { Database } from '../../src/db/engine.ts';
import type { MessagingProvider, OutboundMessage, SendOutcome } from '../../src/ports.ts';
import { createTestContext, type TestContext } from '../context.ts';
import { textDelivery } from '../faults/nodes.ts';

/** The product's actions on a real database, with a WhatsApp that answers when it is told to. */
export interface RealWorld {
  world: TestContext;
  /** Where calls to WhatsApp arrive. */
  calls: { message: OutboundMessage; answer: (outcome: SendOutcome) => void }[];
  consentTemplate: string;
  /** A customer who wrote Hello, as a contact. */
  newCustomer(now: number): Promise<Customer>;
  close(): Promise<void>;
}

export interface Customer {
  phone: string;
  contactPointId: string;
  recordId: string;
}

export const SENDER: Sender = {
  id: 'model',
  name: 'Model',
  path: 'api',
  rights: rightsOf('administrator'),
  actor: null,
};

export async function openRealWorld(engine: Database, now: number): Promise<RealWorld> {
  const calls: RealWorld['calls'] = [];
  const world = await createTestContext({ engine, provider: answeringProvider(calls) });
  world.setNow(now);
  const { ctx } = world;
  const consentTemplate = await setUpConsent(ctx);
  let customers = 0;
  return {
    world,
    calls,
    consentTemplate,
    async newCustomer(at) {
      customers += 1;
      world.setNow(at);
      const phone = `+1202555${String(1000 + customers)}`;
      await createIngest(ctx).submit(textDelivery(phone, 'Hello', `wamid.hello.${customers}`, at));
      const recordId = await editRecord(ctx, {
        table: 'contact',
        id: null,
        values: { fullname: `Customer ${customers}`, mobilephone: phone },
        actor: 'Model',
        source: 'crm',
      });
      const { rows } = await sql<{ id: string }>`select id from contact_point where phone = ${phone}`.execute(
        engine.db,
      );
      return { phone, recordId, contactPointId: rows[0]?.id ?? '' };
    },
    close: () => engine.close(),
  };
}

/** Contacts with a Compliance Field, no limits on asking, and the three templates; answers the Consent Template's id. */
export async function setUpConsent(ctx: Context, complianceField = 'assent_allowwhatsapp'): Promise<string> {
  await configureRecordType(
    ctx,
    {
      ...RECORD_TYPE_DEFAULTS,
      table: 'contact',
      displayName: 'Contact',
      nameColumn: 'fullname',
      phoneColumns: ['mobilephone'],
      complianceField,
      defaultCountry: 'US',
    },
    'Model',
  );
  await changeSettings(
    ctx,
    {
      askUnansweredPerDay: null,
      askUnansweredPer30Days: null,
      askAfterRefusalPerDay: null,
      askAfterRefusalPer90Days: null,
    },
    'Model',
  );
  await syncTemplates(ctx);
  const publish = async (
    definition: Partial<Parameters<typeof createTemplate>[1]> & { type: 'consent' | 'opt-in' | 'opt-out' },
  ): Promise<string> => {
    const id = await createTemplate(
      ctx,
      {
        name: definition.type,
        recordType: 'contact',
        session: 'utility',
        whatsappTemplate: null,
        bindings: {},
        keywords: [],
        reply: null,
        keywordsAreStopWords: false,
        ...definition,
      },
      'Model',
    );
    await publishTemplate(ctx, id, 'Model');
    return id;
  };
  await publish({ type: 'opt-in', keywords: [{ text: 'Yes, I Agree' }], reply: { text: 'Thank you.' } });
  await publish({ type: 'opt-out', keywords: [{ text: 'No, Thank You' }], reply: { text: 'Understood.' } });
  return publish({
    type: 'consent',
    whatsappTemplate: { name: 'consent_request', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' } },
  });
}

function answeringProvider(calls: RealWorld['calls']): MessagingProvider {
  return {
    send: async (message, mayLeave) =>
      mayLeave() ? new Promise((answer) => calls.push({ message, answer })) : { kind: 'held-back' },
    async markRead() {},
    media: {
      download: async () => ({ kind: 'gone' }),
      upload: async () => ({ kind: 'accepted', mediaId: '1' }),
    },
    explain: (error) => error.title,
    advise: () => 'never',
    templates: async () => [
      {
        id: '1',
        name: 'consent_request',
        language: 'en',
        status: 'APPROVED',
        category: 'UTILITY',
        parameterFormat: 'POSITIONAL',
        components: [
          {
            type: 'BODY',
            text: 'Hello {{1}}, may Contoso write to you here?',
            example: { body_text: [['Ana']] },
          },
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: 'Yes, I Agree' },
              { type: 'QUICK_REPLY', text: 'No, Thank You' },
            ],
          },
        ],
      },
    ],
    number: async () => ({
      phoneNumberId: '200300400500600',
      displayPhoneNumber: '+1',
      verifiedName: 'Contoso',
      status: 'CONNECTED',
    }),
  };
}
