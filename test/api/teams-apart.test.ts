import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_ROLE_RIGHTS, type Right } from '../../src/core/rights.ts';
import { EVERYONE } from '../../src/db/teams.ts';
import { ConversationCounts, ConversationPage, MessageOut } from '../../src/http/schemas/chat.ts';
import { ConsentOut, PendingGrantOut } from '../../src/http/schemas/consent.ts';
import { NotificationPage, QuickRepliesOut, QuickReplyOut } from '../../src/http/schemas/desk.ts';
import { codeOf, hire, type Person, setMembersOf, someoneWrites, team } from '../stories/desk.ts';
import { openWorld, type World } from '../stories/world.ts';
import { type Sample, TABLE, type Things } from './route-table.ts';
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

describe('a customer of the other team, by number and by record', () => {
  /** Their record, and a purpose that they refused with words. */
  let record: string;
  const WORDS = `stop ${SECRET}`;
  const FILE = {
    name: 'letter.txt',
    mimeType: 'text/plain',
    base64: Buffer.from(WORDS).toString('base64'),
  };

  beforeAll(async () => {
    record = (await world.record('contact', { fullname: 'Theirs too', mobilephone: things.phone })).id;
    await world.says(things.phone, 'STOP');
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone: things.phone,
      decision: 'denied',
      reason: WORDS,
    });
  });

  const keys = () => [
    `/api/consent?phone=${encodeURIComponent(things.phone)}`,
    `/api/records/contact/${record}/consent`,
  ];

  it('shows what was decided, when and by which act, with its hashes', async () => {
    for (const path of keys()) {
      const theirs = ConsentOut.parse((await sue.api('GET', path)).body);
      const seen = ConsentOut.parse((await sam.api('GET', path)).body);
      expect(seen).toMatchObject({ state: 'denied', decidedAt: theirs.decidedAt, source: theirs.source });
      const kept = (one: ConsentOut) =>
        one.history.map(({ act, type, at, hash, prevHash, evidence }) => {
          return { act, type, at, hash, prevHash, personalHash: evidence.personalHash };
        });
      expect(kept(seen)).toEqual(kept(theirs));
    }
  });

  it('leaves out the words and the conversation, and says so', async () => {
    const recorded = (one: ConsentOut, act: string) => one.history.findLast((line) => line.act === act);
    for (const path of keys()) {
      const theirs = ConsentOut.parse((await sue.api('GET', path)).body);
      expect(theirs).toMatchObject({ conversationId: things.conversation, withheld: null });
      expect(recorded(theirs, 'stop-word')).toMatchObject({ withheld: null, evidence: { text: 'STOP' } });
      expect(recorded(theirs, 'recorded')).toMatchObject({ withheld: null, evidence: { reason: WORDS } });
      const seen = ConsentOut.parse((await sam.api('GET', path)).body);
      expect(seen).toMatchObject({ conversationId: null, withheld: 'another-team' });
      expect(recorded(seen, 'recorded')?.withheld).toBe('another-team');
      expect(recorded(seen, 'linked')?.withheld ?? null).toBeNull();
      const stop = recorded(seen, 'stop-word');
      expect(stop).toMatchObject({ withheld: 'another-team', summary: expect.not.stringContaining('STOP') });
      for (const word of ['text', 'content', 'payload', 'whatsappId', 'quotes'])
        expect([word, stop?.evidence[word]]).toEqual([word, undefined]);
    }
  });

  it('exports nothing as evidence to who does not see the conversation, and all of it to an auditor', async () => {
    const auditor = await hire(world, 'Audrey', 'auditor');
    for (const format of ['json', 'csv']) {
      const path = `/api/consent-export?phone=${encodeURIComponent(things.phone)}&format=${format}`;
      expect(codeOf(await sam.api('GET', path))).toEqual([403, 'evidence-of-another-team']);
      for (const who of [sue, auditor]) expect((await who.api('GET', path)).status).toBe(200);
    }
  });

  it('records a refusal all the same: it is everybody’s to note', async () => {
    const body = { phone: things.phone, decision: 'denied' };
    const answer = await sam.api('POST', '/api/consent', body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ conversationId: null, state: 'denied', withheld: 'another-team' });
  });

  it('names no grant that waits for them, and lets nobody else decide it', async () => {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
    const asked = await sue.api('POST', '/api/consent', {
      phone: things.phone,
      decision: 'granted',
      evidence: { text: WORDS, file: FILE },
    });
    expect(asked.status).toBe(202);
    const waiting = async (who: Person) =>
      z
        .object({ items: z.array(PendingGrantOut) })
        .parse((await who.api('GET', '/api/pending-grants')).body)
        .items.find((grant) => grant.phone === things.phone);
    const grant = await waiting(sue);
    expect(grant?.evidence).toBe(WORDS);
    expect(await waiting(sam)).toBeUndefined();
    await world.ok(z.unknown(), 'PUT', '/api/roles', {
      agent: [...DEFAULT_ROLE_RIGHTS.agent, 'approve-grant'],
    });
    const itsFile = `/api/pending-grants/${grant?.id}/file`;
    expect([(await sue.api('GET', itsFile)).status, outcome(await sam.api('GET', itsFile))]).toEqual([
      200,
      nothing,
    ]);
    for (const act of ['approve', 'reject'])
      expect(outcome(await sam.api('POST', `/api/pending-grants/${grant?.id}/${act}`))).toEqual(nothing);
    const done = await world.api('POST', `/api/pending-grants/${grant?.id}/reject`);
    expect(done.status).toBe(204);
    await world.ok(z.unknown(), 'PUT', '/api/roles', { agent: DEFAULT_ROLE_RIGHTS.agent });
  });

  it('keeps what was attached as evidence from them', async () => {
    const recorded = { phone: things.phone, decision: 'denied', evidence: { text: WORDS, file: FILE } };
    const { history } = ConsentOut.parse((await sue.api('POST', '/api/consent', recorded)).body);
    const line = history.at(-1);
    const path = `/api/evidence-files/${line?.contactPointId}/${line?.seq}`;
    expect([(await sue.api('GET', path)).status, outcome(await sam.api('GET', path))]).toEqual([
      200,
      nothing,
    ]);
  });

  it('is not erased by them, whatever names the customer', async () => {
    await world.ok(z.unknown(), 'PUT', '/api/roles', {
      agent: [...DEFAULT_ROLE_RIGHTS.agent, 'erase-customers'],
    });
    const before = await fingerprint(world);
    const named = [
      { conversationId: things.conversation },
      { phone: things.phone },
      { recordType: 'contact', recordId: record },
    ];
    for (const to of named) {
      const body = { to, reason: 'Asked for it', deleteRecords: true };
      expect(outcome(await sam.api('POST', '/api/erasures', body))).toEqual(nothing);
    }
    expect(await fingerprint(world)).toEqual(before);
    await world.ok(z.unknown(), 'PUT', '/api/roles', { agent: DEFAULT_ROLE_RIGHTS.agent });
  });

  it('is the same in every call of the API that takes a number or a record, or lists', async () => {
    const document = await world.ok(OpenApi, 'GET', '/api/openapi.json');
    const takes = (call: string, name: string) => {
      const [method = '', path = ''] = call.split(' ');
      const operation = document.paths[path]?.[method.toLowerCase()];
      return JSON.stringify(operation ?? {}).includes(`"${name}"`);
    };
    /** The same call about the same customer, named by something else. */
    const instead = ({ path, body, headers }: Sample, key: Record<string, string>): Sample => ({
      path: path.replace(/conversationId=[^&]+/, new URLSearchParams(key).toString()),
      ...(body === undefined
        ? {}
        : {
            body: z
              .unknown()
              .parse(
                JSON.parse(
                  JSON.stringify(body).replace(/"conversationId":"[^"]+"/g, JSON.stringify(key).slice(1, -1)),
                ),
              ),
          }),
      ...(headers === undefined ? {} : { headers }),
    });
    const tried = Object.entries(TABLE)
      .filter(([call]) => call !== 'GET /api/events' && !call.includes('sign-'))
      .flatMap(([call, { sample }]): { call: string; asked: Sample }[] => {
        const mine = sample({ ...things, record });
        const byKey = [
          ...(takes(call, 'phone') ? [instead(mine, { phone: things.phone })] : []),
          ...(takes(call, 'recordId') ? [instead(mine, { recordType: 'contact', recordId: record })] : []),
        ].filter((one) => !mentions([one.path, one.body], things.conversation));
        const asIs =
          !mentions([mine.path, mine.body], things.conversation, things.message, things.media) &&
          (call.startsWith('GET') || mentions([mine.path, mine.body], record))
            ? [mine]
            : [];
        return [...byKey, ...asIs].map((asked) => ({ call, asked }));
      });
    expect(tried.map((one) => one.call)).toEqual(
      expect.arrayContaining([
        'GET /api/consent',
        'GET /api/consent-export',
        'POST /api/consent',
        'GET /api/sendable',
        'POST /api/messages',
        'GET /api/records',
        'GET /api/records/{table}/{id}',
        'PATCH /api/records/{table}/{id}',
        'GET /api/records/{table}/{id}/consent',
      ]),
    );
    for (const { call, asked } of tried) {
      const answer = await sam.api(call.split(' ')[0] ?? '', asked.path, asked.body, asked.headers);
      expect([call, answer.status < 500]).toEqual([call, true]);
      const told = mentions(answer.body, SECRET, INSIDE, things.conversation, things.message, things.media);
      expect([call, asked.path, told]).toEqual([call, asked.path, false]);
    }
  });
});

/** What is read of the API's own description. */
const OpenApi = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ parameters: z.unknown(), requestBody: z.unknown() }).partial()),
  ),
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
