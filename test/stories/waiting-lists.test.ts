import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ConsentOut,
  HeldPage,
  PendingGrantPage,
  WaitingDecisionsOut,
} from '../../src/http/schemas/consent.ts';
import { openWorld, type World } from './world.ts';

/** What waits for a person is told to its end, however much it is. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.setUpContactType();
});
afterAll(() => world.close());

async function pages<T>(path: string, schema: z.ZodType<{ items: T[]; nextCursor: string | null }>) {
  const read: T[][] = [];
  let cursor = '';
  do {
    const page = await world.ok(schema, 'GET', `${path}?limit=3${cursor}`);
    read.push(page.items);
    cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor !== '');
  return read;
}

it('who is on hold, each purpose once, the longest first', async () => {
  const phones = [world.newPhone(), world.newPhone(), world.newPhone(), world.newPhone()];
  for (const phone of phones) await world.says(phone, 'stpo');
  await world.settled();
  const all = (await world.ok(HeldPage, 'GET', '/api/held')).items;
  expect(new Set(all.map(({ phone }) => phone))).toEqual(new Set(phones));
  const read = await pages('/api/held', HeldPage);
  expect(read.map((page) => page.length)).toEqual([3, 3, 2]);
  expect(read.flat()).toEqual(all);
  expect(all.map(({ heldAt }) => heldAt)).toEqual(all.map(({ heldAt }) => heldAt).sort());
});

it('grants that wait for a second person, the oldest first', async () => {
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  const phones = Array.from({ length: 7 }, () => world.newPhone());
  for (const phone of phones)
    await world.ok(z.unknown(), 'POST', '/api/consent', { phone, decision: 'granted', evidence: 'Signed' });
  const read = await pages('/api/pending-grants', PendingGrantPage);
  expect(read.map((page) => page.length)).toEqual([3, 3, 1]);
  expect(read.flat().map(({ phone }) => phone)).toEqual(phones);
});

it('says of a customer that a grant waits, until somebody decides or a refusal makes it void', async () => {
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  const grantOf = async (phone: string) =>
    (await world.ok(ConsentOut, 'GET', `/api/consent?phone=${encodeURIComponent(phone)}`)).grantWaits;
  const [rejected, refused] = [world.newPhone(), world.newPhone()];
  for (const phone of [rejected, refused]) {
    const recorded = { phone, decision: 'granted', evidence: 'Signed' };
    const answer = await world.ok(ConsentOut, 'POST', '/api/consent', recorded);
    expect(answer).toMatchObject({ state: 'not-asked', grantWaits: { requestedAt: expect.any(String) } });
    expect(await grantOf(phone)).toEqual(answer.grantWaits);
  }
  const grants = (await pages('/api/pending-grants', PendingGrantPage)).flat();
  const id = grants.find((one) => one.phone === rejected)?.id;
  await world.ok(z.unknown(), 'POST', `/api/pending-grants/${id}/reject`);
  await world.says(refused, 'STOP');
  await world.settled();
  expect([await grantOf(rejected), await grantOf(refused)]).toEqual([null, null]);
});

it('counts what waits for a person, and tells the composer and open pages of a grant that waits', async () => {
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  const phone = world.newPhone();
  await world.record('contact', { fullname: 'Ana', mobilephone: phone });
  const [agent, administrator] = await Promise.all([world.as('agent'), world.as('administrator')]);
  const waiting = async (who: World['api']) =>
    WaitingDecisionsOut.parse((await who('GET', '/api/waiting-decisions')).body);
  const banner = async () => (await world.sendable(`phone=${encodeURIComponent(phone)}`)).banner;
  const [before, agents] = await Promise.all([waiting(administrator), waiting(agent)]);
  // Four messages on hold, each for both purposes; an agent may decide those, and approve no grant.
  expect([before.held, agents]).toEqual([4, { held: 4, grants: 0 }]);
  const records = (who: World['api']) =>
    who('POST', '/api/consent', { phone, decision: 'granted', evidence: 'Signed' });
  expect((await records(agent)).status).toBe(202);
  expect(await waiting(administrator)).toEqual({ ...before, grants: before.grants + 1 });
  expect(await waiting(agent)).toEqual(agents);
  expect(await banner()).toMatchObject({
    code: 'grant-waits',
    text: /^Alex Agent recorded that the customer/,
  });
  const grants = (await pages('/api/pending-grants', PendingGrantPage)).flat();
  const id = grants.find((one) => one.phone === phone)?.id;
  expect((await administrator('POST', `/api/pending-grants/${id}/reject`)).status).toBe(204);
  expect(await waiting(administrator)).toEqual(before);
  expect(await banner()).toMatchObject({ code: 'ask-first' });
  // One's own waits for somebody else.
  expect((await records(administrator)).status).toBe(202);
  expect(await waiting(administrator)).toEqual(before);
});

it('a place that nobody gave is refused', async () => {
  const noPurpose = Buffer.from(JSON.stringify({ at: 1, id: crypto.randomUUID() })).toString('base64url');
  for (const path of ['/api/held?cursor=x', `/api/held?cursor=${noPurpose}`, '/api/pending-grants?cursor=x'])
    expect((await world.refused(422, 'GET', path)).code).toBe('invalid-cursor');
});

it('a customer who was asked and is on hold is listed under on hold, and waits for no answer', async () => {
  const Chats = z.object({ items: z.array(z.object({ id: z.string() })) });
  const Counts = z.object({ waitingForConsent: z.number(), onHold: z.number() });
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Olga', mobilephone: phone });
  const counts = () => world.ok(Counts, 'GET', '/api/conversation-counts');
  const before = await counts();
  await world.sendConsent(record);
  await world.settled();
  const lists = async () => {
    const chats = async (of: string): Promise<number> => {
      const query = `/api/conversations?phone=${encodeURIComponent(phone)}&${of}`;
      return (await world.ok(Chats, 'GET', query)).items.length;
    };
    const { waitingForConsent, onHold } = await counts();
    return {
      views: [await chats('view=waiting-for-consent'), await chats('view=on-hold')],
      filters: [await chats('consent=requested'), await chats('consent=on-hold')],
      both: await chats('view=on-hold&consent=requested'),
      counted: [waitingForConsent - before.waitingForConsent, onHold - before.onHold],
    };
  };
  const asked = { views: [1, 0], filters: [1, 0], both: 0, counted: [1, 0] };
  expect(await lists()).toEqual(asked);
  await world.says(phone, 'stpo');
  await world.settled();
  expect(await lists()).toEqual({ views: [0, 1], filters: [0, 1], both: 0, counted: [0, 1] });
  // It was no refusal: the answer to the question is awaited again.
  const [chat] = (await world.ok(Chats, 'GET', `/api/conversations?phone=${encodeURIComponent(phone)}`))
    .items;
  await world.ok(z.unknown(), 'POST', `/api/conversations/${chat?.id}/hold`, {
    decision: 'not-refusal',
    reason: 'A slip of the hand',
  });
  expect(await lists()).toEqual(asked);
});
