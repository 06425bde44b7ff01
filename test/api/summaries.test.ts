import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { SUMMARIES } from '../../src/http/api-summaries.ts';
import { openWorld, type World } from '../stories/world.ts';

/** The description says in a line what each call does, and names no call that is gone. */

const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ summary: z.string().optional() }))),
});

let world: World;
beforeAll(async () => {
  // Nobody answers as the issuer; that its calls are there is enough.
  world = await openWorld({
    env: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'assent', OIDC_ROLE_MAP: 'agent=agents' },
  });
});
afterAll(() => world.close());

it('every call has its summary, and every summary its call', async () => {
  const { paths } = await world.ok(Description, 'GET', '/api/openapi.json');
  const described = Object.entries(paths).flatMap(([path, calls]) =>
    Object.entries(calls).map(
      ([method, { summary }]) => [`${method.toUpperCase()} ${path}`, summary] as const,
    ),
  );
  expect(described.filter(([, summary]) => summary === undefined).map(([call]) => call)).toEqual([]);
  expect(Object.fromEntries(described)).toEqual(SUMMARIES);
});
