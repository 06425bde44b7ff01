import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type Loop, startLoop } from './loop.ts';

/** A turn that the test ends, on a clock that the test moves. */
async function startStepped(): Promise<{
  loop: Loop;
  end(outcome: 'well' | 'badly'): Promise<void>;
  pass(ms: number): void;
}> {
  let now = 0;
  let end = (_outcome: 'well' | 'badly'): void => {};
  let begun = (): void => {};
  const nextTurn = (): Promise<void> =>
    new Promise((resolve) => {
      begun = resolve;
    });
  const first = nextTurn();
  const loop = startLoop({
    name: 'stepped',
    log: pino({ level: 'silent' }),
    idleMs: 1,
    now: () => now,
    turn: () => {
      const turn = new Promise<number>((resolve, reject) => {
        end = (outcome) => (outcome === 'well' ? resolve(0) : reject(new Error('no work today')));
      });
      begun();
      return turn;
    },
  });
  await first;
  return {
    loop,
    async end(outcome) {
      const next = nextTurn();
      end(outcome);
      await next;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

it('is well while its turns end, however long it runs', async () => {
  const { loop, end, pass } = await startStepped();
  for (let turn = 0; turn < 5; turn += 1) {
    pass(500_000);
    expect([loop.trouble(), loop.age()]).toEqual([null, 500_000]);
    await end('well');
    expect(loop.age()).toBe(0);
  }
  const stopped = loop.stop();
  void end('well');
  await stopped;
});

it('has failed once no turn ended well for 30 s, until one does', async () => {
  const { loop, end, pass } = await startStepped();
  await end('badly');
  pass(29_999);
  await end('badly');
  expect(loop.trouble()).toBeNull();
  pass(1);
  expect([loop.trouble(), loop.age()]).toEqual(['has failed for 30 s', 30_000]);
  await end('well');
  expect([loop.trouble(), loop.age()]).toEqual([null, 0]);
  const stopped = loop.stop();
  void end('well');
  await stopped;
});

it('hangs where a turn does not end in ten minutes', async () => {
  const { loop, end, pass } = await startStepped();
  pass(599_999);
  expect(loop.trouble()).toBeNull();
  pass(1);
  expect(loop.trouble()).toBe('has hung for ten minutes');
  const stopped = loop.stop();
  void end('well');
  await stopped;
});
