import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EVERYONE } from '../../src/db/teams.ts';
import { ColleaguesOut, TracePage } from '../../src/http/schemas/desk.ts';
import {
  codeOf,
  conversationOf,
  hire,
  type Person,
  setMembersOf,
  someoneWrites,
  team,
  traceOf,
} from './desk.ts';
import { inbound, webhookOf } from './payloads.ts';
import { openWorld, type World } from './world.ts';

/** Who answers a conversation, as people do it at their desks: each step, who may take it, and its trace. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
let maria: Person;
let jonas: Person;
let chief: Person;

const settings = (patch: object) => world.ok(z.unknown(), 'PATCH', '/api/settings', patch);
const current = async (phone: string) => conversationOf(world, phone);

beforeAll(async () => {
  world = await openWorld({ startAt: Date.parse('2026-05-12T09:00:00Z') });
  await world.setUpContactType();
  maria = await hire(world, 'Maria', 'agent');
  jonas = await hire(world, 'Jonas', 'agent');
  chief = await hire(world, 'Chief', 'administrator');
});
afterAll(() => world.close());

it('who was invited and has not been here yet is told apart from who is away', async () => {
  const { id } = await someoneWrites(world);
  const invited = { name: 'Newcomer', email: 'newcomer@example.com', role: 'agent', teams: [EVERYONE] };
  expect((await chief.api('POST', '/api/people', invited)).status).toBe(201);
  await maria.api('GET', '/api/me');
  const answer = await chief.api('GET', `/api/conversations/${id}/colleagues`);
  const here = ColleaguesOut.parse(answer.body).items.map(({ name, everHere }) => [name, everHere]);
  expect(here).toEqual(
    expect.arrayContaining([
      ['Newcomer', false],
      ['Maria', true],
    ]),
  );
});

describe('accepting', () => {
  it('a new conversation is the team’s until somebody accepts it; then only they write', async () => {
    const { id, owner, team: its, waitingSince } = await someoneWrites(world);
    expect([owner, its.name, waitingSince === null]).toEqual([null, 'Everyone', false]);
    expect(await maria.does('accept', id)).toMatchObject({ owner: { name: 'Maria' }, status: 'open' });
    const [status, code, sentence] = await jonas.cannot('accept', id);
    expect([status, code]).toEqual([409, 'owned-by-colleague']);
    expect(sentence).toContain('Maria');
    const refused = await jonas.writes(id, 'I am here too');
    expect(codeOf(refused)).toEqual([409, 'owned-by-colleague']);
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('Maria answers') });
    expect((await maria.writes(id, 'How can I help?')).status).toBe(202);
    // A second click is no second acceptance.
    await maria.does('accept', id);
    expect(await traceOf(world, id)).toEqual(['accepted']);
  });

  it('whoever writes where nobody owns owns from then on, and the customer waits no more', async () => {
    const { id, phone } = await someoneWrites(world);
    expect((await jonas.writes(id, 'Hello!')).status).toBe(202);
    expect(await current(phone)).toMatchObject({ owner: { name: 'Jonas' }, waitingSince: null });
    expect(codeOf(await chief.writes(id, 'Me too'))).toEqual([409, 'owned-by-colleague']);
    // Automation is not bound, and owns nothing.
    expect((await world.send({ to: { conversationId: id }, text: 'Your parcel left.' })).status).toBe(202);
    expect((await current(phone)).owner?.name).toBe('Jonas');
  });

  it('the composer says who answers instead, by name', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('accept', id);
    const sendable = (await jonas.api('GET', `/api/sendable?conversationId=${id}`)).body;
    expect(sendable).toMatchObject({
      freeText: { allowed: false, reason: 'owned-by-colleague' },
      banner: { code: 'owned-by-colleague', text: expect.stringContaining('Maria') },
    });
    expect(sendable).toMatchObject({ banner: { text: expect.stringContaining('once they are idle') } });
    // Whoever need not wait is told of no waiting.
    const { banner } = z
      .object({ banner: z.object({ text: z.string() }) })
      .parse((await chief.api('GET', `/api/sendable?conversationId=${id}`)).body);
    expect(banner.text).toMatch(/^Maria answers .* Take it over before you write/);
    expect((await maria.api('GET', `/api/sendable?conversationId=${id}`)).body).toMatchObject({
      freeText: { allowed: true },
    });
  });

  it('of two who accept at the same moment one wins, and the other is told who', async () => {
    const people = [maria, jonas, chief];
    for (let round = 0; round < 5; round += 1) {
      const { id } = await someoneWrites(world);
      const answers = await Promise.all(
        people.map((one) => one.api('POST', `/api/conversations/${id}/accept`)),
      );
      expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409]);
      const winner = people[answers.findIndex((one) => one.status === 200)];
      for (const lost of answers.filter((one) => one.status === 409))
        expect(lost.body).toMatchObject({
          code: 'owned-by-colleague',
          detail: expect.stringContaining(winner?.name ?? '?'),
        });
      expect(await traceOf(world, id)).toEqual(['accepted']);
    }
  });

  it('of two who write at the same moment one message leaves', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, phone } = await someoneWrites(world);
      const answers = await Promise.all([maria, jonas].map((one) => one.writes(id, `I am ${one.name}`)));
      expect(answers.map((one) => codeOf(one)[0]).sort()).toEqual([202, 409]);
      await world.settled();
      const winner = answers[0]?.status === 202 ? 'Maria' : 'Jonas';
      const left = world.emulator.messagesOf(phone).filter((one) => one.direction === 'out');
      expect(left.map((one) => one.text)).toEqual([`I am ${winner}`]);
      expect((await current(phone)).owner?.name).toBe(winner);
    }
  });

  it('a key answers no chats', async () => {
    const { id } = await someoneWrites(world);
    const answer = await world.api('POST', `/api/conversations/${id}/accept`);
    expect(codeOf(answer)).toEqual([409, 'person-needed']);
  });
});

describe('assigning', () => {
  it('a colleague is offered it with a reason, and accepts; the owner keeps it until then', async () => {
    const { id, phone } = await someoneWrites(world);
    await maria.does('accept', id);
    const offered = await maria.does('assign', id, { to: jonas.id, reason: 'Speaks Portuguese' });
    expect(offered).toMatchObject({
      owner: { name: 'Maria' },
      assignment: { from: { name: 'Maria' }, to: { name: 'Jonas' }, reason: 'Speaks Portuguese' },
    });
    expect((await maria.writes(id, 'One moment, please.')).status).toBe(202);
    expect((await jonas.writes(id, 'Olá!')).body).toMatchObject({
      code: 'owned-by-colleague',
      detail: 'Maria offers you this conversation. Accept it before you write.',
    });
    expect((await jonas.notifications()).items[0]).toMatchObject({
      kind: 'assigned',
      actor: 'Maria',
      text: 'Speaks Portuguese',
      readAt: null,
      conversation: { id },
    });
    expect((await maria.cannot('assign', id, { to: chief.id }))[1]).toBe('assignment-open');
    expect((await chief.cannot('assignment', id, { accept: true }))[1]).toBe('not-yours');
    expect(await jonas.does('assignment', id, { accept: true })).toMatchObject({
      owner: { name: 'Jonas' },
      assignment: null,
    });
    expect((await maria.notices())[0]).toBe('assignment-accepted');
    // What was decided wants nobody's attention any more.
    expect((await jonas.notifications()).items[0]?.readAt).not.toBeNull();
    expect((await jonas.cannot('assignment', id, { accept: true }))[1]).toBe('no-assignment');
    expect(await traceOf(world, id)).toEqual(['accepted', 'assigned', 'assignment-accepted']);
    expect((await current(phone)).owner?.name).toBe('Jonas');
  });

  it('a rejection carries its reason back, and leaves the owner as they were', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('accept', id);
    await maria.does('assign', id, { to: jonas.id });
    const rejected = await jonas.does('assignment', id, { accept: false, reason: 'I am at lunch' });
    expect(rejected).toMatchObject({ owner: { name: 'Maria' }, assignment: null });
    expect((await maria.notifications()).items[0]).toMatchObject({
      kind: 'assignment-rejected',
      actor: 'Jonas',
      text: 'I am at lunch',
    });
  });

  it('what nobody decides in time goes back to who offered it', async () => {
    const { id, phone } = await someoneWrites(world);
    await maria.does('assign', id, { to: jonas.id });
    // While it is offered nobody else takes it.
    expect((await chief.cannot('accept', id))[1]).toBe('assignment-open');
    expect(codeOf(await chief.writes(id, 'Hello'))).toEqual([409, 'owned-by-colleague']);
    await world.advance(9 * MINUTE);
    expect((await current(phone)).assignment?.to.name).toBe('Jonas');
    await world.advance(2 * MINUTE);
    expect((await current(phone)).assignment).toBeNull();
    expect(await maria.notices()).toContain('assignment-timed-out');
    expect((await jonas.cannot('assignment', id, { accept: true }))[1]).toBe('no-assignment');
    expect(await traceOf(world, id)).toEqual(['assigned', 'assignment-timed-out']);
  });

  it('of a chat that becomes part of another one is over, and the bell leads to the one that stays', async () => {
    const kept = await someoneWrites(world);
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone: kept.phone,
      decision: 'granted',
      evidence: 'said so',
    });
    const { id, phone } = await someoneWrites(world);
    await maria.does('assign', id, { to: jonas.id });
    const moved = { type: 'user_changed_number', body: 'changed', wa_id: kept.phone.slice(1) };
    await world.postWebhook(webhookOf(inbound(phone, world.now(), { type: 'system', system: moved })));
    expect((await current(kept.phone)).assignment).toBeNull();
    expect((await jonas.notifications()).items[0]).toMatchObject({
      kind: 'assigned',
      readAt: expect.any(String),
      conversation: { id: kept.id },
    });
  });

  it('an offer that ran out stands in nobody’s way, before time itself has settled it', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('assign', id, { to: jonas.id });
    await world.pass(11 * MINUTE);
    expect((await chief.writes(id, 'Hello')).status).toBe(202);
    expect(await traceOf(world, id)).toEqual(['assigned', 'assignment-timed-out', 'accepted']);
  });

  it('who offered may withdraw, or an administrator; nobody else', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('assign', id, { to: chief.id });
    expect((await jonas.cannot('withdraw', id, {}))[1]).toBe('not-yours');
    expect(await maria.does('withdraw', id, { reason: 'Solved' })).toMatchObject({ assignment: null });
    expect((await maria.cannot('withdraw', id, {}))[1]).toBe('no-assignment');
    await maria.does('assign', id, { to: jonas.id });
    await chief.does('withdraw', id);
    expect(await traceOf(world, id)).toEqual([
      'assigned',
      'assignment-withdrawn',
      'assigned',
      'assignment-withdrawn',
    ]);
  });

  it('only to somebody who may answer', async () => {
    const { id } = await someoneWrites(world);
    const auditor = await hire(world, 'Aud', 'auditor');
    const of = async (to: string) => (await maria.cannot('assign', id, { to })).slice(0, 2);
    expect(await of(auditor.id)).toEqual([422, 'not-a-colleague']);
    expect(await of(maria.id)).toEqual([422, 'not-a-colleague']);
    expect(await of(EVERYONE)).toEqual([422, 'not-a-colleague']);
    expect(await of('nobody')).toEqual([422, 'not-a-colleague']);
    await jonas.does('accept', id);
    expect((await maria.cannot('assign', id, { to: chief.id }))[1]).toBe('not-yours');
    expect((await chief.cannot('assign', id, { to: jonas.id }))[1]).toBe('not-a-colleague');
    await chief.does('assign', id, { to: maria.id });
  });

  it('accepts by writing', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('assign', id, { to: jonas.id });
    expect((await jonas.writes(id, 'I am on it')).status).toBe(202);
    expect(await traceOf(world, id)).toEqual(['assigned', 'assignment-accepted']);
  });
});

describe('taking over', () => {
  it('a colleague after the owner was idle, an administrator at once; the owner is told', async () => {
    const { id, phone } = await someoneWrites(world);
    await maria.does('accept', id);
    const [status, code, sentence] = await jonas.cannot('take-over', id, {});
    expect([status, code]).toEqual([409, 'not-idle']);
    expect(sentence).toContain('Maria');
    const from = Date.parse((await current(phone)).takeOverFrom ?? '');
    expect(Math.round((from - world.now()) / MINUTE)).toBe(30);
    await world.advance(20 * MINUTE);
    await maria.writes(id, 'Still looking');
    await world.advance(20 * MINUTE);
    expect((await jonas.cannot('take-over', id, {}))[1]).toBe('not-idle');
    await world.advance(11 * MINUTE);
    expect(await jonas.does('take-over', id, { reason: 'Maria is away' })).toMatchObject({
      owner: { name: 'Jonas' },
    });
    expect((await maria.notifications()).items[0]).toMatchObject({ kind: 'taken-over', actor: 'Jonas' });
    expect(await chief.does('take-over', id)).toMatchObject({ owner: { name: 'Chief' } });
    expect(await traceOf(world, id)).toEqual(['accepted', 'taken-over', 'taken-over']);
  });

  it('where the setting says so only administrators may', async () => {
    await settings({ takeOverMinutes: null });
    const { id } = await someoneWrites(world);
    await maria.does('accept', id);
    await world.advance(12 * HOUR);
    expect((await jonas.cannot('take-over', id, {}))[1]).toBe('not-idle');
    await chief.does('take-over', id);
    await settings({ takeOverMinutes: 30 });
  });

  it('at once from somebody who was disabled, whose conversations go back to their team', async () => {
    const leaver = await hire(world, 'Lena', 'agent');
    const [first, second] = [await someoneWrites(world), await someoneWrites(world)];
    await leaver.does('accept', first.id);
    await leaver.does('accept', second.id);
    await chief.api('PATCH', `/api/people/${leaver.id}`, { disabled: true });
    await jonas.does('take-over', first.id);
    await world.advance(MINUTE);
    expect((await current(second.phone)).owner).toBeNull();
    expect(await traceOf(world, second.id)).toEqual(['accepted', 'released']);
  });

  it('not even then by who was asked in from another team', async () => {
    const leaver = await hire(world, 'Lars', 'agent');
    const guest = await hire(world, 'Gwen', 'agent', [await team(world, 'Guests')]);
    const { id } = await someoneWrites(world);
    await leaver.does('accept', id);
    await leaver.does('discuss', id, { person: guest.id });
    await chief.api('PATCH', `/api/people/${leaver.id}`, { disabled: true });
    expect((await guest.cannot('take-over', id, {}))[1]).toBe('not-yours');
    await jonas.does('take-over', id);
  });
});

describe('releasing, closing, reopening', () => {
  it('the owner releases to the team; a colleague may not', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('accept', id);
    expect((await jonas.cannot('release', id, {}))[1]).toBe('not-yours');
    expect(await maria.does('release', id, { reason: 'End of my day' })).toMatchObject({ owner: null });
    expect(await jonas.does('accept', id)).toMatchObject({ owner: { name: 'Jonas' } });
  });

  it('closed by its owner, it is offered to them again when the customer writes', async () => {
    const { id, phone } = await someoneWrites(world);
    await maria.does('accept', id);
    await maria.writes(id, 'Solved, I think');
    expect(await maria.does('close', id)).toMatchObject({ status: 'closed', owner: null, unread: 0 });
    expect((await maria.cannot('close', id))[1]).toBe('already-closed');
    expect((await jonas.cannot('accept', id))[1]).toBe('already-closed');
    await world.says(phone, 'One more thing');
    const again = await current(phone);
    expect(again).toMatchObject({
      status: 'open',
      owner: null,
      assignment: { from: null, to: { name: 'Maria' } },
    });
    expect((await maria.notices())[0]).toBe('returned');
    expect((await maria.writes(id, 'Yes?')).status).toBe(202);
    expect(await traceOf(world, id)).toEqual([
      'accepted',
      'closed',
      'reopened',
      'returned',
      'assignment-accepted',
    ]);
  });

  it('to nobody where the setting is off, or they left the team or the company', async () => {
    const [off, left, gone] = [
      await someoneWrites(world),
      await someoneWrites(world),
      await someoneWrites(world),
    ];
    const helper = await hire(world, 'Helga', 'agent');
    const leaver = await hire(world, 'Leo', 'agent');
    for (const [person, one] of [
      [maria, off],
      [helper, left],
      [leaver, gone],
    ] as const) {
      await person.does('accept', one.id);
      await person.does('close', one.id);
    }
    await settings({ returnToPreviousOwner: false });
    await world.says(off.phone, 'Hello again');
    expect(await current(off.phone)).toMatchObject({ status: 'open', owner: null, assignment: null });
    await settings({ returnToPreviousOwner: true });
    await setMembersOf(world, helper.id, [await team(world, 'Elsewhere')]);
    await chief.api('PATCH', `/api/people/${leaver.id}`, { disabled: true });
    for (const { phone } of [left, gone]) {
      await world.says(phone, 'Hello again');
      expect(await current(phone)).toMatchObject({ status: 'open', owner: null, assignment: null });
    }
  });

  it('a person reopens it and answers it; so does whoever writes into a closed one', async () => {
    const [one, two] = [await someoneWrites(world), await someoneWrites(world)];
    await jonas.does('close', one.id);
    await jonas.does('close', two.id);
    expect(await jonas.does('reopen', one.id)).toMatchObject({ status: 'open', owner: { name: 'Jonas' } });
    expect((await maria.writes(two.id, 'I forgot to say')).status).toBe(202);
    expect(await current(two.phone)).toMatchObject({ status: 'open', owner: { name: 'Maria' } });
    expect(await traceOf(world, two.id)).toEqual(['closed', 'reopened', 'accepted']);
  });

  it('time closes what is quiet and answered, and touches neither consent nor the service window', async () => {
    await settings({ closeAfterHours: 5 });
    const [answered, waiting] = [await someoneWrites(world), await someoneWrites(world)];
    await maria.writes(answered.id, 'Done');
    // While it is on its way, nobody closes the chat.
    await world.settled();
    const before = [
      await world.consent(answered.phone),
      (await current(answered.phone)).serviceWindowClosesAt,
    ];
    await world.advance(6 * HOUR);
    expect(await current(answered.phone)).toMatchObject({ status: 'closed', owner: null });
    // Nobody who waits is closed away.
    expect((await current(waiting.phone)).status).toBe('open');
    expect([
      await world.consent(answered.phone),
      (await current(answered.phone)).serviceWindowClosesAt,
    ]).toEqual(before);
    await settings({ closeAfterHours: 24 });
  });
});

describe('dismissing', () => {
  it('hides it from one person until the customer writes again', async () => {
    const { id, phone } = await someoneWrites(world);
    expect(await maria.does('dismiss', id)).toMatchObject({ dismissed: true });
    await maria.does('dismiss', id);
    expect(await jonas.does('release', id)).toMatchObject({ dismissed: false });
    await world.says(phone, 'Hello?');
    expect((await maria.api('GET', `/api/conversations/${id}`)).body).toMatchObject({ dismissed: false });
    expect(await traceOf(world, id)).toEqual(['dismissed']);
    await maria.does('accept', id);
    expect((await maria.cannot('dismiss', id))[1]).toBe('not-yours');
  });
});

describe('teams', () => {
  let support: string;
  let sales: string;
  let sue: Person;
  let sam: Person;
  beforeAll(async () => {
    support = await team(world, 'Support');
    sales = await team(world, 'Sales');
    sue = await hire(world, 'Sue', 'agent', [support]);
    sam = await hire(world, 'Sam', 'agent', [sales]);
    await world.api('PUT', '/api/channel/team', { team: support });
  });
  afterAll(() => world.api('PUT', '/api/channel/team', { team: EVERYONE }));

  it('a new conversation belongs to the number’s team; other agents do not know of it', async () => {
    const { id, team: its } = await someoneWrites(world);
    expect(its.name).toBe('Support');
    expect([await sue.sees(id), await sam.sees(id), await chief.sees(id)]).toEqual([true, false, true]);
    expect((await sam.cannot('accept', id))[0]).toBe(404);
  });

  it('moved to another team it leaves its owner, and that team answers', async () => {
    const { id } = await someoneWrites(world);
    await sue.does('accept', id);
    expect((await sue.cannot('team', id, { team: 'nowhere' }))[0]).toBe(404);
    expect(await sue.does('team', id, { team: sales })).toMatchObject({
      owner: null,
      team: { name: 'Sales' },
    });
    expect([await sue.sees(id), await sam.sees(id)]).toEqual([false, true]);
    await sam.does('accept', id);
    expect(await traceOf(world, id)).toEqual(['accepted', 'moved-team', 'accepted']);
  });

  it('an offer opens it to a colleague of another team, and its end closes it again', async () => {
    const { id } = await someoneWrites(world);
    await sue.does('assign', id, { to: sam.id });
    expect(await sam.sees(id)).toBe(true);
    await sam.does('assignment', id, { accept: false });
    expect(await sam.sees(id)).toBe(false);
  });

  it('a number or a record leads nobody round it', async () => {
    const phone = world.newPhone();
    const record = await world.record('contact', { fullname: 'Ida Ivanova', mobilephone: phone });
    await world.says(phone, 'Hello');
    const { id } = await current(phone);
    const to = { recordType: 'contact', recordId: record.id };
    expect(codeOf(await sam.api('POST', '/api/messages', { to, text: 'Hi' }))).toEqual([
      409,
      'owned-by-colleague',
    ]);
    expect(codeOf(await sam.api('POST', '/api/messages', { to: { phone }, text: 'Hi' }))).toEqual([
      409,
      'owned-by-colleague',
    ]);
    expect(
      (await sam.api('GET', `/api/sendable?recordType=contact&recordId=${record.id}`)).body,
    ).toMatchObject({
      freeText: { allowed: false, reason: 'owned-by-colleague' },
      conversationId: null,
    });
    expect(await sue.sees(id)).toBe(true);
  });
});

describe('discussing', () => {
  let guest: Person;
  beforeEach(async () => {
    guest = await hire(world, 'Gina', 'agent', [await team(world, `Guests ${Math.random()}`)]);
  });

  it('a colleague who is asked in reads and writes notes, and cannot write to the customer', async () => {
    const { id, phone } = await someoneWrites(world);
    await maria.does('accept', id);
    expect(await guest.sees(id)).toBe(false);
    expect(await maria.does('discuss', id, { person: guest.id, reason: 'Is this ours?' })).toMatchObject({
      discussing: [{ name: 'Gina' }],
    });
    expect((await guest.notifications()).items[0]).toMatchObject({
      kind: 'discussion',
      text: 'Is this ours?',
    });
    expect((await guest.api('GET', `/api/conversations/${id}/messages`)).status).toBe(200);
    expect((await guest.api('POST', `/api/conversations/${id}/notes`, { text: 'It is' })).status).toBe(201);
    expect(codeOf(await guest.writes(id, 'Hello'))).toEqual([409, 'owned-by-colleague']);
    // Not even while nobody owns it.
    await maria.does('release', id);
    expect(codeOf(await guest.writes(id, 'Hello'))).toEqual([409, 'owned-by-colleague']);
    expect((await guest.cannot('accept', id))[1]).toBe('not-yours');
    expect((await current(phone)).discussing).toEqual([{ id: guest.id, name: 'Gina' }]);
    // Their side ends it.
    await guest.does(`DELETE discuss/${guest.id}`, id);
    expect(await guest.sees(id)).toBe(false);
    expect(await traceOf(world, id)).toEqual([
      'accepted',
      'discussion-started',
      'note',
      'released',
      'discussion-ended',
    ]);
  });

  it('the other side ends it too; a bystander does not', async () => {
    const { id } = await someoneWrites(world);
    await maria.does('accept', id);
    await maria.does('discuss', id, { person: guest.id });
    expect((await jonas.cannot(`DELETE discuss/${guest.id}`, id))[1]).toBe('not-yours');
    expect((await jonas.cannot('discuss', id, { person: chief.id }))[1]).toBe('not-yours');
    await maria.does(`DELETE discuss/${guest.id}`, id);
    expect((await maria.cannot(`DELETE discuss/${guest.id}`, id))[0]).toBe(404);
  });
});

describe('notes', () => {
  it('a note stays inside, and whoever is mentioned hears of it and sees it', async () => {
    const outsider = await hire(world, 'Olga', 'agent', [await team(world, 'Outside')]);
    const { id, phone } = await someoneWrites(world);
    const noted = await maria.api('POST', `/api/conversations/${id}/notes`, {
      text: 'Ask @Jonas and @Olga about the <b>invoice</b>',
      mentions: [jonas.id, outsider.id, jonas.id],
    });
    expect([noted.status, noted.body]).toMatchObject([
      201,
      { kind: 'note', actor: { name: 'Maria' }, mentions: [{ name: 'Jonas' }, { name: 'Olga' }] },
    ]);
    expect((await jonas.notifications()).items[0]).toMatchObject({
      kind: 'mentioned',
      actor: 'Maria',
      text: 'Ask @Jonas and @Olga about the <b>invoice</b>',
    });
    // Who could not see it was asked in by the mention.
    expect(await outsider.sees(id)).toBe(true);
    expect(await outsider.notices()).toEqual(['mentioned', 'discussion']);
    await world.settled();
    expect(world.emulator.messagesOf(phone).filter((one) => one.direction === 'out')).toEqual([]);
    expect((await current(phone)).owner).toBeNull();
  });

  it('nobody can be mentioned who is nobody', async () => {
    const { id } = await someoneWrites(world);
    const answer = await maria.cannot('notes', id, { text: 'Hi', mentions: [EVERYONE] });
    expect(answer.slice(0, 2)).toEqual([422, 'not-a-colleague']);
    expect(await traceOf(world, id)).toEqual([]);
  });

  it('the trace comes newest first, page by page, with names as they were', async () => {
    const { id } = await someoneWrites(world);
    for (const text of ['one', 'two', 'three'])
      await maria.api('POST', `/api/conversations/${id}/notes`, { text });
    const first = TracePage.parse((await maria.api('GET', `/api/conversations/${id}/trace?limit=2`)).body);
    expect(first.items.map((one) => one.text)).toEqual(['three', 'two']);
    const next = await maria.api('GET', `/api/conversations/${id}/trace?limit=2&cursor=${first.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ text: 'one' }], nextCursor: null });
  });
});
