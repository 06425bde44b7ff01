import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { DiagnosticsChannel } from 'undici';

/**
 * Loaded into a node before the product (`node --import`): writes down when each call to WhatsApp is written, and to whom, by
 * the clock that all processes of a machine share. `BENCH_MARKS` is the file. The product knows nothing of it.
 */
const file = process.env.BENCH_MARKS ?? '';
let marks: string[] = [];
setInterval(() => {
  if (marks.length === 0) return;
  const lines = marks;
  marks = [];
  appendFileSync(file, lines.join(''));
}, 200).unref();

subscribe('undici:request:bodyChunkSent', (message) => {
  const { request, chunk } = message as DiagnosticsChannel.RequestBodyChunkSentMessage;
  if (request.method !== 'POST' || !request.path.endsWith('/messages')) return;
  const to = /"to":"([^"]+)"/.exec(Buffer.from(chunk).toString())?.[1];
  if (to !== undefined) marks.push(`${Number(process.hrtime.bigint() / 1_000n)} ${to}\n`);
});
