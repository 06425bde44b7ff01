import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConsentOut } from '../../src/http/schemas/consent.ts';
import { inboundTap, inboundText, webhookOf } from './payloads.ts';
import { openWorld, type World } from './world.ts';

/** How peers misread answers, each told to the product as it runs. */

let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.setUpContactType();
});
afterAll(() => world.close());

const stateOf = async (phone: string) => (await world.consent(phone)).state;
/** A contact who was asked; `question` is the message as it stands on the phone. */
async function asked() {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Ana Silva', mobilephone: phone });
  await world.sendConsent(record);
  const question = world.emulator.messagesOf(phone).at(-1);
  if (question === undefined) throw new Error('the question did not arrive');
  return { phone, record, question, to: { recordType: 'contact', recordId: record.id } };
}
type Asked = Awaited<ReturnType<typeof asked>>;
const payloadOf = ({ question }: Asked, button: 0 | 1): string => question.buttons[button]?.payload ?? '';
const fieldOf = async ({ record }: Asked) => (await world.readRecord(record)).complianceValue;

describe('ANS-1: a button is read by its token, and words by the question they answer', () => {
  it('ANS-1: the token decides, whatever the label says, quoted or not', async () => {
    const one = await asked();
    const yes = { payload: payloadOf(one, 0), text: 'Ja, gerne ✅' };
    await world.postWebhook(webhookOf(inboundTap(one.phone, world.now(), yes, one.question.id)));
    expect(await stateOf(one.phone)).toBe('granted');
    const two = await asked();
    const no = { payload: payloadOf(two, 1), text: 'Yes, I Agree' };
    await world.postWebhook(webhookOf(inboundTap(two.phone, world.now(), no)));
    expect(await stateOf(two.phone)).toBe('denied');
  });

  it('ANS-1: the full label counts when it is typed', async () => {
    const one = await asked();
    await world.says(one.phone, 'yes i agree');
    expect(await fieldOf(one)).toBe(true);
  });

  it('ANS-1: a stray yes grants nothing: never asked, or asked something else since', async () => {
    const stranger = world.newPhone();
    for (const text of ['Yes', 'Yes, I Agree', 'ok', '👍']) await world.says(stranger, text);
    expect(await world.consent(stranger)).toMatchObject({ state: 'not-asked', decidedAt: null });

    const one = await asked();
    await world.says(one.phone, 'Which orders do you mean?');
    expect((await world.send({ to: one.to, text: 'Shall I put you through?' })).status).toBe(202);
    await world.settled();
    await world.says(one.phone, 'Yes');
    expect(await world.consent(one.phone)).toMatchObject({ state: 'requested', requestOpen: true });
    expect(await fieldOf(one)).toBeNull();
    await world.says(one.phone, 'Yes', { replyTo: one.question.id });
    expect(await fieldOf(one)).toBe(true);
  });

  it('ANS-1: a token of another customer, or one we never made, grants nothing', async () => {
    const one = await asked();
    const thief = world.newPhone();
    for (const payload of [payloadOf(one, 0), 'Yes, I Agree', 'yes'])
      await world.postWebhook(webhookOf(inboundTap(thief, world.now(), { payload, text: 'Yes, I Agree' })));
    expect(await stateOf(thief)).toBe('not-asked');
    expect(await stateOf(one.phone)).toBe('requested');
  });

  it('ANS-1: a yes with a sign against it, or in a language nobody asked in, is talk', async () => {
    const one = await asked();
    for (const text of ['Yes, I agree?', '~Yes, I agree~', 'Yes, I Agree 👎', 'yes 🖕', 'y̶e̶s̶', 'Tak', '¡Ya!'])
      await world.says(one.phone, text);
    expect(await world.consent(one.phone)).toMatchObject({ state: 'requested', requestOpen: true });
    await world.says(one.phone, 'Yes 🙏');
    expect(await stateOf(one.phone)).toBe('granted');
    await world.pass(2_000);
    await world.says(one.phone, 'STOP');
    await world.pass(2_000);
    for (const text of ['Start?', '~START~', 'start 👎', 'START 🚫']) await world.says(one.phone, text);
    expect(await stateOf(one.phone)).toBe('denied');
    await world.says(one.phone, 'START');
    expect(await stateOf(one.phone)).toBe('granted');
  });

  it('ANS-1: a longer answer that only begins with yes is talk', async () => {
    const one = await asked();
    await world.says(one.phone, 'ok but only in the morning');
    await world.says(one.phone, 'Yes, who is this?');
    expect(await world.consent(one.phone)).toMatchObject({ state: 'requested', requestOpen: true });
  });
});

