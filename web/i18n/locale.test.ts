import { afterAll, expect, test } from 'vitest';
import { speak } from './language.ts';
import { formatBytes, keepLocale } from './locale.ts';

afterAll(() => speak('en'));

test('a size counts bytes as people do, and larger ones by their signs', async () => {
  await speak('en');
  keepLocale('en', ['en-GB']);
  const sizes = [0, 1, 5, 999, 1_200, 1_234_567].map((size) => formatBytes(size).replace(/\s/g, ' '));
  expect(sizes).toEqual(['0 bytes', '1 byte', '5 bytes', '999 bytes', '1 kB', '1.2 MB']);
});
