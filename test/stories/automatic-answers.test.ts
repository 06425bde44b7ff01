import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, REPLY_NO, REPLY_YES, type World } from './world.ts';

/** product.md §3.6: which answer follows an answer, and when none does. */

let world: World;
let offersQuestion: string;

beforeAll(async () => {
  world = await openWorld();
  await world.setUpContactType();
  const made = async (input: Partial<Parameters<World['template']>[0]> & { name: string }) => {
    const template = await world.template({
      type: 'consent',
      recordType: 'contact',
      session: 'utility',
      ...input,
    });
    await world.publish(template);
    return template.id;
  };
  await made({
    name: 'Opt-In for offers',
    type: 'opt-in',
    keywords: [{ text: 'Yes, send me offers', language: 'en' }],
    reply: { text: 'Offers will come.' },
  });
  await made({
    name: 'Opt-Out for offers',
    type: 'opt-out',
    keywords: [{ text: 'No offers, please', language: 'en' }],
    reply: { text: 'No offers will come.' },
  });
  offersQuestion = await made({
    name: 'May we send offers?',
    whatsappTemplate: { name: 'marketing_consent_request', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' } },
  });
});
afterAll(() => world.close());

async function contact() {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Ana Silva', mobilephone: phone });
  return { phone, record };
}
/** Our texts on the customer's phone, without questions. */
const answersTo = (phone: string): string[] =>
  world.emulator
    .messagesOf(phone)
    .filter((message) => message.direction === 'out' && message.buttons.length === 0)
    .map((message) => message.text);

describe('the answer is of the template that knows the button', () => {
  it.each<[string, (phone: string) => Promise<void>, string]>([
    ['Yes, tapped', (phone) => world.tap(phone, 'yes'), 'Offers will come.'],
    ['Yes, typed as the label', (phone) => world.says(phone, 'yes, send me offers'), 'Offers will come.'],
    ['Yes, as a word', (phone) => world.says(phone, 'Yes'), 'Offers will come.'],
    ['No, tapped', (phone) => world.tap(phone, 'no'), 'No offers will come.'],
  ])('%s', async (_name, answer, expected) => {
    const { phone, record } = await contact();
    const to = { recordType: 'contact', recordId: record.id };
    expect((await world.send({ to, messageTemplateId: offersQuestion })).status).toBe(202);
    await world.settled();
    await answer(phone);
    expect(answersTo(phone)).toEqual([expected]);
  });

  it('and of the other question, its own', async () => {
    const { phone, record } = await contact();
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    expect(answersTo(phone)).toEqual([REPLY_YES]);
  });
});

describe('a stop word is answered once in 24 hours', () => {
  it('the first one also after No was tapped, and Yes', async () => {
    const { phone, record } = await contact();
    await world.sendConsent(record);
    for (const answer of ['no', 'yes'] as const) {
      await world.tap(phone, answer);
      // Within one second the refusal would outweigh the grant.
      await world.advance(2_000);
    }
    await world.says(phone, 'STOP');
    expect(answersTo(phone)).toEqual([REPLY_NO, REPLY_YES, REPLY_NO]);
  });

  it('a repeated one is not, also when START came in between, until a day is over', async () => {
    const { phone, record } = await contact();
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    await world.advance(2_000);
    const stopAndStart = async () => {
      for (const word of ['STOP', 'START']) {
        await world.says(phone, word);
        await world.advance(2_000);
      }
      return answersTo(phone).filter((text) => text === REPLY_NO).length;
    };
    expect(await stopAndStart()).toBe(1);
    expect(await stopAndStart()).toBe(1);
    await world.advance(25 * 3_600_000);
    expect(await stopAndStart()).toBe(2);
  });
});