it('ANS-2: an explicit No to the question is a refusal, tapped, typed or quoted', async () => {
  for (const refuse of [
    (one: Asked) => world.tap(one.phone, 'no'),
    (one: Asked) => world.says(one.phone, 'NO'),
    (one: Asked) => world.says(one.phone, 'No', { replyTo: one.question.id }),
    (one: Asked) => world.says(one.phone, 'No, Thank You'),
  ]) {
    const one = await asked();
    await refuse(one);
    expect(await stateOf(one.phone)).toBe('denied');
    expect(await fieldOf(one)).toBe(false);
  }
});

it('ANS-2: No to another question is talk', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', {
    fullname: 'No Thanks',
    mobilephone: phone,
    assent_allowwhatsapp: true,
  });
  await world.says(phone, 'Hello');
  await world.send({ to: { recordType: 'contact', recordId: record.id }, text: 'Anything else?' });
  await world.settled();
  await world.says(phone, 'No');
  expect((await world.readRecord(record)).complianceValue).toBe(true);
});

it('ANS-3: the buttons of a second question count, and those of the first go on counting', async () => {
  const one = await asked();
  await world.advance(25 * 3_600_000);
  await world.sendConsent(one.record);
  const second = world.emulator.messagesOf(one.phone).at(-1);
  expect(second?.id).not.toBe(one.question.id);
  expect(second?.buttons[0]?.payload).not.toBe(payloadOf(one, 0));
  await world.tap(one.phone, 'yes');
  expect(await fieldOf(one)).toBe(true);
  // Within one second the refusal would outweigh the grant.
  await world.advance(2_000);
  await world.tap(one.phone, 'no', { buttonOf: one.question.id });
  expect(await fieldOf(one)).toBe(false);
  const { history } = await world.consent(one.phone);
  expect(history.map((line) => `${line.act} ${line.type}`)).toEqual([
    'requested requested',
    'requested requested',
    'button granted',
    'button denied',
  ]);
});

describe('ANS-4: words are compared without accents and case, and only as whole messages', () => {
  it.each([
    'não quero mais receber',
    'NAO QUERO MAIS RECEBER',
    'Baja, por favor',
    'İPTAL',
    'ＳＴＯＰ',
    's t o p',
    '🛑 Stop!! 🛑',
    'СТОП',
    'बंद करें',
  ])('ANS-4: “%s” refuses at any time', async (text) => {
    const phone = world.newPhone();
    await world.says(phone, text);
    expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'stop-word' });
  });

  it('ANS-4: “Nao, obrigado” answers the question as “Não, obrigado” does', async () => {
    for (const text of ['Nao, obrigado', 'NÃO, OBRIGADO!']) {
      const one = await asked();
      await world.says(one.phone, text);
      expect(await stateOf(one.phone)).toBe('denied');
    }
  });

  it.each([
    'Stop by our office tomorrow',
    'I cannot stop laughing',
    'The bus stop is closed',
    'la presión está baja',
    'Please cancel my appointment',
    'end of month works',
  ])('ANS-4: “%s” is ordinary talk', async (text) => {
    const phone = world.newPhone();
    await world.says(phone, text);
    expect(await world.consent(phone)).toMatchObject({ state: 'not-asked', onHold: false, history: [] });
  });
});

