import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type World } from './world.ts';

/** Quick replies as the API saves them; what the keys do with them is test/e2e/thread.test.ts. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

const save = (shortcut: string, text: string) =>
  world.api('POST', '/api/quick-replies', { shortcut, text, personal: false });

it('a variable that nothing fills is refused when it is saved, with those that are filled', async () => {
  expect((await save('hello', 'Hello {firstName}, {AGENT} here.')).status).toBe(201);
  for (const text of ['Your order {order} of {date}', 'Hello {order}, {name}']) {
    const problem = await world.refused(422, 'POST', '/api/quick-replies', {
      shortcut: 'order',
      text,
      personal: false,
    });
    expect(problem.code).toBe('quick-reply-variable-unknown');
    expect(problem.detail).toMatch(/^Nothing fills \{order\}.*\{name\}, \{firstName\}, \{agent\}\.$/);
  }
  // Braces round anything else are just braces.
  expect((await save('smile', 'Thank you {: and {} too')).status).toBe(201);
});
