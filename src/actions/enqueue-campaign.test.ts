import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestContext, freePermits, NOON, type TestContext } from '../../test/context.ts';
import { openTestDatabase } from '../../test/db/database.ts';
import { type Call, chanceOf, recordingWhatsApp, textDelivery } from '../../test/faults/nodes.ts';
import { RECORD_TYPE_DEFAULTS } from '../core/record-type.ts';
import { rightsOf } from '../core/rights.ts';
import { type CampaignRow, readCampaign } from '../db/campaigns.ts';
import { lockContactPoints, mergeContactPoint } from '../db/contact-points.ts';
import type { Database, Db } from '../db/engine.ts';
import { readMessage } from '../db/messages.ts';
import { stopChannel } from '../db/organisation.ts';
import {
  insertMessageTemplate,
  publishDraft,
  saveWhatsAppTemplates,
  updateWhatsAppTemplate,
} from '../db/templates.ts';
import type { SendOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { configureRecordType } from './edit-organisation.ts';
import { editRecord } from './edit-records.ts';
import { stepCampaign } from './enqueue-campaign.ts';
import { type Claim, claimSends, handOver } from './hand-over.ts';
import { createIngest } from './ingest.ts';
import { recordDecision } from './record-consent.ts';
import { Refusal } from './refusal.ts';
import { sendMessage } from './send-message.ts';
import { cancelCampaign, startCampaign } from './start-campaign.ts';

/** Campaigns against a real database: what becomes of each record, whatever happens meanwhile. */

const SOMEBODY = { id: 'test', name: 'Test', rights: rightsOf('administrator') };
const SENDER = { ...SOMEBODY, actor: null };

let database: Database;
let world: TestContext;
let ctx: Context;
let calls: Call[];
let numbers: number;
let templates: Record<'consent' | 'utility' | 'marketing', string>;

beforeEach(async () => {
  database = await openTestDatabase();
  calls = [];
  numbers = 0;
  world = await createTestContext({ engine: database, provider: recordingWhatsApp(calls, () => 0.9) });
  ctx = world.ctx;
  await configureRecordType(
    ctx,
    {
      ...RECORD_TYPE_DEFAULTS,
      table: 'contact',
      displayName: 'Contact',
      phoneColumns: ['mobilephone'],
      nameColumn: 'fullname',
      complianceField: 'assent_allowwhatsapp',
      defaultCountry: 'US',
    },
    'Test',
  );
  await setUpTemplates();
});
afterEach(() => database.close());

async function setUpTemplates(): Promise<void> {
  const body = { type: 'BODY', text: 'Hello {{1}}, there is news.' };
  const buttons = {
    type: 'BUTTONS',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Yes' },
      { type: 'QUICK_REPLY', text: 'No' },
    ],
  };
  await saveWhatsAppTemplates(
    database.db,
    [
      { id: '1', name: 'news', category: 'UTILITY', components: [body] },
      { id: '2', name: 'sale', category: 'MARKETING', components: [body] },
      { id: '3', name: 'ask', category: 'UTILITY', components: [body, buttons] },
    ].map((one) => ({
      ...one,
      language: 'en',
      status: 'APPROVED',
      parameterFormat: 'POSITIONAL' as const,
      quality: null,
    })),
    NOON,
  );
  const publish = async (type: string, name: string | null, keywords: { text: string }[] = []) => {
    const id = ctx.make.id();
    const definition = {
      name: type,
      type,
      recordType: 'contact',
      session: type === 'marketing' ? 'marketing' : 'utility',
      whatsappTemplate: name === null ? null : { name, language: 'en' },
      bindings: name === null ? {} : { '1': { column: 'fullname' } },
      keywords,
      reply: null,
      keywordsAreStopWords: false,
    };
    await insertMessageTemplate(database.db, id, definition, NOON);
    await publishDraft(database.db, id, 1, definition, 'Test', NOON);
    return id;
  };
  await publish('opt-in', null, [{ text: 'Yes' }]);
  await publish('opt-out', null, [{ text: 'No' }]);
  templates = {
    utility: await publish('utility', 'news'),
    marketing: await publish('marketing', 'sale'),
    consent: await publish('consent', 'ask'),
  };
}

