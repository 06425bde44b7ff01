import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signatureOf } from '../../emulators/whatsapp-cloud/signature.ts';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import payloads from '../../src/adapters/whatsapp-cloud/fixtures/webhooks.json' with { type: 'json' };
import { Problem } from '../../src/http/schemas/common.ts';
import { ADMIN_API_KEY, APP_SECRET, openWorld, type World } from '../stories/world.ts';
import { type Answered, ask } from './ask.ts';
import { IS_LONG, rounds, timeoutOf } from './budget.ts';
import { damage, hostileText, hostileValue, mutate, PERSON } from './hostile.ts';
import { changed, createPrints } from './prints.ts';

/**
 * What comes from outside in bulk: webhooks of WhatsApp, signed and not, to the end of what they set off, and CSV files.
 * A signed one is answered 200 (or 400 where it is no JSON, which is kept), and no worker may stumble over it later.
 */

const SHARE = 0.1;

let world: World;
const logged: string[] = [];
beforeAll(async () => {
  world = await openWorld({ env: { KEY_REQUESTS_PER_MINUTE: '900000000' } });
  await world.setUpContactType();
  Reflect.set(world.ctx.log, pino.symbols.streamSym, { write: (line: string) => logged.push(line) });
  world.ctx.log.level = 'info';
}, 240_000);
afterAll(() => world.close());

const post = (target: string, body: string, headers: Record<string, string>): Promise<Answered> =>
  ask(world.url, { method: 'POST', target, headers, body });
const codeOf = ({ type, text }: Answered): string => {
  expect(type).toMatch(/^application\/problem\+json/);
  return Problem.parse(JSON.parse(text)).code;
};

const payload = fc.constantFrom<unknown>(...Object.values(payloads));
const changes = fc.array(fc.tuple(fc.nat(1e9), fc.nat(1e6), hostileValue), { maxLength: 4 });
const webhook: fc.Arbitrary<string> = fc
  .tuple(payload, changes, fc.option(damage, { freq: 5 }))
  .map(([whole, all, broken]) => {
    const value = all.reduce((made: unknown, [at, how, by]) => mutate(made, at, how, by), whole);
    const text = JSON.stringify(value);
    return broken === null ? text : broken(text);
  });

async function check(name: string, property: fc.IAsyncProperty<unknown>, share: number): Promise<void> {
  let made = 0;
  const began = performance.now();
  for (const seed of rounds(share)) {
    const runs = IS_LONG ? 100 : 10;
    await fc.assert(property, { seed, numRuns: runs, endOnFailure: !IS_LONG });
    made += runs;
  }
  if (IS_LONG) console.log(`${name}: ${made} runs, ${(made / (performance.now() - began)) * 1000} a second`);
}

it('stores and applies any signed webhook', { timeout: timeoutOf(SHARE) }, async () => {
  const property = fc.asyncProperty(webhook, async (body) => {
    logged.length = 0;
    const answer = await post('/webhooks/whatsapp', body, {
      'x-hub-signature-256': signatureOf(body, APP_SECRET),
    });
    if (answer.status !== 200) expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid-json']);
    await world.settled();
    expect(logged.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
    expect(logged.filter((line) => line.includes(PERSON) || line.includes('Ana Ruiz'))).toEqual([]);
  });
  await check('webhooks', property, SHARE);
  expect((await verifyLedger(world.ctx)).faults).toEqual([]);
});

it('keeps nothing of a webhook that is not signed', { timeout: timeoutOf(0) }, async () => {
  const prints = await createPrints(world);
  await world.settled();
  const before = await prints();
  const wrong = fc.oneof(
    hostileText.filter((text) => /^[ -~]{0,200}$/.test(text)),
    fc.constant('sha256='),
  );
  const property = fc.asyncProperty(webhook, wrong, async (body, signature) => {
    const answer = await post('/webhooks/whatsapp', body, { 'x-hub-signature-256': signature });
    expect(['bad-signature', 'too-many-requests']).toContain(codeOf(answer));
    expect(answer.status === 401 || answer.status === 429).toBe(true);
  });
  await check('unsigned', property, 0);
  expect(changed(before, await prints())).toEqual([]);
});

const cell = fc.oneof(
  hostileText,
  fc.constantFrom('"', '""', 'a"b', '"a\nb"', '=1+1', 'true', '+12025550143', ';', '\t', '\r'),
);
const header = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('fullname', 'mobilephone', 'emailaddress1', '\ufefffullname', 'FullName'),
  },
  { weight: 1, arbitrary: cell },
);
const csv = fc
  .tuple(
    fc.array(header, { maxLength: 6 }),
    fc.array(fc.array(fc.tuple(cell, fc.boolean()), { maxLength: 7 }), { maxLength: 8 }),
    fc.constantFrom(',', ';', '\t', ',,'),
    fc.constantFrom('\n', '\r\n', '\r', '\n\n'),
  )
  .map(([headers, rows, comma, end]) =>
    [
      headers,
      ...rows.map((row) => row.map(([text, quoted]) => (quoted ? `"${text.replaceAll('"', '""')}"` : text))),
    ]
      .map((row) => row.join(comma))
      .join(end),
  );

it('imports or refuses any CSV file', { timeout: timeoutOf(SHARE / 2) }, async () => {
  const prints = await createPrints(world);
  const property = fc.asyncProperty(csv, async (body) => {
    await world.settled();
    const before = await prints();
    logged.length = 0;
    const answer = await post('/api/records/contact/import', body, {
      authorization: `Bearer ${ADMIN_API_KEY}`,
      'content-type': 'text/csv',
    });
    expect(answer.status).toBeLessThan(500);
    // A fault of ours at one row ends the import and is told in its report.
    expect(answer.text).not.toContain('import-stopped');
    expect(logged.filter((line) => line.includes(PERSON))).toEqual([]);
    if (answer.status < 400) return;
    codeOf(answer);
    expect(changed(before, await prints())).toEqual([]);
  });
  await check('csv', property, SHARE / 2);
});
