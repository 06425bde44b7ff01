import { expect, it } from 'vitest';
import { giveBackMemory } from './memory.ts';

it('gives back what nobody holds any more, and keeps what somebody does', async () => {
  let garbage: unknown[] = Array.from({ length: 400_000 }, (_, n) => ({ n }));
  const kept = Array.from({ length: 10 }, (_, n) => ({ n }));
  const before = process.memoryUsage().heapTotal;
  garbage = [];
  await giveBackMemory();
  expect(process.memoryUsage().heapTotal).toBeLessThan(before);
  expect([garbage.length, kept.length]).toEqual([0, 10]);
  expect('gc' in globalThis).toBe(false);
});