const newPhone = (): string => {
  numbers += 1;
  return `+1202555${String(1000 + numbers)}`;
};
const record = (phone: string | null, values: Record<string, string | boolean> = {}): Promise<string> =>
  editRecord(ctx, {
    table: 'contact',
    id: null,
    values: { fullname: 'Ana', ...(phone === null ? {} : { mobilephone: phone }), ...values },
    actor: 'Test',
    source: 'crm',
  });
const decide = (
  phone: string,
  decision: 'granted' | 'denied',
  purpose: 'service' | 'marketing' = 'service',
) =>
  recordDecision(ctx, { to: { phone }, purpose, decision, evidence: { text: 'at the counter' } }, SOMEBODY);
let heard = 0;
const say = (phone: string, text: string, node: Context = ctx): Promise<void> => {
  heard += 1;
  return createIngest(node).submit(textDelivery(phone, text, `wamid.${heard}`, ctx.clock()));
};
/** A record whose customer agreed. */
async function agreed(): Promise<{ id: string; phone: string }> {
  const phone = newPhone();
  const id = await record(phone);
  await decide(phone, 'granted');
  return { id, phone };
}
const several = async (count: number): Promise<{ id: string; phone: string }[]> => {
  const made = [];
  for (let n = 0; n < count; n += 1) made.push(await agreed());
  return made;
};

const start = (template: keyof typeof templates, recordIds?: string[], key = ctx.make.id()) =>
  startCampaign(
    ctx,
    {
      name: 'News',
      messageTemplateId: templates[template],
      audience: { recordType: 'contact', ...(recordIds === undefined ? {} : { recordIds }) },
    },
    SOMEBODY,
    key,
  );
/** Steps until nothing is left to do. */
async function run(size = 100, node: Context = ctx): Promise<void> {
  while ((await stepCampaign(node, size)).looked > 0);
}
async function shown(id: string): Promise<CampaignRow> {
  const campaign = await readCampaign(database.db, id);
  if (campaign === null) throw new Error('the campaign is gone');
  return campaign;
}
/** What became of each record: `queued`, or the code. */
async function became(campaignId: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ record: string; code: string }>`
    select record_id as record, coalesce(code, 'queued') as code from campaign_entry where campaign_id = ${campaignId}::uuid`.execute(
    database.db,
  );
  return new Map(rows.map((row) => [row.record, row.code]));
}
async function messagesOf(campaignId: string) {
  const { rows } = await sql<{ id: string; phone: string; status: string; reason: string | null }>`
    select m.id, c.phone, m.status, m.reason_code as reason from campaign_entry e
      join message m on m.id = e.message_id join contact_point c on c.id = m.contact_point_id
     where e.campaign_id = ${campaignId}::uuid order by c.phone`.execute(database.db);
  return rows;
}

/** Somebody in every state of consent, by what should become of them for a utility template. */
async function people(): Promise<Map<string, string>> {
  const expected = new Map<string, string>();
  const somebody = async (code: string, live: (phone: string, id: string) => unknown = () => {}) => {
    const phone = newPhone();
    const id = await record(phone);
    await live(phone, id);
    expected.set(id, code);
  };
  await somebody('queued', (phone) => decide(phone, 'granted'));
  await somebody('consent-denied', (phone) => decide(phone, 'denied'));
  await somebody('consent-needed');
  await somebody('queued', (phone) => say(phone, 'Hello'));
  await somebody('consent-denied', (phone) => say(phone, 'STOP'));
  await somebody('consent-on-hold', async (phone) => {
    await decide(phone, 'granted');
    await say(phone, 'stpo');
  });
  await somebody('contact-blocked', async (phone) => {
    await decide(phone, 'granted');
    await sql`update contact_point set blocked = true where phone = ${phone}`.execute(database.db);
  });
  expected.set(await record(null), 'contact-point-unknown');
  expected.set(await record(newPhone(), { assent_allowwhatsapp: true }), 'queued');
  expected.set(await record(newPhone(), { assent_allowwhatsapp: false }), 'consent-denied');
  return expected;
}

