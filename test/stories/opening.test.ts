import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { ConversationOpening } from '../../src/http/schemas/chat.ts';
import { openWorld, type World } from './world.ts';

/** What a chat shows when it opens comes in one answer: it must say what the calls for each part say. */
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

it('an opening is what the calls for its parts answer', async () => {
  await world.setUpContactType();
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Olga Opens', mobilephone: phone });
  await world.sendConsent(record);
  await world.tap(phone, 'no');
  for (let count = 0; count < 60; count += 1) await world.says(phone, `Line ${count}`);
  const { items } = await world.ok(
    z.object({ items: z.array(z.object({ id: z.string() })) }),
    'GET',
    `/api/conversations?phone=${encodeURIComponent(phone)}`,
  );
  const chat = `/api/conversations/${items[0]?.id}`;
  await world.ok(z.unknown(), 'POST', `${chat}/notes`, { text: 'Call her back' });

  const opening = await world.ok(ConversationOpening, 'GET', `${chat}/opening`);
  const part = (path: string) => world.ok(z.unknown(), 'GET', path);
  expect(opening).toEqual({
    conversation: await part(chat),
    messages: await part(`${chat}/messages`),
    events: await part(`${chat}/events`),
    trace: await part(`${chat}/trace`),
    sendable: await part(`/api/sendable?conversationId=${items[0]?.id}`),
  });
  expect(opening.messages.items).toHaveLength(50);
  expect(opening.trace.items).not.toEqual([]);
  expect(opening.events.items).not.toEqual([]);
  expect(opening.sendable.banner.code).toMatch(/denied/);
});

it('of a chat that is not there nothing is told', async () => {
  expect((await world.refused(404, 'GET', '/api/conversations/none/opening')).code).toBe('not-found');
});
