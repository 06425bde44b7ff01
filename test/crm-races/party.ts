import { DEMO } from '../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import type { Context } from '../../src/actions/context.ts';
import { changeSettings, configureRecordType } from '../../src/actions/edit-organisation.ts';
import { createTemplate, publishTemplate, syncTemplates } from '../../src/actions/edit-templates.ts';
import { claimSends, handOver } from '../../src/actions/hand-over.ts';
import { createHandovers } from '../../src/actions/handovers.ts';
import { createIngest } from '../../src/actions/ingest.ts';
import { describeCrm } from '../../src/actions/read-crm.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import type { InboundContent } from '../../src/core/update.ts';
import type { MessagingProvider, OutboundMessage, RemoteCrm } from '../../src/ports.ts';
import { syncOnce } from '../../src/workers/crm-sync.ts';
import { createTestContext, freePermits, NOON } from '../context.ts';
import { openTestDatabase } from '../db/database.ts';
import { dataverseCrm } from '../stories/dataverse-world.ts';
import { openRoad, type Road, type RoadHooks } from './road.ts';

/** An organisation, the road to it, a database, and nodes of Assent that come and go on it. All share one clock. */

export const FIELD = 'wa_whatsappconsent';
export const TABLES = ['contact', 'lead'] as const;

/** What a node throws once it was killed: nothing of ours catches it, so nothing is put in order behind it. */
export class Died extends Error {}

export interface Node {
  ctx: Context;
  remote: RemoteCrm;
  dead: boolean;
  /** Ends it where it stands, as `kill -9` does. */
  kill(): void;
}

export interface Party {
  crm: Bench;
  road: Road;
  now(): number;
  advance(ms: number): void;
  node(): Node;
  turn(node: Node): Promise<void>;
  /** Sends what is queued; answers what reached WhatsApp. */
  handOver(node: Node): Promise<OutboundMessage[]>;
  /** A customer sends something; resolves when it was taken and all came of it in our database. */
  customer(node: Node, phone: string, content: InboundContent, quotes: string | null): Promise<void>;
  consentTemplates: Record<string, string>;
  close(): Promise<void>;
}

export async function openParty(hooks: RoadHooks): Promise<Party> {
  let time = NOON;
  const crm = await openBench({
    demo: false,
    now: () => time,
    settings: { batchCountsMembers: true },
  });
  const road = await openRoad(crm.url, hooks);
  const database = await openTestDatabase();
  const sent: OutboundMessage[] = [];
  const test = await createTestContext({ engine: database, provider: whatsAppOf(sent) });
  // Never the same moment twice, as on a machine.
  const clock = (): number => {
    time += 1;
    return time;
  };

  const node = (): Node => {
    const crmOf = dataverseCrm(
      database.db,
      {
        url: road.url,
        tenantId: DEMO.tenant,
        clientId: DEMO.clientId,
        clientSecret: DEMO.clientSecret,
        certificateFile: null,
        authority: road.url,
      },
      clock,
    );
    const made: Node = {
      ctx: { ...test.ctx, clock, handovers: createHandovers() },
      remote: crmOf.remote,
      dead: false,
      kill() {
        made.dead = true;
        crmOf.remote.close();
      },
    };
    made.remote = mortal(crmOf.remote, made);
    made.ctx.crm = { ...crmOf, remote: made.remote };
    return made;
  };

  let updates = 0;
  const first = node();
  const party: Party = {
    crm,
    road,
    now: () => time,
    advance(ms) {
      time += ms;
    },
    node,
    async turn(one) {
      await syncOnce(one.ctx, one.remote, 'https://assent.example.com');
    },
    async handOver(one) {
      for (let tries = 0; tries < 20; tries += 1) {
        const { claims, againInMs } = await claimSends(one.ctx, freePermits(10));
        for (const claim of claims) await handOver(one.ctx, claim);
        if (claims.length === 0 && againInMs === null) break;
        time += againInMs ?? 0;
      }
      return sent.splice(0);
    },
    async customer(one, phone, content, quotes) {
      updates += 1;
      const whatsappId = `wamid.customer.${updates}`;
      const update = {
        kind: 'message' as const,
        phoneNumberId: one.ctx.channel.phoneNumberId,
        eventKey: `m:${whatsappId}`,
        at: Math.floor(time / 1000) * 1000,
        from: { phone },
        whatsappId,
        content,
        context: quotes === null ? null : { id: quotes, forwarded: false },
      };
      await createIngest(one.ctx).submit({
        updates: [{ update, raw: update }],
        bodySha256: '0'.repeat(64),
        receivedAt: time,
      });
    },
    consentTemplates: {},
    async close() {
      first.kill();
      await road.close();
      await crm.close();
      await database.close();
    },
  };
  await setUp(party, first);
  return party;
}