describe('what becomes of a record', () => {
  test('is what the gate says of it, and what a single send would have ended in', async () => {
    const expected = await people();
    const { id } = await start('utility');
    await run(3);
    expect(await became(id)).toEqual(expected);
    const counts: Record<string, number> = {};
    for (const code of expected.values()) counts[code] = (counts[code] ?? 0) + 1;
    const { queued, ...skipped } = counts;
    expect(await shown(id)).toMatchObject({ state: 'done', total: 10, done: 10, queued, skipped });
    for (const [recordId, code] of expected) {
      const sent = await sendMessage(
        ctx,
        { to: { recordType: 'contact', recordId }, messageTemplateId: templates.utility },
        { ...SENDER, path: 'campaign' },
        null,
      ).then(
        () => 'queued',
        (error: unknown) => (error instanceof Refusal ? error.code : error),
      );
      expect([recordId, sent]).toEqual([recordId, code]);
    }
  });

  test('with marketing depends on consent to marketing', async () => {
    const [both, service] = await several(2);
    await decide(both?.phone ?? '', 'granted', 'marketing');
    const { id } = await start('marketing', [both?.id ?? '', service?.id ?? '']);
    await run();
    expect(await became(id)).toEqual(
      new Map([
        [both?.id, 'queued'],
        [service?.id, 'marketing-consent-needed'],
      ]),
    );
  });

  test('that has a number of another record: one message, for the first of them', async () => {
    const { id: one, phone } = await agreed();
    const [first, second, third] = [one, await record(phone), await record(phone)].sort();
    const { id } = await start('utility', [third ?? '', second ?? '', first ?? '']);
    await run(2);
    expect(await became(id)).toEqual(
      new Map([
        [first, 'queued'],
        [second, 'same-number'],
        [third, 'same-number'],
      ]),
    );
    expect(await messagesOf(id)).toHaveLength(1);
  });

  test('is worded for it, and no news of its conversation', async () => {
    const phone = newPhone();
    const recordId = await record(phone, { fullname: 'Zoë O’Neil' });
    await say(phone, 'Hello');
    world.setNow(NOON + 5_000);
    const { id } = await start('utility', [recordId]);
    await run();
    const [message] = await messagesOf(id);
    expect(await readMessage(database.db, message?.id ?? '')).toMatchObject({
      text: 'Hello Zoë O’Neil, there is news.',
      status: 'queued',
      actor: 'Test',
    });
    const { rows } =
      await sql`select last_text as text, last_direction as direction from conversation`.execute(database.db);
    expect(rows).toEqual([{ text: 'Hello', direction: 'in' }]);
  });
});

describe('a Consent Template', () => {
  test('is a request like any other, and one that was asked is not asked again', async () => {
    const phones = [newPhone(), newPhone()];
    const ids = [await record(phones[0] ?? ''), await record(phones[1] ?? '')];
    const { id } = await start('consent', ids);
    await run();
    const again = await start('consent', ids);
    await run();
    expect([...(await became(id)).values()]).toEqual(['queued', 'queued']);
    expect([...(await became(again.id)).values()]).toEqual(['asked-too-recently', 'asked-too-recently']);
    const { rows } = await sql<{ tokens: number; lines: number; requests: number }>`
      select (select count(*) from consent_token) as tokens, (select count(*) from consent_request) as requests,
             (select count(*) from ledger where act = 'requested' and source = 'campaign') as lines`.execute(
      database.db,
    );
    expect(rows).toEqual([{ tokens: 4, requests: 2, lines: 2 }]);
  });

  test('is not sent after a refusal', async () => {
    const phone = newPhone();
    const recordId = await record(phone);
    await decide(phone, 'denied');
    const { id } = await start('consent', [recordId]);
    await run();
    expect(await became(id)).toEqual(new Map([[recordId, 'asking-forbidden']]));
  });

  test('asks nobody who has agreed, and for a Yes that was found in the CRM', async () => {
    const recorded = await agreed();
    const found = await record(newPhone(), { assent_allowwhatsapp: true });
    const { id } = await start('consent', [recorded.id, found]);
    await run();
    expect(await became(id)).toEqual(
      new Map([
        [recorded.id, 'agreed-already'],
        [found, 'queued'],
      ]),
    );
  });

  test('that a cancel takes back was never asked', async () => {
    const recordId = await record(newPhone());
    const { id } = await start('consent', [recordId]);
    await run();
    await cancelCampaign(ctx, id, SOMEBODY);
    await run();
    const again = await start('consent', [recordId]);
    await run();
    expect(await became(again.id)).toEqual(new Map([[recordId, 'queued']]));
  });
});

