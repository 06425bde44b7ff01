import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestContext, NOON, type TestContext } from '../../test/context.ts';
import type { Update } from '../core/update.ts';
import { createIngest, type Delivery } from './ingest.ts';
import { retryInbox } from './retry-inbox.ts';

/** However updates come, in one batch or each by itself, the same is true afterwards; and one that fails harms nobody else. */

let together: TestContext;
let apart: TestContext;

beforeAll(async () => {
  together = await createTestContext();
  apart = await createTestContext();
});
afterAll(async () => {
  await together.close();
  await apart.close();
});

type Step =
  | { kind: 'text'; person: number; second: number; text: string; id: number; named: boolean }
  | { kind: 'status'; person: number; second: number; status: 'sent' | 'delivered' | 'read' | 'failed' }
  | { kind: 'preference'; person: number; second: number; value: 'stop' | 'resume' };

const TEXTS = [
  'Hello, is my order on its way?',
  'STOP',
  'start',
  'stop promotions',
  "please don't write to me any more",
  'Thanks, see you tomorrow',
  'stoop',
  'Yes, I Agree',
  '¿Cuándo llega? 👋',
];

const person = fc.nat({ max: 3 });
const second = fc.nat({ max: 30 });
const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({
      kind: fc.constant('text' as const),
      person,
      second,
      text: fc.constantFrom(...TEXTS),
      // Few of them, so that the same message comes again, under another name of the person too.
      id: fc.nat({ max: 12 }),
      named: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('status' as const),
      person,
      second,
      status: fc.constantFrom('sent', 'delivered', 'read', 'failed'),
    }),
    fc.record({
      kind: fc.constant('preference' as const),
      person,
      second,
      value: fc.constantFrom('stop', 'resume'),
    }),
  ),
  { minLength: 2, maxLength: 24 },
);

let run = 0;
/** Numbers nobody has yet, the same in both databases. */
const phonesOf = (): string[] => {
  run += 1;
  return [0, 1, 2, 3].map((n) => `+1202${String(3_000_000 + run * 10 + n)}`);
};

const PHONE_NUMBER_ID = '200300400500600';
const START = NOON - 3_600_000;

function updateOf(step: Step, phones: readonly string[]): Update {
  const phone = phones[step.person] ?? '';
  const at = START + step.second * 1_000;
  const from = { phone };
  const base = { phoneNumberId: PHONE_NUMBER_ID, at };
  switch (step.kind) {
    case 'text': {
      const whatsappId = `wamid.${phone}.${step.id}`;
      return {
        ...base,
        kind: 'message',
        eventKey: `m:${whatsappId}`,
        from: step.named ? { phone, userId: `US.${phone.slice(1)}` } : from,
        ...(step.named ? { profileName: `Ana ${step.second % 3}` } : {}),
        whatsappId,
        content: { kind: 'text', text: step.text },
        context: null,
      };
    }
    case 'status':
      return {
        ...base,
        kind: 'status',
        eventKey: `s:${phone}:${step.status}`,
        recipient: from,
        whatsappId: `wamid.echo.${phone}`,
        status: step.status,
        errors: [],
      };
    case 'preference':
      return {
        ...base,
        kind: 'preference',
        eventKey: `p:${phone}:${step.value}:${step.second}`,
        from,
        value: step.value,
      };
  }
}

/** Something of ours that statuses speak of. */
const echoOf = (phone: string): Update => ({
  kind: 'echo',
  phoneNumberId: PHONE_NUMBER_ID,
  eventKey: `e:${phone}`,
  at: START - 60_000,
  to: { phone },
  whatsappId: `wamid.echo.${phone}`,
});

const delivery = (updates: Update[]): Delivery => ({
  updates: updates.map((update) => ({ update, raw: { of: update.eventKey } })),
  bodySha256: 'a'.repeat(64),
  receivedAt: NOON,
});

/** All that these people's updates made true, without what is drawn by chance. */
async function stateOf({ ctx }: TestContext, phones: readonly string[]): Promise<unknown> {
  const { db } = ctx.database;
  const among = sql`(select contact_point_id from contact_point_alias where kind = 'phone' and value = any(${phones.map((phone) => phone.slice(1)) as string[]}::text[]))`;
  const read = async (query: ReturnType<typeof sql>): Promise<unknown> => (await query.execute(db)).rows;
  return {
    people:
      await read(sql`select phone, user_id, name, name_form, last_inbound_at, last_word_at, last_inbound_whatsapp_id, ledger_seq
      from contact_point where id in ${among} order by phone`),
    conversations:
      await read(sql`select c.phone, v.unread, v.last_text, v.last_direction, v.last_status, v.last_message_at, v.status,
        v.waiting_since is not null as waits, v.service_state, v.on_hold
      from conversation v join contact_point c on c.id = v.contact_point_id where c.id in ${among} order by c.phone`),
    messages: await read(sql`select c.phone, m.whatsapp_id, m.direction, m.kind, m.text, m.status, m.at,
        row_number() over (partition by c.id, m.direction order by m.position) as place,
        (select s.words::text from message_search s where s.message_id = m.id) as words
      from message m join contact_point c on c.id = m.contact_point_id where c.id in ${among} order by c.phone, m.direction, place`),
    ledger:
      await read(sql`select c.phone, l.act, l.purposes, l.at, l.detail from ledger l join contact_point c on c.id = l.contact_point_id
      where c.id in ${among} order by c.phone, l.act = 'platform', l.seq`),
    states:
      await read(sql`select c.phone, s.purpose, s.state, s.decided_at, s.source, s.on_hold_at, s.platform_stopped
      from consent_state s join contact_point c on c.id = s.contact_point_id where c.id in ${among} order by c.phone, s.purpose`),
    inbox: await read(sql`select subject, event_key, status, update, raw from inbox
      where contact_point_id in ${among} order by subject, event_key`),
  };
}

