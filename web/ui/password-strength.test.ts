import { expect, it } from 'vitest';
import { strengthOf } from './password-strength.ts';

it.each([
  ['', 'password-too-short'],
  ['fourteen chars', 'password-too-short'],
  ['aaaaaaaaaaaaaaaa', 'password-too-common'],
  ['1234567890123456', 'password-too-common'],
  ['maria.silva@example.com', 'password-too-common'],
  ['assent assent assent', 'password-too-common'],
  ['x'.repeat(300), 'password-too-long'],
  ['plum tractor vi', 'fair'],
  ['tractor-at-noon', 'fair'],
  // Long, but of few characters.
  ['dada mama dada papa mama', 'fair'],
  ['a plum tractor at noon', 'strong'],
] as const)('%j is %s', (password, strength) => {
  expect(strengthOf(password, ['Maria Silva', 'maria.silva@example.com'])).toBe(strength);
});