describe('two customers who turn out to be one person', () => {
  /** The number of the first changes to that of the second. */
  const becomeOne = (from: string, to: string): Promise<void> => {
    const { phoneNumberId } = ctx.channel;
    const at = ctx.clock();
    const change = {
      kind: 'identity-change',
      change: 'number',
      from: { phone: from },
      to: { phone: to },
    } as const;
    const update = { ...change, phoneNumberId, eventKey: `m:moved-${at}`, at };
    const updates = [{ update, raw: {} }];
    return createIngest(ctx).submit({ updates, bodySha256: 'a'.repeat(64), receivedAt: at });
  };
  const statuses = async (campaign: string) =>
    (await messagesOf(campaign)).map(({ status, reason }) => [status, reason]).sort();

  test('get what waits for both of them once', async () => {
    const [one, two] = await several(2);
    const { id } = await start('utility', [one?.id ?? '', two?.id ?? '']);
    await run();
    await becomeOne(one?.phone ?? '', two?.phone ?? '');
    expect(await statuses(id)).toEqual([
      ['cancelled', 'same-number'],
      ['queued', null],
    ]);
  });

  test.each(['first', 'second'])('get no more of it where it left for the %s', async (which) => {
    const [one, two] = await several(2);
    const { id } = await start('utility', [one?.id ?? '', two?.id ?? '']);
    await run();
    const left = (which === 'first' ? one : two)?.phone;
    await sql`update message set status = 'delivered'
      where contact_point_id in (select id from contact_point where phone = ${left ?? ''})`.execute(
      database.db,
    );
    await becomeOne(one?.phone ?? '', two?.phone ?? '');
    expect(await statuses(id)).toEqual([
      ['cancelled', 'same-number'],
      ['delivered', null],
    ]);
  });

  test('are asked once', async () => {
    const phones = [newPhone(), newPhone()] as const;
    const { id } = await start('consent', [await record(phones[0]), await record(phones[1])]);
    await run();
    await becomeOne(...phones);
    expect(await statuses(id)).toEqual([
      ['cancelled', 'same-number'],
      ['queued', null],
    ]);
    const { rows } = await sql`select act from ledger where act like 'request%' order by 1`.execute(
      database.db,
    );
    expect(rows.map((row) => (row as { act: string }).act)).toEqual([
      'request-failed',
      'requested',
      'requested',
    ]);
  });

  test('get what waits for one of them where it failed for the other', async () => {
    const [one, two] = await several(2);
    const { id } = await start('utility', [one?.id ?? '', two?.id ?? '']);
    await run();
    await sql`update message set status = 'failed'
      where contact_point_id in (select id from contact_point where phone = ${two?.phone ?? ''})`.execute(
      database.db,
    );
    await becomeOne(one?.phone ?? '', two?.phone ?? '');
    expect(await statuses(id)).toEqual([
      ['failed', null],
      ['queued', null],
    ]);
  });
});

