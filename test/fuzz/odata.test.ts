import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import { type Answered, ask, LONGEST_TARGET } from './ask.ts';
import { IS_LONG, rounds, timeoutOf } from './budget.ts';
import { damage, hostileText, hostileValue, mutate } from './hostile.ts';

/** The emulator of Dataverse answers whatever it is asked in the form of OData's errors, in time, and never breaks. */

const SHARE = 0.1;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ settings: { enforceLimits: false } });
});
afterAll(() => bench.close());

const encoded = (text: string): string =>
  text.isWellFormed() ? encodeURIComponent(text.slice(0, 3_000)) : '%ed%a0%80';
const ID = '00000000-0000-4000-8000-0000000000ff';

const literal = fc.oneof(
  fc.constantFrom('null', 'true', '1', '-1', '1e999', "'x'", "'O''B'", "''", ID, '2026-02-30T00:00:00Z', "'"),
  hostileText.map((text) => `'${text.slice(0, 200)}'`),
);
const column = fc.constantFrom(
  'fullname',
  'contactid',
  'statecode',
  'createdon',
  'nothing',
  '__proto__',
  'constructor',
);
const filter = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6, depthIdentifier: 'filter' },
    fc
      .tuple(column, fc.constantFrom('eq', 'ne', 'gt', 'le', 'has', 'xx'), literal)
      .map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom('contains', 'startswith', 'endswith', 'toString'), column, literal)
      .map(([name, of, what]) => `${name}(${of},${what})`),
    fc
      .tuple(tie('node'), fc.constantFrom('and', 'or', ''), tie('node'))
      .map((parts) => `(${parts.join(' ')})`),
    tie('node').map((inner) => `not ${inner}`),
    fc.constantFrom(400, 20_000).map((levels) => `${'('.repeat(levels)}1 eq 1${')'.repeat(levels)}`),
    fc.constantFrom(400, 3_000).map((times) => `${'not '.repeat(times)}true`),
    fc.constantFrom(30, 2_000).map((times) => `contains(fullname,'${'%a'.repeat(times)}')`),
  ),
})).node;
const option = fc.oneof(
  {
    weight: 5,
    arbitrary: filter.map((text) => `$filter=${encodeURIComponent(text.toWellFormed()).slice(0, 12_000)}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          '$select',
          '$orderby',
          '$top',
          '$expand',
          '$count',
          '$apply',
          '$skiptoken',
          '$deltatoken',
          '__proto__',
        ),
        fc.oneof(
          column,
          hostileText,
          fc.constantFrom(
            '-1',
            '1e9',
            'fullname desc,fullname asc',
            'parentcustomerid_account($select=name;$expand=x)',
            '('.repeat(3_000),
          ),
        ),
      )
      .map(([name, value]) => `${name}=${encoded(value)}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('%', '&&=', '$filter', '$filter=%zz', `$filter=${'a'.repeat(9_000)}`),
  },
);
const path = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('contacts', 'accounts', `contacts(${ID})`, 'EntityDefinitions', 'WhoAmI'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'contacts(',
      'contacts()',
      "contacts(fullname='x')",
      `contacts(${ID})/fullname/$value`,
      '$metadata',
      '$batch',
      'Merge',
      '$count',
      'contacts/$count',
      '__proto__',
      'constructor(1)',
      "EntityDefinitions(LogicalName='contact')/Attributes",
      '%',
      '//',
    ),
  },
  { weight: 1, arbitrary: hostileText.map(encoded) },
);
const row = {
  firstname: 'A',
  lastname: 'B',
  mobilephone: '+12025550143',
  'parentcustomerid_account@odata.bind': `/accounts(${ID})`,
};
const body = fc.oneof(
  fc
    .tuple(fc.nat(1e6), fc.nat(1e3), hostileValue)
    .map(([at, how, by]) => JSON.stringify(mutate(row, at, how, by))),
  hostileValue.map((value) => JSON.stringify(value)),
  damage.map((broken) => broken(JSON.stringify(row))),
  hostileText,
);
const wire = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PATCH', 'DELETE', 'PUT'),
  target: fc
    .tuple(path, fc.array(option, { maxLength: 3 }))
    .map(([at, options]) => `/api/data/v9.2/${at}${options.length === 0 ? '' : `?${options.join('&')}`}`)
    .map((target) => target.slice(0, LONGEST_TARGET)),
  body,
  prefer: fc.constantFrom(
    '',
    'odata.maxpagesize=0',
    'odata.maxpagesize=-1',
    'odata.track-changes',
    'return=representation',
    '=,;=',
  ),
});

const part = fc
  .tuple(fc.constantFrom('GET', 'POST', 'PATCH', 'x'), path, body)
  .map(
    ([method, at, text]) =>
      `content-type: application/http\r\ncontent-transfer-encoding: binary\r\ncontent-id: 1\r\n\r\n${method} /api/data/v9.2/${at} HTTP/1.1\r\ncontent-type: application/json\r\n\r\n${text}\r\n`,
  );
const batch = fc
  .tuple(fc.array(part, { maxLength: 5 }), fc.option(damage, { freq: 2 }))
  .map(([parts, broken]) => {
    const text = `${parts.map((one) => `--b\r\n${one}`).join('')}--b--\r\n`;
    return broken === null ? text : broken(text);
  });

const send = (
  method: string,
  target: string,
  text: string | undefined,
  more: Record<string, string>,
): Promise<Answered> =>
  ask(bench.url, {
    method,
    target,
    headers: {
      authorization: `Bearer ${bench.token}`,
      accept: 'application/json',
      'content-type': 'application/json',
      ...more,
    },
    body: text,
  });

function holds({ status, text }: Answered): void {
  // 501 is what the emulator says of what Dataverse has and it has not.
  if (status >= 500 && status !== 501) throw new Error(`${status} ${text.slice(0, 600)}`);
}

async function check(name: string, property: fc.IAsyncProperty<unknown>, runs: number): Promise<void> {
  let made = 0;
  const began = performance.now();
  for (const seed of rounds(SHARE / 2)) {
    await fc.assert(property, { seed, numRuns: IS_LONG ? runs * 4 : runs, endOnFailure: !IS_LONG });
    made += IS_LONG ? runs * 4 : runs;
    bench.emulator.reset();
  }
  if (IS_LONG) console.log(`${name}: ${made} runs, ${(made / (performance.now() - began)) * 1000} a second`);
}

it('answers any request', { timeout: timeoutOf(SHARE / 2) }, () =>
  check(
    'odata',
    fc.asyncProperty(wire, async ({ method, target, body: text, prefer }) => {
      holds(await send(method, target, method === 'GET' ? undefined : text, prefer === '' ? {} : { prefer }));
    }),
    60,
  ),
);

it('answers any batch', { timeout: timeoutOf(SHARE / 2) }, () =>
  check(
    'odata batches',
    fc.asyncProperty(batch, async (text) => {
      holds(
        await send('POST', '/api/data/v9.2/$batch', text, { 'content-type': 'multipart/mixed; boundary=b' }),
      );
    }),
    30,
  ),
);
