import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MessagePage } from '../../src/http/schemas/chat.ts';
import { NotificationPage, WorkingHours } from '../../src/http/schemas/desk.ts';
import { codeOf, conversationOf, hire, type Person, signIn, someoneWrites, team, traceOf } from './desk.ts';
import { openWorld, type World } from './world.ts';

/** What wants a person's attention: reminders while a customer waits, and what is said while nobody is here. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
let maria: Person;
let jonas: Person;

const settings = (patch: object) => world.ok(z.unknown(), 'PATCH', '/api/settings', patch);
/** What a person was told about one conversation, newest first. */
const told = async (person: Person, conversationId: string) =>
  (await person.notifications()).items.filter(({ conversation }) => conversation?.id === conversationId);
const toldKinds = async (person: Person, conversationId: string) =>
  (await told(person, conversationId)).map(({ kind, readAt }) => (readAt === null ? kind : `${kind}, read`));

/** A Tuesday. */
const START = Date.parse('2026-05-12T09:00:00Z');

beforeAll(async () => {
  world = await openWorld({ startAt: START });
  await world.setUpContactType();
  maria = await hire(world, 'Maria', 'agent');
  jonas = await hire(world, 'Jonas', 'agent');
});
afterAll(() => world.close());

/** A long time; a session that nobody uses ends in it, so people sign in again. */
async function goBy(ms: number): Promise<void> {
  await world.advance(ms);
  maria = await signIn(world, maria.id, maria.name);
  jonas = await signIn(world, jonas.id, jonas.name);
}

/** Open from noon to six; the world starts at nine on a Tuesday. */
const HOURS: WorkingHours = {
  enabled: true,
  timeZone: 'UTC',
  days: [1, 2, 3, 4, 5].map((day) => ({ day, from: '12:00', to: '18:00' })),
  holidays: [
    { name: 'Founders’ day', from: '2026-05-13', to: '2026-05-13', answer: { en: 'We celebrate.' } },
  ],
  answer: { en: 'We are back {opens}.', es: 'Volvemos {opens}.' },
};
const setHours = (hours: WorkingHours) => world.ok(WorkingHours, 'PUT', '/api/working-hours', hours);
/** What Assent wrote to a customer, oldest first. */
const answersTo = async (conversationId: string) => {
  const page = await world.ok(MessagePage, 'GET', `/api/conversations/${conversationId}/messages?limit=50`);
  return page.items.filter(({ direction }) => direction === 'out').map(({ text }) => text);
};

it('a record that comes later renames nobody, in the list, the bell and what waits for a second person', async () => {
  const phone = world.newPhone();
  await world.record('contact', { fullname: 'Ana First', mobilephone: phone });
  await world.says(phone, 'Hello');
  const conversation = await conversationOf(world, phone);
  await maria.does('accept', conversation.id);
  await maria.does('discuss', conversation.id, { person: jonas.id });
  await settings({ grantNeedsSecondPerson: true });
  await world.ok(z.unknown(), 'POST', '/api/consent', { phone, decision: 'granted', evidence: 'said so' });
  await settings({ grantNeedsSecondPerson: false });
  const names = async () => {
    const Waiting = z.object({ items: z.array(z.object({ name: z.string(), phone: z.string() })) });
    const { items } = await world.ok(Waiting, 'GET', '/api/pending-grants');
    return {
      list: (await conversationOf(world, phone)).contactPoint.name,
      bell: (await told(jonas, conversation.id))[0]?.conversation?.name,
      waiting: items.find((one) => one.phone === phone)?.name,
    };
  };
  expect(await names()).toEqual({ list: 'Ana First', bell: 'Ana First', waiting: 'Ana First' });
  await world.pass(MINUTE);
  const second = await world.record('contact', { fullname: 'Zoe Second', mobilephone: phone });
  expect(await names()).toEqual({ list: 'Ana First', bell: 'Ana First', waiting: 'Ana First' });
  // Their age decides, and not their ids.
  await sql`update crm_record set created_at = created_at - interval '1 day' where id = ${second.id}::uuid`.execute(
    world.ctx.database.db,
  );
  expect(await names()).toEqual({ list: 'Zoe Second', bell: 'Zoe Second', waiting: 'Zoe Second' });
});

describe('out of hours', () => {
  beforeAll(() => setHours(HOURS));
  afterAll(() => setHours({ ...HOURS, enabled: false }));

  it('a customer is answered once per closed period, and a trace says so', async () => {
    const { id, phone } = await someoneWrites(world);
    await world.says(phone, 'Hello?');
    expect(await answersTo(id)).toEqual(['We are back Tuesday 12:00 PM.']);
    expect(await traceOf(world, id)).toEqual(['out-of-hours-answer']);
    // The automatic answer is nobody’s: the customer still waits, and nobody is reminded before people are here.
    await world.advance(2 * HOUR);
    expect(await toldKinds(maria, id)).toEqual([]);
    await world.advance(2 * HOUR);
    expect(await toldKinds(maria, id)).toEqual(['waiting']);
  });

  it('not while people are here, on a holiday in its own words, and not who refused', async () => {
    const { id, phone } = await someoneWrites(world);
    expect(await answersTo(id)).toEqual([]);
    await goBy(20 * HOUR);
    await world.says(phone, 'Good morning');
    expect(await answersTo(id)).toEqual(['We celebrate.']);
    const refuses = await someoneWrites(world, 'STOP');
    await world.says(refuses.phone, 'I mean it');
    expect((await answersTo(refuses.id)).filter((text) => text === 'We celebrate.')).toEqual([]);
  });

  it('hours that cannot be are refused with what is wrong, and only who may sets them', async () => {
    const span = { day: 1, from: '18:00', to: '12:00' };
    expect(await world.refused(422, 'PUT', '/api/working-hours', { ...HOURS, days: [span] })).toMatchObject({
      code: 'invalid-working-hours',
      detail: expect.stringContaining('ends before it begins'),
    });
    expect(codeOf(await maria.api('PUT', '/api/working-hours', HOURS))[0]).toBe(403);
    expect(WorkingHours.parse((await maria.api('GET', '/api/working-hours')).body)).toEqual(HOURS);
  });
});

