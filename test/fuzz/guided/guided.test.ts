import { expect, it } from 'vitest';
import { fuzz } from './run.ts';

/** The guided fuzzer finds what it is there for. What it is pointed at runs with `npm run fuzz:guided`. */

const job = { seed: 11, seconds: 120, runs: 60_000, guided: true, stopAtFinding: true };
const fixture = (name: string): string => new URL(`./fixtures/${name}.ts`, import.meta.url).href;

it('gets where the same changes do not get without looking at what ran', { timeout: 240_000 }, async () => {
  const led = await fuzz({ ...job, module: fixture('maze') });
  expect(led.findings.map(({ error }) => error)).toEqual([expect.stringContaining('the middle of the maze')]);
  expect(
    Buffer.from(led.findings[0]?.hex ?? '', 'hex')
      .subarray(0, 6)
      .toString('hex'),
  ).toBe('7b275d7f2c00');

  const blind = await fuzz({ ...job, module: fixture('maze'), guided: false, runs: led.executions });
  expect(blind.findings).toEqual([]);
  expect(blind.reached).toBeLessThan(led.reached);
});

it('makes the same run again from its seed', { timeout: 240_000 }, async () => {
  const short = { ...job, runs: 3_000, module: fixture('maze') };
  const { slowestMs: _, ...once } = await fuzz(short);
  expect(await fuzz(short)).toMatchObject(once);
  expect(await fuzz({ ...short, seed: 12 })).not.toMatchObject(once);
});

it('names the input that never ends', async () => {
  const { findings } = await fuzz({ ...job, module: fixture('trap'), longestMs: 1_000 });
  expect(findings).toEqual([{ error: 'no end in 1000 ms', hex: Buffer.from('xyz').toString('hex') }]);
});