/** The CRM as a node sees it until it dies. */
function mortal(remote: RemoteCrm, node: Node): RemoteCrm {
  const whileAlive =
    <Given extends unknown[], T>(call: (...given: Given) => Promise<T>) =>
    async (...given: Given): Promise<T> => {
      if (node.dead) throw new Died();
      try {
        return await call(...given);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: a dead process sees neither an answer nor a failure
        if (node.dead) throw new Died();
      }
    };
  return {
    ...remote,
    tables: whileAlive(remote.tables),
    count: whileAlive(remote.count),
    page: whileAlive(remote.page),
    read: whileAlive(remote.read),
    write: whileAlive(remote.write),
    save: whileAlive(remote.save),
  };
}

async function setUp(party: Party, node: Node): Promise<void> {
  const { ctx } = node;
  await describeCrm(ctx, node.remote);
  await changeSettings(
    ctx,
    {
      askUnansweredPerDay: null,
      askUnansweredPer30Days: null,
      askAfterRefusalPerDay: null,
      askAfterRefusalPer90Days: null,
      businessName: 'Contoso',
    },
    'test',
  );
  await syncTemplates(ctx);
  for (const table of TABLES) {
    await configureRecordType(
      ctx,
      {
        ...RECORD_TYPE_DEFAULTS,
        table,
        displayName: table,
        phoneColumns: ['mobilephone', 'telephone1'],
        nameColumn: 'fullname',
        complianceField: FIELD,
        defaultCountry: 'US',
      },
      'test',
    );
    const base = {
      recordType: table,
      session: 'utility' as const,
      whatsappTemplate: null,
      bindings: {},
      keywords: [],
      reply: null,
      keywordsAreStopWords: false,
    };
    for (const [type, label] of [
      ['opt-in', YES],
      ['opt-out', NO],
    ] as const)
      await publishTemplate(
        ctx,
        await createTemplate(
          ctx,
          { ...base, name: `${table} ${type}`, type, keywords: [{ text: label, language: 'en' }] },
          'test',
        ),
        'test',
      );
    const consent = await createTemplate(
      ctx,
      {
        ...base,
        name: `${table} consent`,
        type: 'consent',
        whatsappTemplate: { name: 'consent_request', language: 'en' },
        bindings: { '1': { column: 'fullname', fallback: 'there' } },
      },
      'test',
    );
    await publishTemplate(ctx, consent, 'test');
    party.consentTemplates[table] = consent;
  }
}

const YES = 'Yes, I Agree';
const NO = 'No, Thank You';

/** Plays a WhatsApp that takes everything. */
function whatsAppOf(sent: OutboundMessage[]): MessagingProvider {
  return {
    async send(message, mayLeave) {
      if (!mayLeave()) return { kind: 'held-back' };
      sent.push(message);
      return { kind: 'accepted', whatsappId: `wamid.${message.callbackData}` };
    },
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
            text: 'Hello {{1}}, this is Contoso. May we write to you here?',
            example: { body_text: [['Ana']] },
          },
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: YES },
              { type: 'QUICK_REPLY', text: NO },
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