async function prepared(phones: readonly string[]): Promise<void> {
  for (const { ctx } of [together, apart]) await createIngest(ctx).submit(delivery(phones.map(echoOf)));
}

it('a batch leaves the same behind as its updates one by one', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat({ max: 2 }), async (given, split) => {
      const phones = phonesOf();
      await prepared(phones);
      const updates = given.map((step) => updateOf(step, phones));
      const batches = createIngest(together.ctx);
      // As requests that wait for the same commit, of one or several updates each.
      const size = split + 1;
      const requests = Array.from({ length: Math.ceil(updates.length / size) }, (_, n) =>
        delivery(updates.slice(n * size, (n + 1) * size)),
      );
      await Promise.all(requests.map((request) => batches.submit(request)));
      const single = createIngest(apart.ctx);
      for (const update of updates) await single.submit(delivery([update]));
      expect(await stateOf(together, phones)).toEqual(await stateOf(apart, phones));
    }),
    { numRuns: 12 },
  );
}, 120_000);

it('an update that cannot be stored costs itself alone, wherever it stands in a batch', async () => {
  const { db } = together.ctx.database;
  await sql`create function refuse_poison() returns trigger language plpgsql as $$
    begin raise exception 'no room' using errcode = 'disk_full'; end $$`.execute(db);
  await sql`create trigger refuse_poison before insert on message for each row
    when (new.text = 'poison') execute function refuse_poison()`.execute(db);
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (given, place) => {
      const phones = phonesOf();
      await prepared(phones);
      const updates = given.map((step) => updateOf(step, phones));
      const [stranger = ''] = phonesOf();
      const text = { kind: 'text', person: 0, second: 1, text: 'poison', id: 1, named: false } as const;
      const poison = updateOf(text, [stranger]);
      const ingest = createIngest(together.ctx);
      await Promise.all(
        updates
          .toSpliced(place % (updates.length + 1), 0, poison)
          .map((update) => ingest.submit(delivery([update]))),
      );
      const single = createIngest(apart.ctx);
      for (const update of updates) await single.submit(delivery([update]));
      expect(await stateOf(together, phones)).toEqual(await stateOf(apart, phones));
      const { rows } = await sql<{
        status: string;
      }>`select status from inbox where event_key = ${poison.eventKey}`.execute(db);
      expect(rows).toEqual([{ status: 'pending' }]);
    }),
    { numRuns: 8 },
  );
  await sql`drop trigger refuse_poison on message`.execute(db);
  together.setNow(NOON + 3_600_000);
  while ((await retryInbox(together.ctx)) > 0);
  const { rows } = await sql`select 1 from message where text = 'poison'`.execute(db);
  expect(rows).toHaveLength(8);
}, 120_000);

it('what an update says is kept here until it is applied, and then no second time', async () => {
  const { ctx, setNow } = together;
  const [phone = ''] = phonesOf();
  const early = updateOf({ kind: 'status', person: 0, second: 1, status: 'delivered' }, [phone]);
  const ingest = createIngest(ctx);
  await ingest.submit(delivery([early]));
  const rows = async (): Promise<unknown> =>
    (
      await sql`select event_key as key, status, update is not null as kept from inbox
        where event_key = any(${[early.eventKey, `e:${phone}`]}::text[]) order by event_key`.execute(
        ctx.database.db,
      )
    ).rows;
  expect(await rows()).toEqual([{ key: early.eventKey, status: 'pending', kept: true }]);
  await ingest.submit(delivery([echoOf(phone)]));
  setNow(NOON + 2 * 3_600_000);
  while ((await retryInbox(ctx)) > 0);
  expect(await rows()).toEqual([
    { key: `e:${phone}`, status: 'applied', kept: false },
    { key: early.eventKey, status: 'applied', kept: false },
  ]);
  const { rows: messages } =
    await sql`select status from message where whatsapp_id = ${`wamid.echo.${phone}`}`.execute(
      ctx.database.db,
    );
  expect(messages).toEqual([{ status: 'delivered' }]);
});