describe('interrupted at any point', () => {
  /** Dies after making so many ids: within a set, where everything it wrote is undone. */
  const dyingAfter = (ids: number): Context => {
    let left = ids;
    return {
      ...ctx,
      make: {
        ...ctx.make,
        id() {
          left -= 1;
          if (left < 0) throw new Error('the process died');
          return ctx.make.id();
        },
      },
    };
  };

  test.each([1, 2, 3])('it reaches everybody once (seed %i)', async (seed) => {
    const chance = chanceOf(seed);
    const made = await several(9);
    const strangers = [await record(newPhone()), await record(null)];
    const { id } = await start('utility');
    const dies = async (node: Context, size: number) =>
      stepCampaign(node, size).catch((error: unknown) => {
        expect(error).toMatchObject({ message: 'the process died' });
        return { looked: 1 };
      });
    for (let steps = 0; (await shown(id)).state !== 'done' && steps < 500; steps += 1) {
      const size = 1 + Math.floor(chance() * 4);
      const broken = chance() < 0.5 ? dyingAfter(Math.floor(chance() * 8)) : ctx;
      // Another node steps at the same time.
      await Promise.all([dies(broken, size), dies({ ...ctx }, 1 + Math.floor(chance() * 3))]);
    }
    expect((await messagesOf(id)).map(({ phone }) => phone)).toEqual(made.map(({ phone }) => phone).sort());
    expect((await became(id)).size).toBe(11);
    expect([...(await became(id)).keys()].sort()).toEqual(
      [...made.map((one) => one.id), ...strangers].sort(),
    );
    expect(await shown(id)).toMatchObject({
      done: 11,
      total: 11,
      queued: 9,
      skipped: { 'consent-needed': 1, 'contact-point-unknown': 1 },
    });
  });

  test('started twice under one key it is one campaign', async () => {
    const { id: recordId } = await agreed();
    const [first, second] = await Promise.all([
      start('utility', [recordId], 'a key'),
      start('utility', [recordId], 'a key'),
    ]);
    expect(second.id).toBe(first.id);
    await run();
    expect(await messagesOf(first.id)).toHaveLength(1);
    await expect(start('utility', undefined, 'a key')).rejects.toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    });
  });
});

