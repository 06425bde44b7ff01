import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_ROLE_RIGHTS, type Right } from '../../src/core/rights.ts';
import { EVERYONE } from '../../src/db/teams.ts';
import { ConversationCounts, ConversationPage, MessageOut } from '../../src/http/schemas/chat.ts';
import { NotificationPage, QuickRepliesOut, QuickReplyOut } from '../../src/http/schemas/desk.ts';
import { codeOf, hire, type Person, setMembersOf, someoneWrites, team } from '../stories/desk.ts';
import { openWorld, type World } from '../stories/world.ts';
import { TABLE, type Things } from './route-table.ts';
import { fingerprint, makeThings } from './things.ts';

/**
 * Two teams on one number. Whoever is in one of them has every right of an agent, knows every id of the other, and gets
 * nothing by it: what they may not see does not exist for them.
 */

/** What the customer of the other team wrote, and what is said about them inside. */
const SECRET = 'heliotrope';
const INSIDE = 'oleander';

let world: World;
let things: Things;
let sue: Person;
let sam: Person;
let support: string;
/** A conversation of Sam's own. */
let own: string;
/** What Sue uploaded and has not sent. */
let upload: string;

beforeAll(async () => {
  world = await openWorld();
  things = await makeThings(world);
  support = await team(world, 'Support');
  sue = await hire(world, 'Sue', 'agent', [support]);
  const sales = await team(world, 'Sales');
  sam = await hire(world, 'Sam', 'agent', [sales]);
  await world.says(things.phone, `The word is ${SECRET}`);
  await world.ok(z.unknown(), 'POST', `/api/conversations/${things.conversation}/team`, { team: support });
  await sue.does('accept', things.conversation);
  const note = await sue.api('POST', `/api/conversations/${things.conversation}/notes`, {
    text: `They are an ${INSIDE}`,
    mentions: [sue.id],
  });
  expect(note.status).toBe(201);
  own = (await someoneWrites(world, 'Hello, sales?')).id;
  await world.ok(z.unknown(), 'POST', `/api/conversations/${own}/team`, { team: sales });
  await sam.does('accept', own);
  const media = TABLE['POST /api/media']?.sample(things);
  const uploaded = await sue.api('POST', '/api/media', media?.body, media?.headers);
  expect(uploaded.status).toBe(201);
  upload = (uploaded.body as { id: string }).id;
});
afterAll(() => world.close());

const mentions = (value: unknown, ...words: string[]): boolean =>
  words.some((word) => (JSON.stringify(value) ?? '').includes(word));
const nothing = { status: 404, code: 'not-found' };
const outcome = (answer: Awaited<ReturnType<Person['api']>>) => ({
  status: answer.status,
  code: codeOf(answer)[1],
});

describe('every call that takes an id of the other team', () => {
  const withTheirs = () =>
    Object.entries(TABLE).flatMap(([call, { sample }]) => {
      const made = sample(things);
      return mentions([made.path, made.body], things.conversation, things.message, things.media)
        ? [{ call, ...made }]
        : [];
    });

  it('answers that there is no such thing, says nothing of it and changes nothing', async () => {
    const tried = withTheirs();
    expect(tried.length).toBeGreaterThan(30);
    const before = await fingerprint(world);
    for (const { call, path, body, headers } of tried) {
      const answer = await sam.api(call.split(' ')[0] ?? '', path, body, headers);
      expect([call, outcome(answer)]).toEqual([call, nothing]);
      expect([call, mentions(answer.body, SECRET, INSIDE, things.phone)]).toEqual([call, false]);
    }
    expect(await fingerprint(world)).toEqual(before);
  });

  it('answers somebody of the team', async () => {
    for (const { call, path } of withTheirs())
      if (call.startsWith('GET') && !call.endsWith('new-record'))
        expect([call, (await sue.api('GET', path)).status]).toEqual([call, 200]);
  });
});

