import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { type DataverseWorld, FIELD, openDataverseWorld, WEBHOOK_KEY } from '../stories/dataverse-world.ts';
import { type Answered, ask } from './ask.ts';
import { IS_LONG, rounds, timeoutOf } from './budget.ts';
import { damage, hostileText, hostileValue, mutate, PERSON } from './hostile.ts';
import { changed, createPrints } from './prints.ts';

/**
 * The webhook of Dataverse, asked by anybody. Whoever shows no key, or another, changes nothing. Whoever shows the key is
 * believed one thing, which record to look at; what is no such thing is refused and changes nothing. No answer is a fault of
 * ours, and the log names nobody.
 */

const SHARE = 0.1;
const MOST_BYTES = 3 * 1024 * 1024;
/** What reading the organisation notes by itself, every half minute. */
const READING = /^crm_/;

let all: DataverseWorld;
let known = '';
let phone = '';
const logged: string[] = [];
beforeAll(async () => {
  all = await openDataverseWorld();
  await all.setUp('contact');
  phone = all.world.newPhone();
  known = all.crm.emulator.create('contact', { lastname: PERSON, mobilephone: phone, [FIELD]: null });
  await all.synced();
  Reflect.set(all.world.ctx.log, pino.symbols.streamSym, { write: (line: string) => logged.push(line) });
  all.world.ctx.log.level = 'info';
}, 240_000);
afterAll(() => all?.close());

const wrongKey = fc.oneof(
  fc.constantFrom(
    '',
    WEBHOOK_KEY.slice(0, -1),
    `${WEBHOOK_KEY}x`,
    WEBHOOK_KEY.toUpperCase(),
    `${WEBHOOK_KEY} `,
    `${WEBHOOK_KEY}\u0000`,
    'wrong',
  ),
  hostileText.map((text) => text.slice(0, 2_000).toWellFormed()),
);
const encoded = (key: string): string => encodeURIComponent(key);
/** Query and header, and whether that is the key. */
const shown: fc.Arbitrary<{ query: string; header: string | null; right: boolean }> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ query: `?code=${WEBHOOK_KEY}`, header: null, right: true }) },
  { weight: 3, arbitrary: fc.constant({ query: '', header: WEBHOOK_KEY, right: true }) },
  {
    weight: 1,
    arbitrary: fc.constant({ query: `?code=${WEBHOOK_KEY}&x=%zz`, header: 'wrong', right: true }),
  },
  {
    weight: 3,
    arbitrary: wrongKey.map((key) => ({ query: `?code=${encoded(key)}`, header: null, right: false })),
  },
  {
    weight: 1,
    arbitrary: wrongKey.map((key) => ({ query: `?code=${encoded(key)}`, header: WEBHOOK_KEY, right: false })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ query: `?code=${WEBHOOK_KEY}&code=x`, header: null, right: false }),
  },
  {
    weight: 1,
    arbitrary: wrongKey
      .filter((key) => /^[!-~]{1,200}$/.test(key))
      .map((header) => ({ query: '?code[a]=b&%', header, right: false })),
  },
  { weight: 1, arbitrary: fc.constant({ query: '', header: null, right: false }) },
);