describe('ANS-5: a narrower rule never shadows the full stop', () => {
  const publishing = async (type: 'opt-in' | 'opt-out', text: string) => {
    const made = await world.template({
      name: `${type} ${text}`,
      type,
      recordType: 'contact',
      session: 'utility',
      keywords: [{ text }],
      reply: { text: 'Thank you.' },
    });
    return world.api('POST', `/api/message-templates/${made.id}/publish`);
  };

  it('ANS-5: “stop promotions” refuses marketing alone, “stop” everything, in either order', async () => {
    for (const texts of [
      ['Stop promotions', 'Stop'],
      ['Stop', 'Stop promotions'],
    ]) {
      const phone = world.newPhone();
      const [first = '', second = ''] = texts;
      await world.says(phone, first);
      expect((await world.consent(phone, 'marketing')).state).toBe('denied');
      expect(await stateOf(phone)).toBe(first === 'Stop' ? 'denied' : 'not-asked');
      await world.says(phone, second);
      expect([await stateOf(phone), (await world.consent(phone, 'marketing')).state]).toEqual([
        'denied',
        'denied',
      ]);
    }
  });

  it('ANS-5: an administrator cannot give a stop word another meaning, or one keyword two', async () => {
    for (const [type, text, code] of [
      ['opt-in', 'STOP', 'keyword-reserved'],
      ['opt-in', 'Cancelar', 'keyword-reserved'],
      ['opt-in', 'No, Thank You', 'keyword-opposite'],
      ['opt-out', 'Yes, I Agree', 'keyword-opposite'],
    ] as const) {
      const answer = await publishing(type, text);
      expect(answer).toMatchObject({
        status: 422,
        body: { problems: expect.arrayContaining([expect.objectContaining({ code })]) },
      });
    }
  });

  it('ANS-5: an Opt-In keyword that contains the stop word leaves the stop word alone', async () => {
    expect((await publishing('opt-in', 'Stop me only on Sundays')).status).toBe(200);
    const one = await asked();
    await world.says(one.phone, 'Stop');
    expect(await fieldOf(one)).toBe(false);
  });
});

describe('ANS-6: a stop is honoured for everybody and in every usual word', () => {
  it('ANS-6: from a contact, a lead, somebody who agreed, somebody asked and somebody unknown', async () => {
    await world.setUpRecordType('lead');
    const lead = world.newPhone();
    await world.record('lead', { fullname: 'Le Ad', mobilephone: lead });
    const granted = await asked();
    await world.tap(granted.phone, 'yes');
    const open = await asked();
    const phones = [lead, granted.phone, open.phone, world.newPhone()];
    for (const phone of phones) await world.says(phone, 'STOP');
    expect(await Promise.all(phones.map(stateOf))).toEqual(phones.map(() => 'denied'));
  });

  it('ANS-6: from somebody WhatsApp names by a user id alone', async () => {
    const { from: _, ...item } = inboundText(world.newPhone(), world.now(), 'STOP', {
      from_user_id: 'US.1234567890123',
    });
    expect((await world.postWebhook(webhookOf(item))).status).toBe(200);
    const { items } = await world.ok(
      z.object({ items: z.array(z.object({ id: z.string(), contactPoint: z.looseObject({}) })) }),
      'GET',
      '/api/conversations?limit=1&sort=recent',
    );
    expect(items[0]?.contactPoint).toMatchObject({ userId: 'US.1234567890123' });
    const consent = await world.ok(ConsentOut, 'GET', `/api/consent?conversationId=${items[0]?.id}`);
    expect(consent).toMatchObject({ phone: null, state: 'denied', source: 'stop-word' });
  });

  it('ANS-6: revoke, opt out, optout, unsubscribe, quit, end, cancel, stop all, arret, baja', async () => {
    const words = [
      'Revoke',
      'opt out',
      'OPTOUT',
      'unsubscribe',
      'quit',
      'END',
      'cancel',
      'Stop all',
      'Arrêt',
      'BAJA',
    ];
    const phones = words.map(() => world.newPhone());
    const items = words.map((word, index) => inboundText(phones[index] ?? '', world.now(), word));
    await world.postWebhook(webhookOf(...items));
    expect(await Promise.all(phones.map(stateOf))).toEqual(words.map(() => 'denied'));
  });

  it('ANS-6: said in a caption, a button title or a correction, and never by a reaction or a contact card', async () => {
    const caption = world.newPhone();
    world.emulator.customerSends(caption, { image: { caption: 'STOP' } });
    const edited = world.newPhone();
    const hello = world.emulator.customerSends(edited, { text: 'Hello' });
    world.emulator.customerSends(edited, { edit: { messageId: hello.id, text: 'Stop' } });
    const title = world.newPhone();
    await world.postWebhook(webhookOf(inboundTap(title, world.now(), { payload: 'x', text: 'Stop' })));
    const card = world.newPhone();
    world.emulator.customerSends(card, { contacts: [{ name: { formatted_name: 'STOP' } }] });
    const reaction = await asked();
    world.emulator.customerSends(reaction.phone, {
      reaction: { messageId: reaction.question.id, emoji: '🛑' },
    });
    await world.settled();
    expect(await Promise.all([caption, edited, title].map(stateOf))).toEqual(['denied', 'denied', 'denied']);
    expect(await Promise.all([card, reaction.phone].map(stateOf))).toEqual(['not-asked', 'requested']);
  });
});