describe('an id of the other team inside another call', () => {
  const send = (more: object) => sam.api('POST', '/api/messages', { to: { conversationId: own }, ...more });

  it.each<[string, () => object, unknown]>([
    ['a message to quote', () => ({ text: 'See', replyTo: things.message }), 'reply-target-unknown'],
    [
      'a message to react to',
      () => ({ reaction: { messageId: things.message, emoji: '👍' } }),
      'reaction-target-unknown',
    ],
    ['a file that a colleague uploaded', () => ({ mediaId: upload }), 'not-found'],
    ['a file that a customer sent', () => ({ mediaId: things.media }), 'not-found'],
  ])('as %s is unknown, and nothing leaves', async (_what, content, code) => {
    const before = await fingerprint(world);
    expect(codeOf(await send(content()))[1]).toBe(code);
    expect(await fingerprint(world)).toEqual(before);
  });

  it('is unknown as a file before it is sent, for everybody but who uploaded it', async () => {
    expect((await sue.api('GET', `/api/media/${upload}`)).status).toBe(200);
    expect(outcome(await sam.api('GET', `/api/media/${upload}`))).toEqual(nothing);
    expect((await world.api('GET', `/api/media/${upload}`)).status).toBe(404);
  });

  it('opens nothing by a number or a record: nothing is sent, and no conversation is named', async () => {
    const record = await world.record('contact', { fullname: 'Theirs', mobilephone: things.phone });
    for (const to of [{ phone: things.phone }, { recordType: 'contact', recordId: record.id }]) {
      const before = await fingerprint(world);
      expect(codeOf(await sam.api('POST', '/api/messages', { to, text: 'Hello' }))).toEqual([
        409,
        'owned-by-colleague',
      ]);
      expect(await fingerprint(world)).toEqual(before);
      const query = new URLSearchParams(Object.entries(to));
      const sendable = await sam.api('GET', `/api/sendable?${query}`);
      expect(sendable.body).toMatchObject({ conversationId: null, freeText: { allowed: false } });
      expect(mentions(sendable.body, SECRET, INSIDE)).toBe(false);
    }
  });
});

describe('lists', () => {
  it.each([
    '',
    '?view=mine',
    '?view=team',
    '?view=unassigned',
    '?search=heliotrope&searchIn=messages',
    '?search=oleander&searchIn=messages',
    '?unread=true',
  ])('of conversations%s hold none of the other team’s', async (query) => {
    const page = ConversationPage.parse((await sam.api('GET', `/api/conversations${query}`)).body);
    expect(page.items.map((one) => one.id).filter((id) => id !== own)).toEqual([]);
  });

  it('by its number, its team or its owner find none either', async () => {
    for (const query of [
      `phone=${encodeURIComponent(things.phone)}`,
      `search=${encodeURIComponent(things.phone)}`,
      `team=${support}`,
      `owner=${sue.id}`,
    ]) {
      const page = ConversationPage.parse((await sam.api('GET', `/api/conversations?${query}`)).body);
      expect([query, page.items]).toEqual([query, []]);
    }
    const search = `/api/conversations?search=${SECRET}&searchIn=messages`;
    expect(ConversationPage.parse((await sue.api('GET', search)).body).items.map((one) => one.id)).toEqual([
      things.conversation,
    ]);
  });

  it('count none of them', async () => {
    const counts = ConversationCounts.parse((await sam.api('GET', '/api/conversation-counts')).body);
    expect(counts).toMatchObject({ mine: 1, unassigned: 0, onHold: 0 });
  });

  it('of who is on hold hold none of them', async () => {
    await world.says(things.phone, 'please leave me alone, I do not want this');
    const held = async (who: Person) => JSON.stringify((await who.api('GET', '/api/held')).body);
    expect(await held(sue)).toContain(things.conversation);
    expect(await held(sam)).not.toContain(things.conversation);
  });
});

describe('what is one person’s own', () => {
  it('quick replies: a colleague neither sees, changes nor deletes them', async () => {
    const mine = await sue.api('POST', '/api/quick-replies', {
      shortcut: 'mine',
      text: `My ${SECRET}`,
      personal: true,
    });
    const { id } = QuickReplyOut.parse(mine.body);
    const listed = async (who: Person) =>
      QuickRepliesOut.parse((await who.api('GET', '/api/quick-replies')).body).items.map((one) => one.id);
    expect(await listed(sue)).toContain(id);
    const before = await fingerprint(world);
    expect(await listed(sam)).not.toContain(id);
    for (const [method, body] of [
      ['PATCH', { text: 'Changed' }],
      ['PATCH', { personal: false }],
      ['DELETE', undefined],
    ] as const)
      expect(outcome(await sam.api(method, `/api/quick-replies/${id}`, body))).toEqual(nothing);
    // Not even with every right: it is nobody's but hers.
    expect((await world.api('DELETE', `/api/quick-replies/${id}`)).status).toBe(404);
    expect(await fingerprint(world)).toEqual(before);
  });

  it('quick replies of the other team are not in the list', async () => {
    const theirs = await world.ok(QuickReplyOut, 'POST', '/api/quick-replies', {
      shortcut: 'support',
      text: 'For support',
      personal: false,
      team: support,
    });
    const ids = async (who: Person) =>
      QuickRepliesOut.parse((await who.api('GET', '/api/quick-replies')).body).items.map((one) => one.id);
    expect([(await ids(sue)).includes(theirs.id), (await ids(sam)).includes(theirs.id)]).toEqual([
      true,
      false,
    ]);
  });

  it('notifications: a colleague neither sees nor reads them', async () => {
    await sue.does('assign', things.conversation, { to: (await hire(world, 'Sid', 'agent', [support])).id });
    const sid = await hire(world, 'Sia', 'agent', [support]);
    await sue.does('discuss', things.conversation, { person: sid.id, reason: 'Look' });
    const [notice] = (await sid.notifications()).items;
    expect(notice).toMatchObject({ kind: 'discussion', text: 'Look', readAt: null });
    expect((await sam.notifications()).items).toEqual([]);
    expect((await sam.api('POST', '/api/notifications/read', { ids: [notice?.id] })).status).toBe(204);
    expect((await sam.api('POST', '/api/notifications/read', {})).status).toBe(204);
    expect((await sid.notifications()).unread).toBe(1);
  });

  it('a notification keeps its words from somebody who left the team since', async () => {
    const tom = await hire(world, 'Tom', 'agent', [support]);
    const noted = await sue.api('POST', `/api/conversations/${things.conversation}/notes`, {
      text: `Tom, the ${INSIDE}`,
      mentions: [tom.id],
    });
    expect(noted.status).toBe(201);
    expect(mentions(await tom.notifications(), INSIDE)).toBe(true);
    await setMembersOf(world, tom.id, []);
    const page = NotificationPage.parse(await tom.notifications());
    expect(page.items[0]).toMatchObject({ kind: 'mentioned', conversation: null, text: null });
  });
});

