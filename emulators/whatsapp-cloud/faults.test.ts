import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, errorOf, idOf, openBench } from './test-bench.ts';

const ana = '+12025550143';
const text = { to: ana, text: { body: 'Hello' }, biz_opaque_callback_data: 'job-1' };

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  bench.emulator.customerSends(ana, { text: 'Hi' });
  await bench.emulator.idle();
});
afterEach(() => bench.close());

const outbound = () => bench.emulator.messagesOf(ana).filter(({ direction }) => direction === 'out');

describe('faults of sends', () => {
  it('cut-before: no answer, and the message was never taken', async () => {
    bench.emulator.fault({ kind: 'cut-before' });
    await expect(bench.send(text)).rejects.toThrow();
    await bench.emulator.idle();
    expect(outbound()).toEqual([]);
    expect(bench.statuses()).toEqual([]);
  });

  it('cut-after: no answer, yet the customer has it and its statuses carry our data', async () => {
    bench.emulator.fault({ kind: 'cut-after' });
    await expect(bench.send(text)).rejects.toThrow();
    await bench.emulator.idle();
    expect(outbound()).toMatchObject([{ text: 'Hello', status: 'delivered' }]);
    expect(bench.statuses()).toMatchObject([
      { status: 'sent', biz_opaque_callback_data: 'job-1' },
      { status: 'delivered', biz_opaque_callback_data: 'job-1' },
    ]);
  });

  it('5xx: Meta’s JSON or a proxy’s page, taken or not', async () => {
    bench.emulator.fault({ kind: '5xx' });
    const refused = await bench.send(text);
    expect([refused.status, errorOf(refused).code]).toEqual([503, 131016]);
    bench.emulator.fault({ kind: '5xx', nonJson: true });
    const page = await bench.send(text);
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(outbound()).toEqual([]);
    bench.emulator.fault({ kind: '5xx', accepted: true });
    expect((await bench.send(text)).status).toBe(503);
    expect(outbound()).toHaveLength(1);
  });

  it('429: with Retry-After, and not taken', async () => {
    bench.emulator.fault({ kind: '429', retryAfter: 7 });
    const refused = await bench.send(text);
    expect([refused.status, errorOf(refused).code, refused.headers.get('retry-after')]).toEqual([
      429,
      130429,
      '7',
    ]);
    expect(outbound()).toEqual([]);
    expect((await bench.send(text)).status).toBe(200);
  });

  it('code: as an error, as a failed status, or both', async () => {
    bench.emulator.fault({ kind: 'code', code: 131048 });
    expect(errorOf(await bench.send(text)).code).toBe(131048);
    expect(outbound()).toEqual([]);
    bench.emulator.fault({ kind: 'code', code: 131049, path: 'async' });
    const taken = await bench.send(text);
    await bench.emulator.idle();
    expect(bench.statuses()).toMatchObject([
      { id: idOf(taken), status: 'failed', errors: [{ code: 131049 }] },
    ]);
    bench.emulator.fault({ kind: 'code', code: 131026, path: 'both' });
    expect(errorOf(await bench.send(text)).code).toBe(131026);
    await bench.emulator.idle();
    expect(bench.statuses().at(-1)).toMatchObject({ status: 'failed', errors: [{ code: 131026 }] });
  });

  it('late: the message is there before its answer', async () => {
    bench.emulator.fault({ kind: 'late', scope: 'send', delayMs: 100 });
    const started = performance.now();
    const answer = await bench.send(text);
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
    expect(outbound()).toMatchObject([{ id: idOf(answer), status: 'delivered' }]);
  });

  it('hang: no answer until the client gives up', async () => {
    bench.emulator.fault({ kind: 'hang' });
    const signal = AbortSignal.timeout(50);
    const call = fetch(`${bench.url}/v26.0/200300400500600/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer sandbox-access-token', 'content-type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', ...text }),
      signal,
    });
    await expect(call).rejects.toThrow(/timeout/i);
    expect(outbound()).toEqual([]);
  });

  it('strikes only the customer it names, and only as often as it says', async () => {
    bench.emulator.fault({ kind: '5xx', to: '+1 202 555 0144', count: 2 });
    expect((await bench.send(text)).status).toBe(200);
    const other = { ...text, to: '+12025550144' };
    const statuses = [await bench.send(other), await bench.send(other), await bench.send(other)];
    expect(statuses.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it('may strike templates and media instead', async () => {
    bench.emulator.fault({ kind: '5xx', scope: 'templates' });
    expect((await bench.send(text)).status).toBe(200);
    const path = '/v26.0/100200300400500/message_templates';
    expect((await bench.graph(path)).status).toBe(503);
    expect((await bench.graph(path)).status).toBe(200);
  });
});
