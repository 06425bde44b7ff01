import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openWorld, type World } from './world.ts';

/** What the list finds, as time passes and after an upgrade. */

const DAY = 86_400_000;
let world: World;
beforeAll(async () => {
  world = await openWorld({ startAt: Date.parse('2026-05-12T09:00:00Z') });
  await world.setUpContactType();
});
afterAll(() => world.close());

const found = async (query: string): Promise<string[]> => {
  const page = z.object({ items: z.array(z.object({ contactPoint: z.object({ name: z.string() }) })) });
  const { items } = await world.ok(page, 'GET', `/api/conversations?${query}`);
  return items.map((one) => one.contactPoint.name).sort();
};
const inMessages = (words: string): Promise<string[]> =>
  found(`searchIn=messages&search=${encodeURIComponent(words)}`);
const keptWords = async (): Promise<number> => {
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::integer as count from message_search`.execute(world.ctx.database.db);
  return rows[0]?.count ?? 0;
};
async function customer(name: string, text: string): Promise<string> {
  const phone = world.newPhone();
  world.emulator.changeCustomer(phone, { name });
  await world.says(phone, text);
  return phone;
}

it('finds what an older version stored, once upkeep has looked', async () => {
  const { db } = world.ctx.database;
  const phone = await customer('Zoë Älter', 'The parcel number is 4711');
  await world.record('contact', { fullname: 'Zoltán Kovács', mobilephone: phone });
  await world.says(phone, 'And a blue umbrella');
  await sql`update contact_point set name_form = null`.execute(db);
  await sql`update record_phone set name_form = null`.execute(db);
  await sql`delete from message_search`.execute(db);
  expect([await found('search=zoltan'), await inMessages('umbrella')]).toEqual([[], []]);
  await world.advance(60_000);
  expect(await found('search=zoltan')).toEqual(['Zoltán Kovács']);
  expect(await inMessages('umbrella')).toEqual(['Zoltán Kovács']);
  expect(await inMessages('4711')).toEqual(['Zoltán Kovács']);
  const kept = await keptWords();
  await world.advance(60_000);
  expect(await keptWords()).toBe(kept);
});

it('forgets the words of messages older than may be searched, and finds them again where more days may be', async () => {
  await customer('Otto Old', 'Is my bicycle repaired?');
  await world.advance(31 * DAY);
  expect(await keptWords()).toBe(0);
  expect(await inMessages('bicycle')).toEqual([]);
  await customer('Nina New', 'Is the bicycle mine?');
  expect(await inMessages('bicycle')).toEqual(['Nina New']);
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { messageSearchDays: 90 });
  await world.advance(60_000);
  expect(await inMessages('bicycle')).toEqual(['Nina New', 'Otto Old']);
});
