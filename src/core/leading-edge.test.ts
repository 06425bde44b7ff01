import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadingEdge } from './leading-edge.ts';

/** What a test decides: who asks, when a run ends and how, when a pause is over. */
type Step = 'ask' | 'end' | 'fail' | 'pause is over';

/** Carries out steps; whatever else is under way ends at the end, so that nothing is left. */
async function carriedOut(steps: readonly Step[]) {
  /** At which moment each ask came, and each run began and ended. */
  const asks: number[] = [];
  const runs: { began: number; ended: number | null }[] = [];
  const failures: unknown[] = [];
  let moment = 0;
  let endRun: ((how: 'end' | 'fail') => void) | null = null;
  let endPause: (() => void) | null = null;
  const ask = leadingEdge({
    work: () =>
      new Promise((resolve, reject) => {
        const run: (typeof runs)[number] = { began: moment, ended: null };
        runs.push(run);
        endRun = (how) => {
          endRun = null;
          run.ended = moment;
          if (how === 'end') resolve();
          else reject(new Error('it failed'));
        };
      }),
    pause: () => 1,
    wait: () =>
      new Promise((resolve) => {
        endPause = () => {
          endPause = null;
          resolve();
        };
      }),
    failed: (error) => failures.push(error),
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const step = async (one: Step): Promise<void> => {
    moment += 1;
    if (one === 'ask') {
      asks.push(moment);
      ask();
    } else if (one === 'pause is over') endPause?.();
    else endRun?.(one);
    await settled();
  };
  for (const one of steps) await step(one);
  const begunByThen = runs.length;
  for (let rest = 0; rest < 6; rest += 1) {
    await step('end');
    await step('pause is over');
  }
  return { asks, runs, failures, begunByThen, idle: endRun === null && endPause === null };
}

const anySteps = fc.array(
  fc.constantFrom<Step>('ask', 'ask', 'ask', 'end', 'end', 'fail', 'pause is over', 'pause is over'),
  { maxLength: 40 },
);

describe('whatever is asked, in any order of asks, ends, failures and pauses', () => {
  it('is followed by a run that began after it', () =>
    fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const { asks, runs } = await carriedOut(steps);
        for (const at of asks) expect(runs.some(({ began }) => began >= at)).toBe(true);
      }),
    ));

  it('never has two runs at once, nor one that nobody asked for', () =>
    fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const { asks, runs, idle } = await carriedOut(steps);
        for (const [index, { began }] of runs.entries()) {
          const before = runs[index - 1];
          if (before !== undefined) expect(before.ended ?? Number.POSITIVE_INFINITY).toBeLessThan(began);
          const since = before?.began ?? -1;
          expect(asks.some((at) => at <= began && at > since)).toBe(true);
        }
        expect(idle).toBe(true);
      }),
    ));

  it('begins at once where nothing runs and no pause is on', async () => {
    const { asks, runs } = await carriedOut(['ask', 'end', 'pause is over', 'ask']);
    expect(runs.map(({ began }) => began)).toEqual(asks);
  });

  it('goes on however often it is asked: the run is not put off by further asks', async () => {
    const steps: Step[] = ['ask'];
    for (let turn = 0; turn < 50; turn += 1) steps.push('ask', 'end', 'ask', 'pause is over', 'ask');
    const { begunByThen } = await carriedOut(steps);
    expect(begunByThen).toBe(51);
  });

  it('goes on after a run that failed, and tells of it', async () => {
    const { runs, failures } = await carriedOut(['ask', 'fail', 'ask', 'pause is over']);
    expect([runs.length, failures.length]).toEqual([2, 1]);
  });
});
