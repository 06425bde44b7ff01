import { expect, it } from 'vitest';
import { clip, cut } from './clip.ts';

it.each([clip, cut])('%o cuts no character in half, and nothing that fits', (shorten) => {
  for (let most = 0; most < 40; most += 1) {
    const short = shorten('😀😀 hello 😀😀😀 there', most);
    expect([short.length <= most, short.isWellFormed()]).toEqual([true, true]);
  }
  expect(shorten('hello 😀', 8)).toBe('hello 😀');
});
