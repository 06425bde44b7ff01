import fc from 'fast-check';
import { expect, it } from 'vitest';
import payloads from '../../src/adapters/whatsapp-cloud/fixtures/webhooks.json' with { type: 'json' };
import { IS_LONG, rounds, timeoutOf } from './budget.ts';
import { hostileText, hostileValue, mutate } from './hostile.ts';
import { READERS } from './readers.ts';
import { holdsOfWebhook } from './webhook-law.ts';

/** What reads the texts of strangers: never throws, and a text twice as long takes no more than about twice as long. */

/** What reading a text so many times takes at least, ms of this process alone: what else the machine does is not counted. */
function leastOf(read: (text: string) => unknown, text: string, times: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 2; tries += 1) {
    const began = process.cpuUsage();
    for (let time = 0; time < times; time += 1) read(text);
    least = Math.min(least, process.cpuUsage(began).user / 1000);
  }
  return least;
}

const piece = fc.oneof(
  fc.constantFrom(
    ' ',
    '0',
    '00',
    '+',
    '(',
    ' / ',
    ' or ',
    ',',
    '-',
    'a',
    'no ',
    'stop',
    "'",
    '؜',
    '́',
    '🛑',
    '王',
    '\n',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
);
const repeated = fc
  .tuple(
    fc.string({ maxLength: 5 }),
    fc.array(piece, { minLength: 1, maxLength: 4 }),
    fc.string({ maxLength: 5 }),
  )
  .map(
    ([first, pieces, last]) =>
      (times: number) =>
        first + pieces.join('').repeat(times) + last,
  );

it.each(Object.entries(READERS))(
  '%s reads any text, in linear time',
  { timeout: timeoutOf(0.01) },
  (_name, read) => {
    for (const seed of rounds(0.01)) {
      fc.assert(
        fc.property(fc.oneof(hostileText, fc.string({ unit: 'binary' })), (text) => void read(text)),
        { seed, numRuns: IS_LONG ? 200 : 60 },
      );
      fc.assert(
        fc.property(repeated, (of) => {
          // Eight short texts, and one that is eight times as long: quadratic would be eight times. Below 40 ms the
          // clock tells nothing, as some machines count a process's time in steps of 10.
          const long = leastOf(read, of(3_200), 1);
          if (long > 40) expect(long / Math.max(leastOf(read, of(400), 8), 10)).toBeLessThan(4);
        }),
        { seed, numRuns: IS_LONG ? 30 : 5 },
      );
    }
  },
);

it('reads any webhook, and passes over nothing', { timeout: timeoutOf(0.02) }, () => {
  const payload = fc.constantFrom<unknown>(...Object.values(payloads));
  const changes = fc.array(fc.tuple(fc.nat(1e9), fc.nat(1e6), hostileValue), { maxLength: 5 });
  for (const seed of rounds(0.02))
    fc.assert(
      fc.property(fc.oneof(payload, hostileValue), changes, (whole, all) => {
        const body = all.reduce((made: unknown, [at, how, by]) => mutate(made, at, how, by), whole);
        holdsOfWebhook(JSON.parse(JSON.stringify(body) ?? 'null'));
      }),
      { seed, numRuns: IS_LONG ? 300 : 100 },
    );
});