describe('a customer who waits', () => {
  it('reminds the owner once, and nobody else', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('accept', id);
    await world.advance(9 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual([]);
    await world.advance(2 * MINUTE);
    await world.advance(5 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual(['waiting']);
    expect(await toldKinds(jonas, id)).toEqual([]);
  });

  it('reminds the team while nobody owns the conversation, and nobody once it has an answer', async () => {
    const { id } = await someoneWrites(world);
    await world.advance(11 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual(['waiting']);
    expect(await toldKinds(jonas, id)).toEqual(['waiting']);
    expect((await jonas.writes(id, 'Hello!')).status).toBe(202);
    expect(await toldKinds(maria, id)).toEqual(['waiting, read']);
    expect(await toldKinds(jonas, id)).toEqual(['waiting, read']);
  });

  it('who closes the conversation, or blocks the customer, ends the reminders too', async () => {
    const [closed, blocked] = [await someoneWrites(world), await someoneWrites(world)];
    await world.advance(11 * MINUTE);
    await maria.does('close', closed.id);
    await maria.does('block', blocked.id);
    expect(await toldKinds(jonas, closed.id)).toEqual(['waiting, read']);
    expect(await toldKinds(jonas, blocked.id)).toEqual(['waiting, read']);
  });

  it('reminds nobody where the setting is off', async () => {
    await settings({ waitingReminderMinutes: null });
    const { id } = await someoneWrites(world);
    await world.advance(3 * HOUR);
    await settings({ waitingReminderMinutes: 10 });
    expect(await toldKinds(maria, id)).toEqual([]);
  });
});

describe('a window that closes', () => {
  it('is told to the owner an hour before, once per window', async () => {
    const { id, phone } = await someoneWrites(world);
    await maria.does('accept', id);
    await goBy(22 * HOUR + 50 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual(['waiting']);
    await world.advance(15 * MINUTE);
    await world.advance(15 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual(['window-closing', 'waiting']);
    expect(await toldKinds(jonas, id)).toEqual([]);
    // A new message opens a new window.
    await world.says(phone, 'Are you still there?');
    await goBy(23 * HOUR + 5 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual(['window-closing', 'window-closing', 'waiting']);
  });

  it('is told to the team where nobody owns the conversation', async () => {
    const { id } = await someoneWrites(world);
    await goBy(23 * HOUR + 5 * MINUTE);
    expect(await toldKinds(maria, id)).toEqual(['window-closing', 'waiting']);
    expect(await toldKinds(jonas, id)).toEqual(['window-closing', 'waiting']);
  });

  it('is no matter once somebody answered', async () => {
    const { id } = await someoneWrites(world);
    await jonas.writes(id, 'Hello!');
    await goBy(23 * HOUR + 5 * MINUTE);
    expect(await toldKinds(jonas, id)).toEqual([]);
  });
});

describe('reading', () => {
  it('newest first, by pages, with how many are unread; one or all are marked, and never another’s', async () => {
    const anna = await hire(world, 'Anna', 'agent', [await team(world, 'Readers')]);
    const { id } = await someoneWrites(world);
    for (const text of ['one', 'two', 'three'])
      await maria.api('POST', `/api/conversations/${id}/notes`, { text, mentions: [anna.id] });
    const all = await anna.notifications();
    // The first mention asks her in as well.
    expect(all.items.map(({ kind, text }) => text ?? kind)).toEqual(['three', 'two', 'one', 'discussion']);
    expect(all.unread).toBe(4);
    const first = NotificationPage.parse((await anna.api('GET', '/api/notifications?limit=3')).body);
    const next = await anna.api('GET', `/api/notifications?limit=3&cursor=${first.nextCursor ?? ''}`);
    const rest = NotificationPage.parse(next.body);
    expect([first.items.length, rest.nextCursor]).toEqual([3, null]);
    expect([...first.items, ...rest.items]).toEqual(all.items);

    const read = (person: Person, body: object) => person.api('POST', '/api/notifications/read', body);
    const ids = all.items.map((one) => one.id);
    await read(jonas, { ids });
    expect((await anna.notifications()).unread).toBe(4);
    await read(anna, { ids: ids.slice(0, 1) });
    expect((await anna.notifications()).unread).toBe(3);
    await read(anna, {});
    expect((await anna.notifications()).unread).toBe(0);
  });
});
