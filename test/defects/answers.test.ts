import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { storeDeliveries } from '../../src/actions/store-deliveries.ts';
import { parseWebhook } from '../../src/adapters/whatsapp-cloud/parse-webhook.ts';
import {
  type Item,
  inbound,
  inboundText,
  messagesChange,
  newWamid,
  status,
  webhook,
  webhookOf,
} from '../stories/payloads.ts';
import { openWorld, type TypeSetUp, type World } from '../stories/world.ts';
import { contact, takenFrom, to } from './acts.ts';

/** What becomes of an answer whose request WhatsApp tells about later, or long before (product.md §3.3, §3.4). */

let world: World;
let type: TypeSetUp;
const DAY = 86_400_000;
const Line = z.object({ detail: z.record(z.string(), z.unknown()) });
const Pack = z.object({ chains: z.array(z.object({ lines: z.array(Line) })) });

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
});
afterAll(() => world.close());

async function told(...posts: unknown[]): Promise<void> {
  for (const body of posts) {
    expect((await world.postWebhook(body)).status).toBe(200);
    await world.settled();
  }
}

const failure = (whatsappId: string, phone: string, at: number): unknown => {
  const errors = [{ code: 131000, title: 'Something went wrong' }];
  return webhook([messagesChange({ statuses: [status(whatsappId, phone, at, 'failed', { errors })] })]);
};

describe('a refusal in words stands although WhatsApp calls the request failed', () => {
  it.each([
    ['no', 'the refusal first'],
    ['No, Thank You', 'the refusal first'],
    ['no', 'the failure first'],
    ['No, Thank You', 'the failure first'],
  ])('“%s”, %s', async (words, order) => {
    const { phone, record } = await contact(world);
    const { whatsappId } = await world.sendConsent(record);
    await world.pass(10_000);
    const no = webhookOf(inboundText(phone, world.now() - 5_000, words));
    const failed = failure(whatsappId ?? '', phone, world.now() - 3_000);
    await told(...(order === 'the refusal first' ? [no, failed] : [failed, no]));
    expect((await world.consent(phone)).state).toBe('denied');
    expect((await world.readRecord(record)).complianceValue).toBe(false);
    expect((await world.send({ to: to(record), text: 'Hello again' })).status).toBe(409);
  });

  it('and a yes does not', async () => {
    const { phone, record } = await contact(world);
    const { whatsappId } = await world.sendConsent(record);
    await world.pass(10_000);
    await told(
      webhookOf(inboundText(phone, world.now() - 5_000, 'yes')),
      failure(whatsappId ?? '', phone, world.now() - 3_000),
    );
    expect((await world.consent(phone)).state).toBe('not-asked');
  });
});