describe('somebody who was let in', () => {
  it('for a while sees it no more once it is over, whatever ids they kept', async () => {
    const { id } = await someoneWrites(world, `Also ${SECRET}`);
    await world.ok(z.unknown(), 'POST', `/api/conversations/${id}/team`, { team: support });
    await sue.does('accept', id);
    await sue.does('discuss', id, { person: sam.id });
    const thread = await sam.api('GET', `/api/conversations/${id}/messages`);
    const [message] = z.object({ items: z.array(MessageOut) }).parse(thread.body).items;
    expect((await sam.api('GET', `/api/messages/${message?.id}`)).status).toBe(200);
    await sue.does(`DELETE discuss/${sam.id}`, id);
    for (const path of [`conversations/${id}`, `conversations/${id}/messages`, `messages/${message?.id}`])
      expect(outcome(await sam.api('GET', `/api/${path}`))).toEqual(nothing);
  });
});

describe('an agent who loses something while the page is open', () => {
  /** What reached the customer. */
  const left = (phone: string) =>
    world.emulator
      .messagesOf(phone)
      .filter((one) => one.direction === 'out')
      .map((one) => one.text);
  const roles = (agent: readonly Right[]) => world.ok(z.unknown(), 'PUT', '/api/roles', { agent });

  it('the right to write: the message is refused with the right it takes, and nothing leaves', async () => {
    const { id, phone } = await someoneWrites(world);
    const ava = await hire(world, 'Ava', 'agent', [EVERYONE]);
    await ava.does('accept', id);
    const composer = () => ava.api('GET', `/api/sendable?conversationId=${id}`);
    expect((await composer()).body).toMatchObject({ freeText: { allowed: true } });
    await roles(DEFAULT_ROLE_RIGHTS.agent.filter((right) => right !== 'chat'));
    const before = await fingerprint(world);
    const refused = await ava.writes(id, 'Too late');
    expect(codeOf(refused)).toEqual([403, 'not-allowed']);
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('“chat”') });
    expect((await composer()).body).toMatchObject({
      freeText: { allowed: false, reason: 'not-allowed', reasonText: expect.stringContaining('“chat”') },
    });
    expect(await fingerprint(world)).toEqual(before);
    await roles(DEFAULT_ROLE_RIGHTS.agent);
    expect((await ava.writes(id, 'Now')).status).toBe(202);
    await world.settled();
    expect(left(phone)).toEqual(['Now']);
  });

  it('the team, or the account: the conversation is not there any more', async () => {
    const { id, phone } = await someoneWrites(world);
    const zoe = await hire(world, 'Zoe', 'agent', [EVERYONE]);
    expect(await zoe.sees(id)).toBe(true);
    await setMembersOf(world, zoe.id, []);
    expect(codeOf(await zoe.writes(id, 'Hello'))).toEqual([404, 'not-found']);
    await world.ok(z.unknown(), 'PATCH', `/api/people/${zoe.id}`, { disabled: true });
    expect(codeOf(await zoe.writes(id, 'Hello'))).toEqual([401, 'signed-out']);
    await world.settled();
    expect(left(phone)).toEqual([]);
  });
});
