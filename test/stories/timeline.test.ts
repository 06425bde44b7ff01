import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { DEMO } from '../../emulators/dataverse/demo.ts';
import { pausedFor } from '../../src/actions/crm-connection.ts';
import { SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { ConversationPage } from '../../src/http/schemas/chat.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';
import type { TypeSetUp } from './world.ts';

const ACTIVITY = 'assent_whatsappconversation';
const MINUTE = 60_000;

/** What the timelines of records in a Dataverse organisation are told. */
describe('the timeline in a Dataverse organisation', () => {
  let all: DataverseWorld;
  let types: TypeSetUp;
  const record = (id: string) => all.world.readRecord({ recordType: 'contact', id });
  const entries = (table: string, contact: string) =>
    all.crm.emulator
      .records(table)
      .filter(({ values }) => [values.regardingobjectid, values.objectid].includes(`contact/${contact}`));
  const chats = (contact: string) => entries(ACTIVITY, contact);
  const notes = (contact: string) => entries('annotation', contact);
  const subjects = (contact: string) =>
    notes(contact).map(({ values }) => String(values.subject).replace(/,.*/, ''));
  /** A contact with consent, known here. */
  const granted = async (lastname: string) => {
    const phone = all.world.newPhone();
    const contact = all.crm.emulator.create('contact', {
      firstname: 'Ana',
      lastname,
      mobilephone: phone,
      [FIELD]: null,
    });
    await all.synced();
    await all.world.sendConsent(await record(contact));
    await all.world.tap(phone, 'yes');
    return { phone, contact };
  };
  const conversationOf = async (contact: string): Promise<string> => {
    const { items } = await all.world.ok(ConversationPage, 'GET', '/api/conversations?limit=100');
    const found = items.find((one) => one.records.some(({ id }) => id === contact));
    return found?.id ?? '';
  };
  /** Until nothing waits but what has a problem, and nothing is being read when the clock moves next. */
  const told = async () => {
    await all.world.settled();
    const from = all.world.now() + 20 * MINUTE;
    await all.world.pass(20 * MINUTE);
    all.world.ctx.wake.crm();
    let passedAt = performance.now();
    await vi.waitFor(
      async () => {
        // What failed just now is tried again by the clock, which stands still.
        if (performance.now() - passedAt > 1_000) {
          await all.world.pass(20 * MINUTE);
          all.world.ctx.wake.crm();
          passedAt = performance.now();
        }
        const { timeline, pendingWrites, tables } = await all.sync();
        if (tables.some((one) => one.readAt === null || Date.parse(one.readAt) < from))
          throw new Error('not read');
        const waiting = (timeline?.pending ?? 0) - (timeline?.problems.length ?? 0);
        if (waiting > 0 || pendingWrites > 0) throw new Error(`not told: ${waiting}, ${pendingWrites}`);
      },
      { timeout: 15_000, interval: 20 },
    );
  };
  const write = async (
    as: Awaited<ReturnType<DataverseWorld['world']['as']>>,
    contact: string,
    text: string,
  ) => {
    const answer = await as('POST', '/api/messages', {
      to: { recordType: 'contact', recordId: contact },
      text,
    });
    expect(answer.status).toBe(202);
    await all.world.settled();
  };
  const giveObjectId = (entraObjectId: string | null) =>
    all.world.ok(z.unknown(), 'PATCH', `/api/people/${agentId}`, { entraObjectId });
  const agentId = SANDBOX_PEOPLE.find((one) => one.role === 'agent')?.id ?? '';

  beforeAll(async () => {
    all = await openDataverseWorld();
    await all.crm.control('POST', '/activity-table');
    types = await all.setUp('contact');
  }, 60_000);
  afterAll(() => all?.close());

  it('a chat becomes one activity, whose text grows, and which is completed when the chat closes', async () => {
    const { world } = all;
    const { phone, contact } = await granted('Grows');
    await world.says(phone, 'Where is my parcel?');
    expect(chats(contact)).toEqual([]);
    await told();
    const [first, ...more] = chats(contact);
    expect(more).toEqual([]);
    expect(first?.values).toMatchObject({
      subject: expect.stringMatching(/^WhatsApp with Ana Grows, /),
      description: expect.stringContaining('Ana Grows: Where is my parcel?'),
      assent_link: `${world.url}/chats/${await conversationOf(contact)}`,
      assent_messages: 4,
      regardingobjectid: `contact/${contact}`,
      createdby: `systemuser/${DEMO.applicationUserId}`,
      statecode: 0,
    });
    expect(
      all.crm.emulator
        .records('activityparty')
        .filter(({ values }) => values.activityid === `${ACTIVITY}/${first?.id}`)
        .map(({ values }) => [values.participationtypemask, values.partyid]),
    ).toEqual(
      expect.arrayContaining([
        [1, `systemuser/${DEMO.applicationUserId}`],
        [2, `contact/${contact}`],
      ]),
    );

    await world.says(phone, 'It was due\nyesterday.');
    await told();
    expect(chats(contact).map(({ id }) => id)).toEqual([first?.id]);
    const grown = String(chats(contact)[0]?.values.description);
    expect(grown).toContain('Where is my parcel?');
    expect(grown).toContain('It was due\n    yesterday.');

    await world.ok(z.unknown(), 'POST', `/api/conversations/${await conversationOf(contact)}/close`);
    await told();
    expect(chats(contact)).toMatchObject([{ id: first?.id, values: { statecode: 1, statuscode: 2 } }]);

    await world.says(phone, 'One more thing');
    await told();
    expect(chats(contact)).toHaveLength(2);
    const second = chats(contact).find(({ id }) => id !== first?.id);
    expect(second?.values).toMatchObject({ assent_messages: 1, statecode: 0 });
    expect(String(second?.values.description)).not.toContain('Where is my parcel?');
  });

  it('consent events stand there once each, also when the answer to a create was lost', async () => {
    const { world, crm } = all;
    crm.emulator.fault({ kind: 'cut-body', method: 'PATCH', url: 'annotations', count: 2, accepted: true });
    const { phone, contact } = await granted('Once');
    await told();
    crm.emulator.clearFaults();
    await world.says(phone, 'STOP');
    await told();
    await told();
    expect(subjects(contact).sort()).toEqual([
      'WhatsApp consent: asked',
      'WhatsApp consent: granted',
      'WhatsApp consent: refused',
    ]);
    const asked = notes(contact).find(({ values }) => String(values.subject).includes('asked'));
    expect(String(asked?.values.notetext)).toMatch(
      /Template: consent_request\nWording \(SHA-256\): [0-9a-f]{64}/,
    );
    expect(String(asked?.values.notetext)).toContain(`Evidence: ${world.url}/records/contact/${contact}`);
    const refused = notes(contact).find(({ values }) => String(values.subject).includes('refused'));
    expect(String(refused?.values.notetext)).toContain('How: the customer wrote a stop word\nWords: STOP');
    expect((await all.sync()).timeline?.problems).toEqual([]);
  });

  it('the agent who wrote is the author, and the application where the organisation will not have it', async () => {
    const { world, crm } = all;
    const agent = await world.as('agent');
    const { contact } = await granted('Author');
    await giveObjectId(DEMO.people.sasha.object.toUpperCase());
    await write(agent, contact, 'Your parcel is ready.');
    await told();
    expect(chats(contact)).toMatchObject([
      {
        values: {
          createdby: `systemuser/${DEMO.people.sasha.user}`,
          createdonbehalfby: `systemuser/${DEMO.applicationUserId}`,
        },
      },
    ]);
    expect((await all.sync()).timeline?.impersonation).toBeNull();

    await crm.control('PUT', '/users/app/rights', { privileges: { prvActOnBehalfOfAnotherUser: 'None' } });
    const other = await granted('Fallback');
    await write(agent, other.contact, 'Yours is ready too.');
    await told();
    const [fallback] = chats(other.contact);
    expect(fallback?.values).toMatchObject({ createdby: `systemuser/${DEMO.applicationUserId}` });
    const name = SANDBOX_PEOPLE.find((one) => one.role === 'agent')?.name ?? '';
    expect(String(fallback?.values.description)).toContain(`${name}: Yours is ready too.`);
    expect((await all.sync()).timeline).toMatchObject({
      impersonation: { person: name, code: 'missing-right', text: expect.stringContaining('0x8004A110') },
      problems: [],
    });

    await crm.control('PUT', '/users/app/rights', { privileges: { prvActOnBehalfOfAnotherUser: 'Global' } });
    const again = await granted('Again');
    await write(agent, again.contact, 'And yours.');
    await told();
    expect(chats(again.contact)[0]?.values.createdby).toBe(`systemuser/${DEMO.people.sasha.user}`);
    expect((await all.sync()).timeline?.impersonation).toBeNull();

    // Somebody whom the organisation does not know.
    await giveObjectId('00000000-0000-4000-8000-000000000001');
    const unknown = await granted('Unknown');
    await write(agent, unknown.contact, 'Hello.');
    await told();
    expect(chats(unknown.contact)[0]?.values.createdby).toBe(`systemuser/${DEMO.applicationUserId}`);
    await giveObjectId(null);
  }, 60_000);

  it('what somebody deleted is not made again, and an entry on a deleted record ends', async () => {
    const { world, crm } = all;
    const { phone, contact } = await granted('Deleted');
    await told();
    const [entry] = chats(contact);
    crm.emulator.remove(ACTIVITY, entry?.id ?? '');
    await world.says(phone, 'Still there?');
    await told();
    expect(chats(contact)).toEqual([]);

    const gone = await granted('Gone');
    crm.emulator.remove('contact', gone.contact);
    await told();
    expect(chats(gone.contact)).toEqual([]);
    expect(crm.emulator.record('contact', gone.contact)).toBeUndefined();
    expect((await all.sync()).timeline).toMatchObject({ pending: 0, problems: [] });
  });

  it('a session whose first message did not arrive is told once there is something to tell', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = crm.emulator.create('contact', { lastname: 'Late', mobilephone: phone, [FIELD]: null });
    await all.synced();
    const grant = { phone, decision: 'granted', evidence: 'At the counter' };
    await world.ok(z.unknown(), 'POST', '/api/consent', grant);
    world.emulator.fault({ kind: 'code', code: 131026, to: phone });
    const answer = await world.send({
      to: { recordType: 'contact', recordId: contact },
      messageTemplateId: types.utility,
    });
    expect(answer.status).toBe(202);
    await told();
    expect(chats(contact)).toEqual([]);
    await world.says(phone, 'Did you write?');
    await told();
    expect(chats(contact)).toMatchObject([
      { values: { description: expect.stringContaining('Late: Did you write?'), assent_messages: 1 } },
    ]);
  });

  it('what waits to leave is told once it left, and never where it does not', async () => {
    const { world, crm } = all;
    const waiting = async (lastname: string) => {
      const { phone, contact } = await granted(lastname);
      world.emulator.fault({ kind: '429', retryAfter: 7200, to: phone, count: 4 });
      const to = { recordType: 'contact', recordId: contact };
      expect((await world.send({ to, text: 'It is on its way.' })).status).toBe(202);
      await world.settled();
      return { phone, contact };
    };
    const [left, refused] = [await waiting('Left'), await waiting('Refused')];
    await world.pass(20 * MINUTE);
    world.ctx.wake.crm();
    const text = (contact: string) => String(chats(contact)[0]?.values.description);
    await vi.waitFor(
      () => {
        for (const { contact } of [left, refused]) expect(text(contact)).toContain('Yes, I Agree');
      },
      { timeout: 10_000 },
    );
    for (const { contact } of [left, refused]) expect(text(contact)).not.toContain('on its way');
    await world.says(refused.phone, 'STOP');
    world.emulator.clearFaults();
    await world.pass(3 * 60 * MINUTE);
    await told();
    expect(crm.emulator.record('contact', left.contact)).toBeDefined();
    expect(text(left.contact)).toContain('It is on its way.');
    expect(text(refused.contact)).toContain('STOP');
    expect(text(refused.contact)).not.toContain('on its way');
  });

  it('on a shared number a chat stands on no record that was written to in another session', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const [one, other] = ['One', 'Other'].map((lastname) =>
      crm.emulator.create('contact', { lastname, mobilephone: phone, [FIELD]: null }),
    );
    await all.synced();
    await world.says(phone, 'The results, please.');
    const { conversationId } = await world.consent(phone);
    await world.ok(z.unknown(), 'POST', `/api/conversations/${conversationId}/shared`, { shared: true });
    await world.sendConsent(await record(one ?? ''));
    await told();
    const texts = (contact = '') => chats(contact).map(({ values }) => String(values.description));
    expect(texts(one)).toEqual([expect.stringContaining('The results, please.')]);
    expect(texts(other)).toEqual([]);
    await world.pass(25 * 60 * MINUTE);
    await world.sendConsent(await record(other ?? ''));
    await told();
    expect(texts(other)).toEqual([expect.not.stringContaining('The results, please.')]);
    expect(texts(one)).toHaveLength(1);
  });

  it('an outage loses nothing, and fields go out before entries', async () => {
    const { world, crm } = all;
    const { phone, contact } = await granted('Outage');
    await told();
    crm.emulator.fault({ kind: 'cut', always: true });
    await world.says(phone, 'Anybody there?');
    await world.says(phone, 'STOP');
    for (let hour = 0; hour < 3; hour += 1) await world.pass(60 * MINUTE);
    expect(subjects(contact)).not.toContain('WhatsApp consent: refused');
    // Until nothing is under way: what was, would hear the organisation again in the middle of its turn.
    await vi.waitFor(async () => expect(await pausedFor(world.ctx)).toBeGreaterThan(0), { timeout: 10_000 });
    const before = crm.emulator.requests().length;
    crm.emulator.clearFaults();
    await world.pass(60 * MINUTE);
    await told();
    expect(all.field('contact', contact)).toBe(false);
    expect(subjects(contact)).toContain('WhatsApp consent: refused');
    expect(String(chats(contact)[0]?.values.description)).toContain('Anybody there?');
    const written = crm.emulator
      .requests()
      .slice(before)
      .filter((one) => one.method === 'PATCH' || one.url.includes('$batch'))
      .map((one) => one.url);
    expect(written.findIndex((url) => url.includes('tag=assent-consent'))).toBeLessThan(
      written.findIndex((url) => url.includes('tag=assent-timeline')),
    );
  });

  it('an organisation that takes no notes has its problem shown, its fields written, and all of it later', async () => {
    const { world, crm } = all;
    const rights = (prvCreateNote: string) =>
      crm.control('PUT', '/users/app/rights', { privileges: { prvCreateNote } });
    await rights('None');
    const { phone, contact } = await granted('No notes');
    await told();
    expect(all.field('contact', contact)).toBe(true);
    const { timeline, problems } = await all.sync();
    expect(problems).toEqual([]);
    expect(timeline?.problems).toMatchObject([
      { kind: 'consent', table: 'contact', recordId: contact, code: 'missing-right' },
      { kind: 'consent', recordId: contact },
    ]);
    await world.says(phone, 'STOP');
    await told();
    expect(all.field('contact', contact)).toBe(false);
    await rights('Global');
    await world.ok(z.unknown(), 'POST', '/api/crm/sync/contact/load');
    await vi.waitFor(() => expect(subjects(contact)).toHaveLength(3), { timeout: 10_000 });
    await expect.poll(async () => (await all.sync()).timeline?.problems).toEqual([]);
  });

  it('is not told what is switched off', async () => {
    const { world } = all;
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { timelineChats: false, timelineConsent: false });
    const { phone, contact } = await granted('Off');
    await world.says(phone, 'Hello');
    await told();
    expect([chats(contact), notes(contact)]).toEqual([[], []]);
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { timelineChats: true, timelineConsent: true });
    await world.says(phone, 'Hello again');
    await told();
    expect(chats(contact)).toHaveLength(1);
    expect(String(chats(contact)[0]?.values.description)).not.toContain('Ana Off: Hello\n');
  });
});

describe('the timeline where the solution is not installed', () => {
  let all: DataverseWorld;
  beforeAll(async () => {
    all = await openDataverseWorld();
    await all.setUp('contact');
  }, 60_000);
  afterAll(() => all?.close());

  it('a chat is a note, and stays one when the activity is installed later', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = crm.emulator.create('contact', { lastname: 'Note', mobilephone: phone, [FIELD]: null });
    await all.synced();
    const note = () => crm.emulator.records('annotation').map(({ values }) => String(values.notetext));
    const say = async (text: string) => {
      await world.says(phone, text);
      await world.pass(20 * MINUTE);
      world.ctx.wake.crm();
    };
    await say('First');
    await vi.waitFor(() => expect(note()).toEqual([expect.stringContaining('Note: First')]), {
      timeout: 10_000,
    });
    await crm.control('POST', '/activity-table');
    await say('Second');
    await vi.waitFor(() => expect(note()).toEqual([expect.stringMatching(/First[\s\S]*Second/)]), {
      timeout: 10_000,
    });
    expect(crm.emulator.records(ACTIVITY)).toEqual([]);
    expect(contact).not.toBe('');
  });
});
