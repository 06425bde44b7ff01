import { cpus } from 'node:os';
import { type Question, questionsOf } from './desk-questions.ts';
import { DESK } from './desk-rows.ts';
import { DESK_DATABASE, deskSize, deskUrl, dropDesk, seedDesk } from './desk-seed.ts';
import { type Asker, startDesk } from './desk-server.ts';
import { quantile } from './webhooks.ts';

/**
 * `npm run bench:desk`: what an agent asks of a desk of 1,000,000 conversations (`npm run seed:desk` first) and of one of
 * 1,000, at the API, one question at a time and in turn, in one run. DESK_ROUNDS sets how often each is asked.
 */
const ROUNDS = Number(process.env.DESK_ROUNDS ?? 300);
const WARM_UP = 30;
const SMALL = { conversations: 1_000, messages: 10_000 };
const smallDatabase = `${DESK_DATABASE}_small`;

const size = await deskSize(DESK_DATABASE);
if (size === null) {
  console.error(`There is no seeded desk “${DESK_DATABASE}”: npm run seed:desk makes one.`);
  process.exit(1);
}
await seedDesk(smallDatabase, SMALL, () => {});
const desks = [
  await startDesk(deskUrl(DESK_DATABASE), 4_291),
  await startDesk(deskUrl(smallDatabase), 4_292),
] as const;
const rows: string[] = [];
try {
  const [large, small] = await Promise.all(desks.map((desk) => desk.asks(DESK.agent)));
  const [ofLarge, ofSmall] = await Promise.all(
    [deskUrl(DESK_DATABASE), deskUrl(smallDatabase)].map(questionsOf),
  );
  const only = process.argv[2] ?? '';
  for (const [index, question] of (ofLarge ?? []).entries()) {
    const same = ofSmall?.[index];
    if (large === undefined || small === undefined || same === undefined || !question.what.includes(only))
      continue;
    rows.push(rowOf(question, await inTurn([large, question], [small, same])));
    console.error(rows.at(-1));
  }
} finally {
  for (const desk of desks) await desk.stop();
  await dropDesk(smallDatabase);
}
const count = (value: number): string => value.toLocaleString('en');
console.log(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${ROUNDS} times each, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(
  `| what | ${count(size.conversations)}: p50, p95, p99 (ms) | ${count(SMALL.conversations)}: p50, p95 (ms) | p50 : p50 | p95 : p95 |\n|---|---|---|---|---|`,
);
for (const row of rows) console.log(row);
process.exit(0);

type Times = [large: number[], small: number[]];

/** First one desk, then the other, so that whatever else the machine does happens to both. */
async function inTurn(large: [Asker, Question], small: [Asker, Question]): Promise<Times> {
  const times: Times = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round += 1)
    for (const [place, [asker, { paths }]] of [large, small].entries()) {
      const path = paths[(round + WARM_UP) % paths.length] ?? '';
      const started = performance.now();
      await asker.get(path);
      if (round >= 0) times[place]?.push(performance.now() - started);
    }
  return times;
}

function rowOf({ what }: Question, [large, small]: Times): string {
  const at = (values: readonly number[], q: number): string => quantile(values, q).toFixed(1);
  const ratio = (q: number): string => (quantile(large, q) / quantile(small, q)).toFixed(2);
  return `| ${what} | ${at(large, 0.5)}, ${at(large, 0.95)}, ${at(large, 0.99)} | ${at(small, 0.5)}, ${at(small, 0.95)} | ${ratio(0.5)} | ${ratio(0.95)} |`;
}
