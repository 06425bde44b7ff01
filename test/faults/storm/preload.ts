import { appendFileSync, readFileSync } from 'node:fs';

/**
 * Loaded into a node before the product (`node --import`): writes down when each call to WhatsApp begins, and moves the
 * process's clock where the harness says so. The product knows nothing of it. `FAULT_CALLS` is the file to write to,
 * `FAULT_CLOCK` the one that holds how far the clock is off, ms.
 */
const calls = process.env.FAULT_CALLS ?? '';
const clock = process.env.FAULT_CLOCK ?? '';
const trueNow = Date.now.bind(Date);
let off = 0;
setInterval(() => {
  try {
    off = Number(readFileSync(clock, 'utf8')) || 0;
  } catch {
    off = 0;
  }
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

const trueFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const isSend =
    init?.method === 'POST' && String(input).endsWith('/messages') && typeof init.body === 'string';
  const messageId = isSend ? /"biz_opaque_callback_data":"([^"]+)"/.exec(String(init.body))?.[1] : undefined;
  if (messageId === undefined) return trueFetch(input, init);
  note(messageId, 'call');
  try {
    const answer = await trueFetch(input, init);
    note(messageId, String(answer.status));
    return answer;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    note(
      messageId,
      typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'lost',
    );
    throw error;
  }
};

appendFileSync(calls, `pid ${process.pid}\n`);