describe('a quoted answer to a request of unknown outcome, before or after WhatsApp names the request', () => {
  /** Sent, and no word of what became of it; `wamid` is what the phone calls it. */
  async function unconfirmed(): Promise<{ phone: string; id: string; wamid: string }> {
    const { phone, record } = await contact(world);
    world.emulator.fault({ kind: 'drop', scope: 'webhook', always: true });
    world.emulator.fault({ kind: 'cut-after', to: phone, count: 1 });
    const { id } = takenFrom(await world.send({ to: to(record), messageTemplateId: type.consent }));
    await world.settled();
    world.emulator.clearFaults();
    const { status: outcome, whatsappId = null } = await world.message(id);
    expect({ outcome, whatsappId }).toEqual({ outcome: 'unconfirmed', whatsappId: null });
    await world.pass(60_000);
    return { phone, id, wamid: world.emulator.messagesOf(phone).at(-1)?.id ?? '' };
  }
  const quoting = (phone: string, wamid: string, words: string): unknown =>
    webhookOf(inboundText(phone, world.now(), words, { context: { from: '12025550100', id: wamid } }));

  it.each([
    ['no thanks', 'status first'],
    ['no thanks', 'answer first'],
    ['No, Thank You', 'answer first'],
  ])('“%s”, %s', async (words, order) => {
    const { phone, id, wamid } = await unconfirmed();
    const more = { biz_opaque_callback_data: id };
    const named = webhook([
      messagesChange({ statuses: [status(wamid, phone, world.now() - 30_000, 'delivered', more)] }),
    ]);
    const no = quoting(phone, wamid, words);
    await told(...(order === 'status first' ? [named, no] : [no, named]));
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it('a yes does not count on a guess, and its request waits on', async () => {
    const { phone, wamid } = await unconfirmed();
    await told(quoting(phone, wamid, 'yes'));
    expect((await world.consent(phone)).state).toBe('requested');
  });

  it('a no that quotes what we do not know is talk where WhatsApp has named every request', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(60_000);
    await told(quoting(phone, 'wamid.of-another-system', 'no thanks'));
    expect((await world.consent(phone)).state).toBe('requested');
  });
});

it('a button of a request older than requests stay open keeps its purpose and its language in the ledger', async () => {
  const { phone, record } = await contact(world);
  await world.sendConsent(record);
  await world.pass(40 * DAY);
  await world.tap(phone, 'no');
  const { state, history } = await world.consent(phone);
  expect(state).toBe('denied');
  expect(history.at(-1)).toMatchObject({ act: 'button', purposes: ['service'] });
  const { lines } = (await world.ok(Pack, 'GET', `/api/consent-export?phone=${encodeURIComponent(phone)}`))
    .chains[0] ?? { lines: [] };
  expect(lines.at(-1)?.detail).toMatchObject({ language: 'en' });
});

describe('a yes after a question of ours from the WhatsApp Business app answers that question', () => {
  const echo = (phone: string, at: number): Item => ({
    field: 'smb_message_echoes',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '12025550100', phone_number_id: '200300400500600' },
      message_echoes: [
        {
          from: '12025550100',
          to: phone.replace(/\D/g, ''),
          id: newWamid(),
          timestamp: String(Math.floor(at / 1000)),
          type: 'text',
          text: { body: 'Shall we deliver at five?' },
        },
      ],
    },
  });

  it.each(['before it', 'with it', 'behind it in one webhook', 'after it'])('told %s', async (when) => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(10_000);
    const said = messagesChange({ messages: [inboundText(phone, world.now() - 3_000, 'yes')] });
    const asked = echo(phone, world.now() - 6_000);
    if (when === 'before it') await told(webhook([asked]), webhook([said]));
    else if (when === 'after it') await told(webhook([said]), webhook([asked]));
    else await told(webhook(when === 'with it' ? [asked, said] : [said, asked]));
    expect((await world.consent(phone)).state).toBe('requested');
    expect((await world.readRecord(record)).complianceValue).toBeNull();
  });

  it('a no that was read as one before we learned of it stands', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(10_000);
    await told(
      webhookOf(inboundText(phone, world.now() - 3_000, 'no')),
      webhook([echo(phone, world.now() - 6_000)]),
    );
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it('a full label agrees all the same', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(10_000);
    await told(
      webhookOf(inboundText(phone, world.now() - 3_000, 'Yes, I Agree')),
      webhook([echo(phone, world.now() - 6_000)]),
    );
    expect((await world.consent(phone)).state).toBe('granted');
  });
});

it('START brings no grant back that is past its days', async () => {
  const { phone, record } = await contact(world);
  await world.sendConsent(record);
  await world.tap(phone, 'yes');
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { serviceExpiresDays: 30 });
  try {
    await world.pass(10 * DAY);
    await world.says(phone, 'STOP');
    await world.pass(40 * DAY);
    const texts = () =>
      world.emulator.messagesOf(phone).filter(({ direction }) => direction === 'out').length;
    const before = texts();
    await world.says(phone, 'START');
    expect(await world.consent(phone)).toMatchObject({ state: 'expired' });
    expect((await world.readRecord(record)).complianceValue).toBeNull();
    expect(texts()).toBe(before);
    expect((await world.consent(phone)).history.at(-1)).toMatchObject({ type: 'expired' });
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { serviceExpiresDays: null });
  }
});

describe('an answer that WhatsApp delivers long after the days that its request was open', () => {
  it.each([
    ['No', 'denied', false],
    ['No, Thank You', 'denied', false],
    ['Yes', 'granted', true],
    ['Yes, I Agree', 'granted', true],
  ])('“%s” counts from when it was written', async (words, state, value) => {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { requestOpenDays: 1 });
    try {
      const { phone, record } = await contact(world);
      await world.sendConsent(record);
      const answer = webhookOf(inboundText(phone, world.now() + 3_600_000, words));
      await world.pass(5 * DAY);
      await told(answer);
      expect(await world.consent(phone)).toMatchObject({ state });
      expect((await world.readRecord(record)).complianceValue).toBe(value);
    } finally {
      await world.ok(z.unknown(), 'PATCH', '/api/settings', { requestOpenDays: 30 });
    }
  });
});

