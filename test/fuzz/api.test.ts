import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSignInLink, SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import type { Things } from '../api/route-table.ts';
import { makeThings } from '../api/things.ts';
import { ADMIN_API_KEY, openWorld, type World } from '../stories/world.ts';
import { type Answered, ask } from './ask.ts';
import { IS_LONG, rounds, SEED, timeoutOf } from './budget.ts';
import { PERSON } from './hostile.ts';
import { changed, createPrints } from './prints.ts';
import { type Asked, type Call, type Caller, callsOf, Document, requestsTo } from './requests.ts';

/**
 * Every call of the OpenAPI document, asked wrongly, over real HTTP. Held of each answer: it comes in time, it is no
 * fault of ours, a refusal is problem+json with a code and changes nothing, and the log names nobody.
 */

const SHARE = 0.7;
/** 502 where WhatsApp is asked, 501 where an installation has no such thing. */
const SAID_ABOVE_500 = new Set(['whatsapp-unavailable', 'not-available']);

/** A wrong password is counted: a refusal of it changes that, and no more (NIST SP 800-63B-4, 3.2.2). */
const COUNTS_REFUSALS = 'sign_in_failure';

let world: World;
let things: Things;
let calls: Call[];
let prints: () => Promise<Map<string, string>>;
let before: Map<string, string> | null = null;
const logged: string[] = [];
const sessions = new Map<Caller, Record<string, string>>();
let asked = 0;

beforeAll(async () => {
  const many = '900000000';
  world = await openWorld({
    env: {
      OIDC_ISSUER: 'http://127.0.0.1:9',
      OIDC_CLIENT_ID: 'assent',
      OIDC_ROLE_MAP: 'agent=agents',
      PERSON_WRITES_PER_MINUTE: many,
      PERSON_READS_PER_MINUTE: many,
      KEY_REQUESTS_PER_MINUTE: many,
    },
  });
  things = await makeThings(world);
  calls = callsOf(await world.ok(Document, 'GET', '/api/openapi.json'));
  prints = await createPrints(world);
  // After the start: what a fuzzed request makes the server say, and nothing else.
  Reflect.set(world.ctx.log, pino.symbols.streamSym, { write: (line: string) => logged.push(line) });
  world.ctx.log.level = 'info';
}, 240_000);
afterAll(() => world.close());

async function headersOf(who: Caller): Promise<Record<string, string>> {
  if (who === 'nobody') return {};
  if (who === 'key') return { authorization: `Bearer ${ADMIN_API_KEY}` };
  const known = sessions.get(who);
  if (known !== undefined) return known;
  const person = SANDBOX_PEOPLE.find((one) => one.role === who);
  const link = await createSignInLink(world.ctx, person?.id ?? '', world.url);
  const [cookie = ''] = (await fetch(link, { redirect: 'manual' })).headers.getSetCookie();
  const made = { cookie: cookie.split(';')[0] ?? '', origin: world.url };
  sessions.set(who, made);
  before = null;
  return made;
}

/** What is wrong with one answer, or null. */
async function wrongWith(request: Asked): Promise<string | null> {
  const own = await headersOf(request.who);
  if (before === null) {
    await world.settled();
    before = await prints();
  }
  logged.length = 0;
  asked += 1;
  let answer: Answered;
  try {
    answer = await ask(world.url, {
      method: request.method,
      target: request.target,
      headers: { ...request.headers, ...own },
      body: request.body,
    });
  } catch (error) {
    before = null;
    return String(error);
  }
  if (answer.status === 401) sessions.delete(request.who);
  const named = logged.find((line) => line.includes(PERSON) || line.includes(things.phone));
  if (named !== undefined) return `the log names somebody: ${named}`;
  if (answer.status < 400) {
    before = null;
    return null;
  }
  return wrongWithRefusal(request, answer);
}

/** A browser is sent here and shows what it gets, so it gets a page. */
const isPage = ({ target }: Asked, { status, type }: Answered): boolean =>
  target.startsWith('/api/sign-in/oidc') && type.startsWith('text/html') && (status < 500 || status === 502);

async function wrongWithRefusal(request: Asked, answer: Answered): Promise<string | null> {
  const said = isPage(request, answer) ? null : wrongWithProblem(answer);
  if (said !== null) return said;
  const was = before;
  before = await prints();
  const tables = was === null ? [] : changed(was, before).filter((name) => name !== COUNTS_REFUSALS);
  return tables.length === 0 ? null : `${answer.status}, and it changed ${tables.join(', ')}: ${answer.text}`;
}

function wrongWithProblem({ status, type, text }: Answered): string | null {
  const problem = type.startsWith('application/problem+json')
    ? Problem.safeParse(JSON.parse(text)).data
    : undefined;
  if (problem === undefined) return `${status} ${type} is no problem+json: ${text.slice(0, 200)}`;
  if (status >= 500 && !SAID_ABOVE_500.has(problem.code))
    return `${status} ${problem.code}: ${problem.detail} ${logged.join('').slice(0, 1_500)}`;
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(problem.code) ? null : `${problem.code} is no code`;
}

// Only in the long form: a few hundred requests with a look at all tables after each are too slow for every run of the tests.
it.runIf(IS_LONG)('answers whatever it is asked', { timeout: timeoutOf(SHARE) }, async () => {
  const found = new Map<string, string>();
  for (const seed of rounds(SHARE)) {
    for (const call of calls) {
      if (found.has(call.name)) continue;
      const one = await fc.check(
        fc.asyncProperty(requestsTo(call, things), async (request) => {
          const wrong = await wrongWith(request);
          if (wrong !== null) throw new Error(wrong);
        }),
        { seed, numRuns: IS_LONG ? 12 : 2, endOnFailure: !IS_LONG },
      );
      if (!one.failed) continue;
      const shown = JSON.stringify(one.counterexample)?.slice(0, 800);
      found.set(
        call.name,
        `seed ${seed} path ${one.counterexamplePath}: ${shown}\n  ${String(one.errorInstance)}`,
      );
      if (IS_LONG) console.log(`FOUND ${call.name} ${found.get(call.name)}`);
    }
  }
  if (IS_LONG)
    console.log(
      `api: ${asked} requests from seed ${SEED}, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`,
    );
  expect([...found].map((one) => one.join(' '))).toEqual([]);
  expect(process.memoryUsage().rss).toBeLessThan(2 * 2 ** 30);
  await world.settled();
  expect((await verifyLedger(world.ctx)).faults).toEqual([]);
});
