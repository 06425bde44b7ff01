import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hire, type Listening, type Person, someoneWrites, team } from './desk.ts';
import { openWorld, type World } from './world.ts';

/** Live pages: whoever sees a conversation hears of it, and nobody else. */

let world: World;
/** Support, sales, and one who sees all. */
let people: Record<'sue' | 'sam' | 'ada', Person>;
let pages: Record<keyof typeof people, Listening>;
let teams: { support: string; sales: string };
beforeAll(async () => {
  world = await openWorld();
  teams = { support: await team(world, 'Support'), sales: await team(world, 'Sales') };
  people = {
    sue: await hire(world, 'Sue', 'agent', [teams.support]),
    sam: await hire(world, 'Sam', 'agent', [teams.sales]),
    ada: await hire(world, 'Ada', 'administrator'),
  };
  pages = {
    sue: await people.sue.listens(),
    sam: await people.sam.listens(),
    ada: await people.ada.listens(),
  };
});
afterAll(async () => {
  for (const page of Object.values(pages)) page.close();
  await world.close();
});

const names = ['sue', 'sam', 'ada'] as const;

/** Who heard of this conversation since the last time. */
async function heardOf(conversationId: string): Promise<string[]> {
  const heard = [];
  for (const name of names)
    if ((await pages[name].heard()).some((hint) => hint.conversationId === conversationId)) heard.push(name);
  return heard;
}

async function seen(conversationId: string): Promise<string[]> {
  const seeing = [];
  for (const name of names) if (await people[name].sees(conversationId)) seeing.push(name);
  return seeing;
}

describe('a conversation that moves, is offered, and is talked about', () => {
  it('is heard of by those who see it, and by who sees it no more, once', async () => {
    const { sue, sam, ada } = people;
    const chat = await someoneWrites(world);
    const { id } = chat;
    const steps: [what: string, act: () => Promise<unknown>, hear: string[], see: string[]][] = [
      ['to support', () => ada.does('team', id, { team: teams.support }), ['sue', 'ada'], ['sue', 'ada']],
      ['Sue answers', () => sue.does('accept', id), ['sue', 'ada'], ['sue', 'ada']],
      ['Sam is asked in', () => sue.does('discuss', id, { person: sam.id }), [...names], [...names]],
      [
        'and leaves',
        () => sue.does(`DELETE discuss/${sam.id}`, id),
        // He hears that it is gone.
        [...names],
        ['sue', 'ada'],
      ],
      ['it is offered to Sam', () => sue.does('assign', id, { to: sam.id }), [...names], [...names]],
      [
        'Sam refuses',
        () => sam.does('assignment', id, { accept: false, reason: 'No' }),
        [...names],
        ['sue', 'ada'],
      ],
      ['to sales', () => ada.does('team', id, { team: teams.sales }), [...names], ['sam', 'ada']],
    ];
    await heardOf(id);
    for (const [what, act, hear, see] of steps) {
      await act();
      expect([what, await heardOf(id)]).toEqual([what, hear]);
      expect([what, await seen(id)]).toEqual([what, see]);
      await world.says(chat.phone, `After: ${what}`);
      expect([what, 'a message', await heardOf(id)]).toEqual([what, 'a message', see]);
    }
  });
});

it('that the number may send again is told to everybody', async () => {
  for (const name of names) await pages[name].heard();
  expect((await people.ada.api('POST', '/api/channel/resume')).status).toBe(200);
  for (const name of names) expect(await pages[name].heard()).toContainEqual({ topic: 'channel' });
});
