import { expect, test } from 'vitest';
import { wantedLanguages } from './wanted-languages.ts';

test.each([
  [undefined, []],
  ['', []],
  ['pt-BR', ['pt-BR']],
  ['en;q=0.5, es, ar;q=0.8', ['es', 'ar', 'en']],
  ['*', []],
  ['en;q=0, es', ['es']],
  ['en;q=x, <script>, es', ['es']],
])('%j asks for %j', (header, languages) => {
  expect(wantedLanguages(header)).toEqual(languages);
});