describe('a refusal', () => {
  test('before a customer’s set is seen by it', async () => {
    const [first, second] = (await several(2)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const { id } = await start('utility');
    await stepCampaign(ctx, 1);
    await stepCampaign(ctx, 1);
    await say(second?.phone ?? '', 'STOP');
    await run();
    expect(await became(id)).toEqual(
      new Map([
        [first?.id, 'queued'],
        [second?.id, 'consent-denied'],
      ]),
    );
  });

  test('in the middle of a set waits for it, and cancels what it queued', async () => {
    const made = await several(3);
    const { id } = await start('utility');
    await stepCampaign(ctx, 10);
    let refusing: Promise<void> | null = null;
    const node: Context = {
      ...ctx,
      make: {
        ...ctx.make,
        // The first thing that is made once all are locked and judged.
        id() {
          refusing ??= say(made[1]?.phone ?? '', 'STOP');
          return ctx.make.id();
        },
      },
    };
    await stepCampaign(node, 10);
    await refusing;
    expect(await messagesOf(id)).toEqual(
      made.map(({ phone }, n) => ({
        id: expect.any(String),
        phone,
        status: n === 1 ? 'cancelled' : 'queued',
        reason: n === 1 ? 'consent-denied' : null,
      })),
    );
    await run();
    while ((await claimAll()) > 0);
    expect(calls.map(({ to }) => to).sort()).toEqual([made[0]?.phone, made[2]?.phone]);
  });

  // PGlite has one connection: nobody can hold anything beside a set.
  test.skipIf(!process.env.TEST_DATABASE_URL)(
    'finds its customer locked before a set has judged',
    async () => {
      await several(3);
      await start('utility');
      await stepCampaign(ctx, 10);
      let found: Promise<unknown> | null = null;
      let asked = 0;
      const node: Context = {
        ...ctx,
        // Asked for the third time once all is read that decides, and nothing is written yet.
        clock() {
          asked += 1;
          if (asked === 3)
            found = sql`select 1 from contact_point for update nowait`.execute(database.db).then(
              () => 'free',
              (error: unknown) => error,
            );
          return ctx.clock();
        },
      };
      await stepCampaign(node, 10);
      expect(await found).toMatchObject({ code: '55P03' });
    },
  );
});

/** Hands over what may leave now, however slow the machine is; answers the claims. */
async function claim(most: number): Promise<Claim[]> {
  const { claims } = await claimSends(ctx, freePermits(most));
  for (const one of claims) await handOver(ctx, { ...one, deadline: Number.POSITIVE_INFINITY });
  return claims;
}
const claimAll = async (most = 10): Promise<number> => (await claim(most)).length;

describe('a cancel', () => {
  test('in the middle: nothing more is queued, what has not left is taken back, what left stays', async () => {
    const made = await several(6);
    const { id } = await start('utility');
    await stepCampaign(ctx, 10);
    await stepCampaign(ctx, 4);
    while ((await claimAll(1)) === 0);
    await cancelCampaign(ctx, id, SOMEBODY);
    await run(2);
    expect(await shown(id)).toMatchObject({ state: 'cancelled', done: 4, queued: 4, withdrawn: 3, total: 6 });
    const statuses = (await messagesOf(id)).map(({ status, reason }) => `${status} ${reason}`).sort();
    expect(statuses).toEqual([...Array(3).fill('cancelled campaign-cancelled'), 'sent null']);
    expect(await claimAll()).toBe(0);
    expect(calls).toHaveLength(1);
    // Once more changes nothing.
    expect(await cancelCampaign(ctx, id, SOMEBODY)).toMatchObject({ state: 'cancelled' });
    expect(made).toHaveLength(6);
  });

  test.each<[string, SendOutcome | null]>([
    ['past its deadline', null],
    ['throttled', { kind: 'throttled', until: NOON + 5_000, scope: 'number' }],
  ])(
    'takes back what was being handed over and comes back %s, after it was passed',
    async (_how, outcome) => {
      const recordId = await record(newPhone());
      const { id } = await start('consent', [recordId]);
      await run();
      const { claims } = await claimSends(ctx, freePermits(1));
      await cancelCampaign(ctx, id, SOMEBODY);
      await run();
      expect(await shown(id)).toMatchObject({ state: 'cancelled', withdrawn: 0 });
      const send: typeof ctx.provider.send = async (_message, mayLeave) =>
        mayLeave() && outcome !== null ? outcome : { kind: 'held-back' };
      const node: Context = { ...ctx, provider: { ...ctx.provider, send } };
      const deadline = outcome === null ? 0 : Number.POSITIVE_INFINITY;
      for (const one of claims) await handOver(node, { ...one, deadline });
      expect(await messagesOf(id)).toMatchObject([{ status: 'cancelled', reason: 'campaign-cancelled' }]);
      expect(await shown(id)).toMatchObject({ state: 'cancelled', withdrawn: 1 });
      world.setNow(NOON + 6_000);
      expect([claims.length, await claimAll(), calls.length]).toEqual([1, 0, 0]);
      // A question that was withdrawn was never asked.
      const again = await start('consent', [recordId]);
      await run();
      expect(await became(again.id)).toEqual(new Map([[recordId, 'queued']]));
    },
  );
});

// PGlite has one connection: nobody can hold anything beside a set.
test.skipIf(!process.env.TEST_DATABASE_URL)(
  'a cancel begins again where a customer was merged meanwhile, and holds the survivor',
  async () => {
    const { db } = database;
    const { id } = await start('consent', [await record(newPhone())]);
    await run();
    const survivor = newPhone();
    await say(survivor, 'Hello');
    await cancelCampaign(ctx, id, SOMEBODY);
    const { rows } = await sql<{ id: string; phone: string }>`select id, phone from contact_point`.execute(
      db,
    );
    const into = rows.find((row) => row.phone === survivor)?.id ?? '';
    const from = rows.find((row) => row.phone !== survivor)?.id ?? '';
    let begun = 0;
    const keyed: Db = Object.create(database.keyed, {
      transaction: {
        value() {
          begun += 1;
          return database.keyed.transaction();
        },
      },
    });
    const node: Context = { ...ctx, database: { ...ctx.database, keyed } };
    const waiting = async () => {
      const { rows: waits } = await sql`select 1 from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database() and query like '%merged_into%'`.execute(
        db,
      );
      return waits.length > 0;
    };
    let step: Promise<unknown> = Promise.resolve();
    await db.transaction().execute(async (tx) => {
      await lockContactPoints(tx, [from, into]);
      step = stepCampaign(node, 10);
      while (!(await waiting()));
      await mergeContactPoint(tx, from, into);
    });
    await step;
    expect(begun).toBe(2);
    expect(await shown(id)).toMatchObject({ withdrawn: 1 });
  },
);

describe('what others send', () => {
  const sendTo = (phone: string) =>
    sendMessage(ctx, { to: { phone }, text: 'Now' }, { ...SENDER, path: 'person' }, null);
  const claimed = async (most: number) =>
    (await claim(most)).map(({ message, outbound }) => [message.path, outbound.to.phone]);

  test('goes before a campaign’s messages, also to one of its own customers, and these go after it', async () => {
    const [one, two, other] = await several(3);
    for (const { phone } of [one, two, other].filter((who) => who !== undefined)) await say(phone, 'Hello');
    await start('utility', [one?.id ?? '', two?.id ?? '']);
    await run();
    world.setNow(NOON + 60_000);
    await sendTo(two?.phone ?? '');
    await sendTo(other?.phone ?? '');
    const order = [...(await claimed(2)), ...(await claimed(2)), ...(await claimed(2))];
    expect(order.slice(0, 2)).toEqual([
      ['person', two?.phone],
      ['person', other?.phone],
    ]);
    expect(order.slice(2).sort()).toEqual([
      ['campaign', one?.phone],
      ['campaign', two?.phone],
    ]);
  });

  test('after a campaign’s message was put off, it keeps its lane', async () => {
    const [one, other] = await several(2);
    await say(other?.phone ?? '', 'Hello');
    await start('utility', [one?.id ?? '']);
    await run();
    await stopChannel(database.db, ctx.channel.id, 'a test');
    expect(await claimed(5)).toEqual([]);
    await stopChannel(database.db, ctx.channel.id, null);
    expect(await claimed(5)).toEqual([]);
    world.setNow(NOON + 61_000);
    await sendTo(other?.phone ?? '');
    expect(await claimed(1)).toEqual([['person', other?.phone]]);
    expect(await claimed(1)).toEqual([['campaign', one?.phone]]);
  });
});

describe('what stands in everybody’s way', () => {
  test.each<[string, string, (way: 'in' | 'out') => Promise<unknown>]>([
    [
      'the number is stopped',
      'channel-disconnected',
      (way) => stopChannel(database.db, ctx.channel.id, way === 'in' ? 'a test' : null),
    ],
    [
      'the template is paused',
      'template-paused',
      (way) =>
        updateWhatsAppTemplate(database.db, 'news', 'en', { status: way === 'in' ? 'PAUSED' : 'APPROVED' }),
    ],
  ])('%s: it waits, skips nobody, and goes on', async (_what, code, stand) => {
    await several(2);
    const { id } = await start('utility');
    await stepCampaign(ctx, 1);
    await stepCampaign(ctx, 1);
    await stand('in');
    await run();
    expect(await shown(id)).toMatchObject({ state: 'running', waitsFor: code, done: 1, skipped: {} });
    await stand('out');
    world.setNow(NOON + 31_000);
    await run();
    expect(await shown(id)).toMatchObject({ state: 'done', waitsFor: null, queued: 2, skipped: {} });
  });
});