describe('an answer that is corrected into a no once a person has written on', () => {
  const correct = async (phone: string, messageId: string, text: string): Promise<void> => {
    world.emulator.customerSends(phone, { edit: { messageId, text } });
    await world.settled();
  };
  /** What was said to the question, after which somebody wrote on. */
  async function talkedOn(words: string, quoted = false) {
    const { phone, record } = await contact(world);
    const request = await world.sendConsent(record);
    await world.pass(5_000);
    const replyTo = quoted ? { replyTo: request.whatsappId ?? '' } : {};
    const said = world.emulator.customerSends(phone, { text: words, ...replyTo });
    await world.settled();
    await world.pass(5_000);
    expect((await world.send({ to: to(record), text: 'Shall I call you?' })).status).toBe(202);
    await world.settled();
    await world.pass(5_000);
    return { phone, record, said: said.id };
  }

  it.each(['No', 'No, Thank You', 'não'])('“Yes” into “%s” refuses', async (words) => {
    const { phone, record, said } = await talkedOn('Yes');
    expect((await world.consent(phone)).state).toBe('granted');
    await correct(phone, said, words);
    expect((await world.consent(phone)).state).toBe('denied');
    expect((await world.readRecord(record)).complianceValue).toBe(false);
  });

  it('so it does where the question was quoted', async () => {
    const { phone, said } = await talkedOn('Yes', true);
    await correct(phone, said, 'No');
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it('and where both come in one webhook', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    const asked = world.now();
    await world.pass(5_000);
    await world.says(phone, 'Hello');
    expect((await world.send({ to: to(record), text: 'Shall I call you?' })).status).toBe(202);
    await world.settled();
    await world.pass(5_000);
    const yes = inboundText(phone, asked + 2_000, 'Yes');
    const edit = inbound(phone, world.now(), {
      type: 'edit',
      edit: { original_message_id: yes.id, message: { type: 'text', text: { body: 'No' } } },
    });
    await told(webhookOf(yes, edit));
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it('and where a day has passed since the question meanwhile', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(DAY - 300_000);
    const said = world.emulator.customerSends(phone, { text: 'Yes' });
    await world.settled();
    await world.pass(600_000);
    await correct(phone, said.id, 'No');
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it('what answered our other words is talk, corrected or not', async () => {
    const { phone } = await talkedOn('Yes');
    const said = world.emulator.customerSends(phone, { text: 'Yes' });
    await world.settled();
    await correct(phone, said.id, 'No');
    expect((await world.consent(phone)).state).toBe('granted');
  });

  it('and nothing is corrected into a yes', async () => {
    const { phone, said } = await talkedOn('Who is this?');
    await correct(phone, said, 'Yes');
    expect((await world.consent(phone)).state).toBe('requested');
  });
});

describe('a typed answer, our clock ahead of WhatsApp’s by more than the answering took', () => {
  /** Asked at our time; WhatsApp, whose clock is this far behind, tells of what was answered seconds later. */
  async function answeredBehind(behindMs: number, words: string) {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(5_000);
    await told(webhookOf(inboundText(phone, world.now() - behindMs, words)));
    return { phone, record };
  }

  it.each([
    ['No', 30_000],
    ['No, Thank You', 30_000],
    ['nein', 10 * 60_000],
  ])('“%s” refuses, %i ms behind', async (words, behindMs) => {
    const { phone, record } = await answeredBehind(behindMs, words);
    expect((await world.consent(phone)).state).toBe('denied');
    expect((await world.readRecord(record)).complianceValue).toBe(false);
    expect((await world.send({ to: to(record), text: 'Hello again' })).status).toBe(409);
  });

  it('so does what answered at once and is corrected into it an hour later', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(5_000);
    const timestamp = Math.floor((world.now() - 30_000) / 1000);
    const hm = world.emulator.customerSends(phone, { text: 'Hm', timestamp });
    await world.settled();
    expect((await world.send({ to: to(record), text: 'Are you there?' })).status).toBe(202);
    await world.settled();
    await world.pass(3_600_000);
    const message = { type: 'text', text: { body: 'No' } };
    const edit = { type: 'edit', edit: { original_message_id: hm.id, message } };
    await told(webhookOf(inbound(phone, world.now() - 30_000, edit)));
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it.each(['Yes', 'Yes, I Agree'])('“%s” agrees no easier', async (words) => {
    const { phone, record } = await answeredBehind(30_000, words);
    expect((await world.consent(phone)).state).toBe('requested');
    expect((await world.readRecord(record)).complianceValue).toBeNull();
  });

  it.each(['No', 'No, Thank You'])('“%s” of hours before is no answer', async (words) => {
    const { phone } = await answeredBehind(2 * 3_600_000, words);
    expect((await world.consent(phone)).state).toBe('requested');
  });

  it('a “No” from shortly before the question is none, in the order in which they came', async () => {
    const { phone, record } = await contact(world);
    await world.says(phone, 'Hello');
    expect((await world.send({ to: to(record), text: 'Shall I call you?' })).status).toBe(202);
    await world.settled();
    await world.pass(5_000);
    await world.says(phone, 'No');
    await world.pass(120_000);
    await world.sendConsent(record);
    expect((await world.consent(phone)).state).toBe('requested');
    await world.pass(5_000);
    await world.says(phone, 'What is this?');
    expect((await world.consent(phone)).state).toBe('requested');
  });

  it.each(['No', 'No, Thank You'])(
    'nor is “%s” that reached us before the question left, and was applied after',
    async (words) => {
      const { phone, record } = await contact(world);
      const no = parseWebhook(webhookOf(inboundText(phone, world.now(), words)));
      const receivedAt = world.now() + 1_000;
      await world.pass(120_000);
      await world.sendConsent(record);
      await world.pass(5_000);
      await storeDeliveries(world.ctx, [{ updates: no, bodySha256: 'a'.repeat(64), receivedAt }]);
      expect((await world.consent(phone)).state).toBe('requested');
      expect((await world.readRecord(record)).complianceValue).toBeNull();
    },
  );

  it('a “No” to what we wrote since the question is none', async () => {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(60_000);
    await world.says(phone, 'Hello');
    expect((await world.send({ to: to(record), text: 'Shall I call you?' })).status).toBe(202);
    await world.settled();
    await world.pass(5_000);
    await world.says(phone, 'No');
    expect((await world.consent(phone)).state).toBe('requested');
  });
});

describe('what a customer writes as the note of an order', () => {
  const ordered = (phone: string, text: string): unknown => {
    const product_items = [{ product_retailer_id: 'a', quantity: 1, item_price: 2, currency: 'USD' }];
    const order = { catalog_id: '1', text, product_items };
    return webhookOf(inbound(phone, world.now(), { type: 'order', order }));
  };
  async function asked() {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    await world.pass(5_000);
    return { phone, record };
  }

  it('refuses as a stop word', async () => {
    const { phone, record } = await asked();
    await told(ordered(phone, 'STOP'));
    expect((await world.consent(phone)).state).toBe('denied');
    expect((await world.consent(phone, 'marketing')).state).toBe('denied');
    expect((await world.readRecord(record)).complianceValue).toBe(false);
  });

  it.each(['Yes', 'Yes, I Agree', ''])('“%s” agrees to nothing', async (text) => {
    const { phone } = await asked();
    await told(ordered(phone, text));
    expect((await world.consent(phone)).state).toBe('requested');
  });
});

describe('a correction that is delivered before what it corrects', () => {
  /** Asked, answered, corrected; somebody wrote on in between. WhatsApp delivers the correction first. */
  async function corrected(into: string) {
    const { phone, record } = await contact(world);
    await world.says(phone, 'Hello');
    await world.sendConsent(record);
    await world.pass(5_000);
    const yes = inboundText(phone, world.now(), 'Yes');
    await world.pass(5_000);
    expect((await world.send({ to: to(record), text: 'Shall I call you?' })).status).toBe(202);
    await world.settled();
    await world.pass(5_000);
    const message = { type: 'text', text: { body: into } };
    const edit = inbound(phone, world.now(), {
      type: 'edit',
      edit: { original_message_id: yes.id, message },
    });
    return { phone, record, original: webhookOf(yes), correction: webhookOf(edit) };
  }

  it.each(['No', 'No, Thank You', 'STOP'])('into “%s” refuses, and goes on refusing', async (into) => {
    const { phone, record, original, correction } = await corrected(into);
    await told(correction);
    expect((await world.consent(phone)).state).toBe('denied');
    await told(original);
    expect((await world.consent(phone)).state).toBe('denied');
    expect((await world.readRecord(record)).complianceValue).toBe(false);
  });

  it('into “Yes” agrees to nothing', async () => {
    const { phone, correction } = await corrected('Yes');
    await told(correction);
    expect((await world.consent(phone)).state).toBe('requested');
  });
});
