import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { READERS } from '../../readers.ts';
import type { Target } from '../target.ts';

const corpus = path.resolve(import.meta.dirname, '../../../corpus');
const Sentences = z.record(z.string(), z.unknown()).transform((file) =>
  Object.values(file).flatMap((list) =>
    z
      .array(z.object({ text: z.string() }))
      .catch([])
      .parse(list)
      .map((one) => one.text),
  ),
);
/** Some of each language; the rest says the same in other words. */
const EACH = 60;

/** What a customer writes or an agent searches for, read by everything that reads such texts. */
export const target: Target = {
  under: ['src/core/'],
  seeds: [
    ...readdirSync(corpus).flatMap((file) =>
      Sentences.parse(JSON.parse(readFileSync(path.join(corpus, file), 'utf8'))).slice(0, EACH),
    ),
    '+1 (202) 555-0143 ext. 7',
    '0049 30 / 123 45 67',
    '+4930 1234567 or +12025550143',
    '"an exact phrase" -word',
  ],
  async open() {
    const readers = Object.values(READERS);
    return {
      run(input) {
        const text = input.toString();
        for (const read of readers) read(text);
      },
    };
  },
};
