import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { appendFileSync, readFileSync } from 'node:fs';
import type { DiagnosticsChannel } from 'undici';

/**
 * Loaded into a node before the product (`node --import`): writes down when each call to WhatsApp leaves, moves the process's
 * clock where the harness says so, and knows where WhatsApp is, as slowly as the harness says. The product knows nothing of it.
 * `FAULT_CALLS` is the file to write to; `FAULT_CLOCK` and `FAULT_LOOKUP` hold how far the clock is off and how long looking
 * up a name takes, ms.
 */
const calls = process.env.FAULT_CALLS ?? '';
const trueNow = Date.now.bind(Date);
const numberIn = (file: string | undefined): number => {
  try {
    return Number(readFileSync(file ?? '', 'utf8')) || 0;
  } catch {
    return 0;
  }
};
let off = 0;
setInterval(() => {
  off = numberIn(process.env.FAULT_CLOCK);
}, 20).unref();

Date.now = () => trueNow() + off;
const TrueDate = Date;
globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, made) =>
    Reflect.construct(target, args.length === 0 ? [trueNow() + off] : args, made),
});

/** Written at once: a process that is killed leaves what it did. */
const note = (messageId: string, what: string): void =>
  appendFileSync(calls, `${trueNow()} ${messageId} ${what}\n`);

/** The message of a request that was written. */
const written = new WeakMap<DiagnosticsChannel.Request, string>();
subscribe('undici:request:bodyChunkSent', (message) => {
  const { request, chunk } = message as DiagnosticsChannel.RequestBodyChunkSentMessage;
  const messageId = /"biz_opaque_callback_data":"([^"]+)"/.exec(Buffer.from(chunk).toString())?.[1];
  if (messageId === undefined) return;
  written.set(request, messageId);
  note(messageId, 'call');
});
subscribe('undici:request:headers', (message) => {
  const { request, response } = message as DiagnosticsChannel.RequestHeadersMessage;
  const messageId = written.get(request);
  if (messageId !== undefined) note(messageId, String(response.statusCode));
});
subscribe('undici:request:error', (message) => {
  const { request, error } = message as DiagnosticsChannel.RequestErrorMessage;
  const messageId = written.get(request);
  if (messageId !== undefined) note(messageId, 'code' in error ? String(error.code) : 'lost');
});

const trueLookup = dns.lookup;
dns.lookup = ((host: string, options: dns.LookupOptions, answer: LookupAnswer) => {
  if (host !== 'localhost') return trueLookup(host, options, answer);
  const found = { address: '127.0.0.1', family: 4 };
  setTimeout(
    () => (options.all === true ? answer(null, [found]) : answer(null, found.address, found.family)),
    numberIn(process.env.FAULT_LOOKUP),
  );
}) as typeof dns.lookup;
type LookupAnswer = (error: Error | null, found: string | dns.LookupAddress[], family?: number) => void;

appendFileSync(calls, `pid ${process.pid}\n`);
