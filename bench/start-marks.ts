import { appendFileSync } from 'node:fs';

/**
 * Loaded into a node before the product (`node --import`): writes down when each call to WhatsApp begins, and to whom, by the
 * clock that all processes of a machine share. `BENCH_MARKS` is the file. The product knows nothing of it.
 */
const file = process.env.BENCH_MARKS ?? '';
let marks: string[] = [];
setInterval(() => {
  if (marks.length === 0) return;
  const lines = marks;
  marks = [];
  appendFileSync(file, lines.join(''));
}, 200).unref();

const trueFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  if (init?.method === 'POST' && String(input).endsWith('/messages') && typeof init.body === 'string') {
    const to = /"to":"([^"]+)"/.exec(init.body)?.[1] ?? '';
    marks.push(`${Number(process.hrtime.bigint() / 1_000n)} ${to}\n`);
  }
  return trueFetch(input, init);
};
