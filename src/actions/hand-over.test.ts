import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestContext, freePermits, NOON, type TestContext } from '../../test/context.ts';
import { openTestDatabase } from '../../test/db/database.ts';
import { type Call, pause, recordingWhatsApp, textDelivery } from '../../test/faults/nodes.ts';
import { RECORD_TYPE_DEFAULTS } from '../core/record-type.ts';
import { rightsOf } from '../core/rights.ts';
import { statesOf } from '../db/consent.ts';
import { readConversation } from '../db/conversations.ts';
import type { Database } from '../db/engine.ts';
import { readMessage } from '../db/messages.ts';
import type { SendOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { configureRecordType } from './edit-organisation.ts';
import { editRecord } from './edit-records.ts';
import { claimSends, handOver, sweepLeases } from './hand-over.ts';
import { createHandovers, LEAVES_WITHIN_MS } from './handovers.ts';
import { importRecords } from './import-records.ts';
import { createIngest } from './ingest.ts';
import { recordDecision } from './record-consent.ts';
import { sendMessage } from './send-message.ts';

const FIELD = 'assent_allowwhatsapp';
const PHONE = '+12025550190';
const SENDER = {
  id: 'test',
  name: 'Test',
  path: 'api' as const,
  rights: rightsOf('agent'),
  actor: null,
};

let database: Database;
let world: TestContext;
let calls: Call[];

beforeEach(async () => {
  database = await openTestDatabase();
  calls = [];
  world = await createTestContext({ engine: database, provider: recordingWhatsApp(calls, () => 0.9) });
  await createIngest(world.ctx).submit(textDelivery(PHONE, 'Hello', 'wamid.hello', NOON));
  await recordDecision(
    world.ctx,
    {
      to: { phone: PHONE },
      purpose: 'service',
      decision: 'granted',
      evidence: { text: 'agreed at the counter' },
    },
    { id: 'test', name: 'Test' },
  );
  world.setNow(NOON + 2_000);
});
afterEach(() => database.close());

const queue = () => sendMessage(world.ctx, { to: { phone: PHONE }, text: 'one' }, SENDER, null);
const claimOne = async () => {
  const [claim] = (await claimSends(world.ctx, freePermits(10))).claims;
  if (claim === undefined) throw new Error('nothing to claim');
  return claim;
};
const stop = () => textDelivery(PHONE, 'STOP', 'wamid.stop', NOON + 3_000);

describe('the list of conversations shows how the newest message stands', () => {
  const shown = async () => {
    const { rows } = await sql<{ id: string }>`select id from conversation`.execute(database.db);
    const row = await readConversation(database.db, rows[0]?.id ?? '');
    return [row?.lastText, row?.lastStatus];
  };
  const ended = async (outcome: SendOutcome) => {
    await queue();
    await handOver(
      { ...world.ctx, provider: { ...world.ctx.provider, send: async () => outcome } },
      await claimOne(),
    );
  };

  test('queued', async () => {
    await queue();
    expect(await shown()).toEqual(['one', 'queued']);
  });

  test('cancelled', async () => {
    await queue();
    await recordDecision(
      world.ctx,
      { to: { phone: PHONE }, purpose: 'service', decision: 'denied' },
      { id: 'test', name: 'Test' },
    );
    expect(await shown()).toEqual(['one', 'cancelled']);
  });

  test('accepted', async () => {
    await ended({ kind: 'accepted', whatsappId: 'wamid.one' });
    expect(await shown()).toEqual(['one', 'sent']);
  });

  test('refused', async () => {
    const error = { code: 131026, title: 'Undeliverable' };
    await ended({ kind: 'refused', error, advice: 'never' });
    expect(await shown()).toEqual(['one', 'failed']);
  });

  test('with an outcome that nobody knows', async () => {
    await ended({ kind: 'unconfirmed', detail: 'cut' });
    expect(await shown()).toEqual(['one', 'unconfirmed']);
  });

  test('whose process died', async () => {
    await queue();
    await claimOne();
    await sql`update message set lease_until = clock_timestamp() - interval '1 second'`.execute(database.db);
    await sweepLeases(world.ctx);
    expect(await shown()).toEqual(['one', 'unconfirmed']);
  });

  test('and of the customer’s that it came', async () => {
    expect(await shown()).toEqual(['Hello', 'received']);
  });
});

describe('between the mark and the first byte', () => {
  test('a refusal is acknowledged after a message of this process that was marked before it has left', async () => {
    await queue();
    const claim = await claimOne();
    let acknowledgedAt = 0;
    const acknowledged = createIngest(world.ctx)
      .submit(stop())
      .then(() => {
        acknowledgedAt = performance.now();
      });
    // The refusal is stored; on a machine so slow that the deadline is over by now, the claim goes back instead.
    while ((await statesOf(database.db, [claim.message.contactPointId]))[0]?.state !== 'denied')
      await pause(1);
    await handOver(world.ctx, claim);
    await acknowledged;
    for (const call of calls) expect(call.startedAt).toBeLessThan(acknowledgedAt);
  });

  test('a refusal waits out the deadline of a message that another process marked, which then goes back', async () => {
    const message = await queue();
    const claim = await claimOne();
    const otherNode = { ...world.ctx, handovers: createHandovers() };
    await createIngest(otherNode).submit(stop());
    await handOver(world.ctx, claim);
    expect(calls).toEqual([]);
    // Back in the queue it is judged again, and the refusal stands in its way.
    expect((await claimSends(world.ctx, freePermits(10))).claims).toEqual([]);
    expect(await readMessage(database.db, message.id)).toMatchObject({
      status: 'cancelled',
      reasonCode: 'consent-denied',
    });
  });

  test('a message that was in time goes back where reaching WhatsApp took longer than its deadline', async () => {
    await queue();
    const claim = await claimOne();
    const { provider } = world.ctx;
    const slow: Context = {
      ...world.ctx,
      provider: {
        ...provider,
        async send(message, mayLeave) {
          await pause(LEAVES_WITHIN_MS);
          return provider.send(message, mayLeave);
        },
      },
    };
    await handOver(slow, claim);
    expect(calls).toEqual([]);
    // It lost no turn: by now the way stands.
    await handOver(world.ctx, await claimOne());
    expect(calls).toHaveLength(1);
  });

  test('a refusal that WhatsApp delivers again, to another process, waits as its first delivery does', async () => {
    await queue();
    const claim = await claimOne();
    const another = () => createIngest({ ...world.ctx, handovers: createHandovers() });
    const first = another().submit(stop());
    while ((await statesOf(database.db, [claim.message.contactPointId]))[0]?.state !== 'denied')
      await pause(1);
    // Marked this moment, however long the machine took until here.
    await sql`update message set marked_at = clock_timestamp() + interval '300 milliseconds'`.execute(
      database.db,
    );
    const began = performance.now();
    await another().submit(stop());
    expect(performance.now() - began).toBeGreaterThan(300);
    await first;
  });
});

test.each(['an edit', 'a line of an import'])(
  'a No by %s is answered once what was marked before it has left',
  async (by) => {
    const values = { fullname: 'Ana', mobilephone: PHONE };
    await configureRecordType(
      world.ctx,
      {
        ...RECORD_TYPE_DEFAULTS,
        table: 'contact',
        displayName: 'Contact',
        phoneColumns: ['mobilephone'],
        nameColumn: 'fullname',
        complianceField: FIELD,
      },
      'Test',
    );
    const edit = { table: 'contact', actor: 'Test', source: 'crm' as const };
    const id = await editRecord(world.ctx, { ...edit, id: null, values });
    await queue();
    const claim = await claimOne();
    // Marked this moment by another process, however long the machine took until here.
    const otherNode = { ...world.ctx, handovers: createHandovers() };
    await sql`update message set marked_at = clock_timestamp() + interval '300 milliseconds'`.execute(
      database.db,
    );
    const began = performance.now();
    if (by === 'an edit') await editRecord(otherNode, { ...edit, id, values: { [FIELD]: false } });
    else {
      const rows = [{ line: 2, values: { id, [FIELD]: 'no' } }];
      const file = { encoding: 'utf-8' as const, header: ['id', 'assent_allowwhatsapp'], rows, bad: [] };
      await importRecords(otherNode, 'contact', file, { name: 'Test', role: 'administrator' });
    }
    expect(performance.now() - began).toBeGreaterThan(300);
    const states = await statesOf(database.db, [claim.message.contactPointId]);
    expect(states.find(({ purpose }) => purpose === 'service')?.state).toBe('denied');
  },
);

test.each([
  ['fails', 'XX000'],
  ['collides again and again', '40001'],
])('a claim whose transaction %s has marked nothing', async (_what, code) => {
  const message = await queue();
  await sql
    .raw(`create function refuse_marks() returns trigger language plpgsql as $$
      begin raise exception 'no' using errcode = '${code}'; end $$`)
    .execute(database.db);
  await sql`create trigger no_marks before update on message for each row
    when (new.status = 'handing-over') execute function refuse_marks()`.execute(database.db);
  await expect(claimSends(world.ctx, freePermits(10))).rejects.toMatchObject({ code });
  expect(world.ctx.handovers.passing(message.id)).toBeNull();

  await sql`drop trigger no_marks on message`.execute(database.db);
  const claim = await claimOne();
  expect(world.ctx.handovers.passing(message.id)).not.toBeNull();
  await handOver(world.ctx, claim);
  expect(world.ctx.handovers.passing(message.id)).toBeNull();
});

test('a claim whose process died is unconfirmed and never sent again', async () => {
  const message = await queue();
  await claimOne();
  await sql`update message set lease_until = clock_timestamp() - interval '1 second'`.execute(database.db);
  expect(await sweepLeases(world.ctx)).toBe(1);
  expect(await readMessage(database.db, message.id)).toMatchObject({ status: 'unconfirmed' });
  expect((await claimSends(world.ctx, freePermits(10))).claims).toEqual([]);
});

test('a node whose clock is ahead takes over nothing that is just leaving', async () => {
  await queue();
  const claim = await claimOne();
  world.setNow(NOON + 10 * 60_000);
  expect(await sweepLeases(world.ctx)).toBe(0);
  await handOver(world.ctx, claim);
  expect(await readMessage(database.db, claim.message.id)).toMatchObject({ status: 'sent' });
});

test('what is stored and not applied yet holds back every message to that customer', async () => {
  await queue();
  await sql`insert into inbox (subject, event_key, kind, contact_point_id, update, body_sha256, received_at, status, next_attempt_at)
    select 'x', 'm:pending', 'message', contact_point_id, '{}'::jsonb, '', now(), 'pending', now() + interval '1 hour' from message limit 1`.execute(
    database.db,
  );
  expect((await claimSends(world.ctx, freePermits(10))).claims).toEqual([]);
  expect(calls).toEqual([]);
});

describe('one customer with more to say than a claim takes', () => {
  const OTHER = '+12025550191';
  const sendTo = (phone: string, text: string) =>
    sendMessage(world.ctx, { to: { phone }, text }, SENDER, null);
  const claimed = async () =>
    (await claimSends(world.ctx, freePermits(10))).claims.map(({ outbound }) => outbound.to.phone);

  beforeEach(async () => {
    await createIngest(world.ctx).submit(textDelivery(OTHER, 'Hello', 'wamid.hello.other', NOON));
    const decision = { purpose: 'service', decision: 'granted', evidence: { text: 'agreed' } } as const;
    await recordDecision(world.ctx, { to: { phone: OTHER }, ...decision }, { id: 'test', name: 'Test' });
    for (let n = 0; n < 30; n += 1) await sendTo(PHONE, `number ${n}`);
    world.setNow(NOON + 4_000);
    await sendTo(OTHER, 'the only one');
  });

  test.each([
    ['waits for its file', sql`update message set waits_for_media = true where text = 'number 0'`],
    [
      'is due later',
      sql`update message set next_attempt_at = next_attempt_at + interval '1 hour' where text = 'number 0'`,
    ],
    ['is being handed over', sql`update message set status = 'handing-over' where text = 'number 0'`],
    [
      'stands behind what they said',
      sql`insert into inbox (subject, event_key, kind, contact_point_id, update, body_sha256, received_at, status, next_attempt_at)
        select 'x', 'm:pending', 'message', contact_point_id, '{}'::jsonb, '', now(), 'pending', now() + interval '1 hour'
          from message where text = 'number 0'`,
    ],
  ])('holds nobody else back while their first %s', async (_, stand) => {
    await stand.execute(database.db);
    expect(await claimed()).toEqual([OTHER]);
  });

  test('takes one turn, like everybody', async () => {
    expect((await claimed()).sort()).toEqual([PHONE, OTHER]);
  });
});