/** As Dataverse writes one, with what it holds of a record. */
const hint = (more: object = {}): object => ({
  BusinessUnitId: '00000000-0000-4000-8000-000000000001',
  Depth: 1,
  InputParameters: [
    {
      key: 'Target',
      value: {
        __type: 'Entity:http://schemas.microsoft.com/xrm/2011/Contracts',
        Attributes: [
          { key: 'lastname', value: PERSON },
          { key: FIELD, value: true },
        ],
        Id: known,
        LogicalName: 'contact',
      },
    },
  ],
  MessageName: 'Update',
  PrimaryEntityId: known,
  PrimaryEntityName: 'contact',
  ...more,
});
const changes = fc.array(fc.tuple(fc.nat(1e9), fc.nat(1e6), hostileValue), { maxLength: 3 });
const mutated = changes.map((list) =>
  JSON.stringify(list.reduce((made: unknown, [at, how, by]) => mutate(made, at, how, by), hint())),
);
const odd = fc.constantFrom<() => string>(
  () => JSON.stringify(hint({ more: 'x'.repeat(300 * 1024) })),
  () => JSON.stringify(hint({ more: PERSON.repeat(40_000) })),
  () => JSON.stringify(hint({ more: 'x'.repeat(MOST_BYTES) })),
  () => JSON.stringify(hint({ PrimaryEntityName: PERSON, PrimaryEntityId: known.toUpperCase() })),
  () => JSON.stringify(hint({ PrimaryEntityName: '__proto__' })),
  () => JSON.stringify(hint({ PrimaryEntityName: 'x\u0000y' })),
  () => JSON.stringify(hint({ PrimaryEntityName: '\ud800' })),
  () => JSON.stringify(hint({ PrimaryEntityId: `{${known}}` })),
  () => JSON.stringify(hint({ PrimaryEntityId: [known] })),
  () => JSON.stringify(hint({ MessageName: 'Delete' })),
  () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  () => `${'{"a":'.repeat(50_000)}`,
  () => '[]',
  () => '',
  () => 'null',
  () => `\ufeff${JSON.stringify(hint())}`,
);
const body = fc.oneof(
  { weight: 5, arbitrary: mutated },
  { weight: 2, arbitrary: fc.tuple(mutated, damage).map(([text, broken]) => broken(text)) },
  { weight: 2, arbitrary: odd.map((make) => make()) },
  { weight: 1, arbitrary: hostileText },
);
const more = fc.constantFrom<Record<string, string>>(
  {},
  { 'x-ms-dynamics-msg-size-exceeded': 'true' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'nonsense' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'x-forwarded-for': PERSON },
);

const codeOf = ({ type, text }: Answered): string => {
  expect(type).toMatch(/^application\/problem\+json/);
  return Problem.parse(JSON.parse(text)).code;
};

it('believes nobody without the key, and whoever has it that a record is to be read', {
  timeout: timeoutOf(SHARE),
}, async () => {
  const prints = await createPrints(all.world);
  const { emulator } = all.crm;
  const version = emulator.version('contact', known);
  const consent = await all.world.consent(phone);
  let made = 0;
  let hinted = false;
  const answers = new Map<string, number>();
  const property = fc.asyncProperty(shown, body, more, async ({ query, header, right }, text, headers) => {
    // What an earlier one hinted at is read before: taking the hint changes the table of hints.
    if (hinted) await all.synced();
    const before = await prints();
    logged.length = 0;
    made += 1;
    const answer = await ask(all.world.url, {
      method: 'POST',
      target: `/webhooks/dataverse${query}`,
      headers: { ...headers, ...(header === null ? {} : { 'x-assent-key': header }) },
      body: text,
    });
    hinted = answer.status === 200;
    const code = hinted ? '' : codeOf(answer);
    answers.set(`${answer.status} ${code}`, (answers.get(`${answer.status} ${code}`) ?? 0) + 1);
    const tooLarge = Buffer.byteLength(text) > MOST_BYTES;
    const allowed = tooLarge
      ? ['413 too-large']
      : right
        ? ['200 ', '400 invalid-json']
        : ['401 wrong-webhook-key', '429 too-many-requests'];
    expect(allowed).toContain(`${answer.status} ${code}`);
    const tables = changed(before, await prints());
    // A hint that is taken is read again, and finds what was there.
    expect(tables.filter((name) => !READING.test(name))).toEqual([]);
    if (answer.status !== 200) expect(tables.filter((name) => name === 'crm_hint')).toEqual([]);
    expect(logged.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
    for (const secret of [PERSON, phone, WEBHOOK_KEY])
      expect(logged.filter((line) => line.includes(secret))).toEqual([]);
  });
  for (const seed of rounds(SHARE)) await fc.assert(property, { seed, numRuns: 60, endOnFailure: !IS_LONG });
  if (IS_LONG) console.log(`webhook of Dataverse: ${made} runs, ${JSON.stringify([...answers])}`);
  await all.synced();
  expect(emulator.version('contact', known)).toBe(version);
  expect(await all.world.consent(phone)).toEqual(consent);
  expect((await verifyLedger(all.world.ctx)).faults).toEqual([]);
});
