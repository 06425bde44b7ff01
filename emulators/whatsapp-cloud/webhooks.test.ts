import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { escapeNonAscii, signatureOf } from './signature.ts';
import { type Bench, openBench } from './test-bench.ts';

const ana = '+12025550143';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('signature', () => {
  it("is Meta's: over the escaped text, not over its UTF-8", () => {
    const payload = {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '100200300400500',
          changes: [
            { field: 'messages', value: { messages: [{ type: 'text', text: { body: 'Sí, claro 👍' } }] } },
          ],
        },
      ],
    };
    const body = escapeNonAscii(JSON.stringify(payload));
    expect(body).toHaveLength(191);
    expect(body).toContain('S\\u00ed, claro \\ud83d\\udc4d');
    expect(signatureOf(body, 'test-app-secret')).toBe(
      'sha256=822a0c8fcfb47810f405d74548b70aa3e00db8a651a7cabf11a02e2cb7b12ad0',
    );
    expect(signatureOf(JSON.stringify(payload), 'test-app-secret')).toBe(
      'sha256=76a3ba130205044ae11dc78d91a0e83bd28ca6d0016c5ebded7f5d9f18f3f209',
    );
  });

  it('holds for what is sent, and what is sent is ASCII', async () => {
    bench.emulator.customerSends(ana, { text: 'Não, obrigado 🙏' });
    await bench.emulator.idle();
    expect(bench.badSignatures()).toBe(0);
    expect(bench.bodies[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(bench.inbound()).toMatchObject([{ text: { body: 'Não, obrigado 🙏' } }]);
  });
});

describe('delivery', () => {
  it.each([500, 201, 302, 404])('%d is no success: the same body comes again until 200', async (answer) => {
    bench.answers.push(answer, answer, 200);
    bench.emulator.customerSends(ana, { text: 'No' });
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(3);
    expect(new Set(bench.bodies).size).toBe(1);
    expect(bench.emulator.deliveries()).toMatchObject([
      { state: 'delivered', attempts: [{ httpStatus: answer }, { httpStatus: answer }, { httpStatus: 200 }] },
    ]);
  });

  it('waits for a URL', async () => {
    const late = await openBench({ webhookUrl: undefined });
    late.emulator.customerSends(ana, { text: 'No' });
    await late.emulator.idle();
    expect(late.emulator.deliveries()).toMatchObject([{ state: 'pending', attempts: [] }]);
    late.emulator.setWebhookUrl(bench.emulator.deliveries()[0]?.attempts[0]?.url ?? (await hookOf(bench)));
    await late.emulator.idle();
    expect(bench.inbound()).toMatchObject([{ text: { body: 'No' } }]);
    await late.close();
  });

  it('keeps a log from which a delivery can be sent again', async () => {
    bench.emulator.customerSends(ana, { text: 'No' });
    await bench.emulator.idle();
    const [delivery] = bench.emulator.deliveries();
    expect((await bench.control('POST', `/webhooks/${delivery?.id}/redeliver`)).status).toBe(202);
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(2);
    expect(bench.bodies[0]).toBe(bench.bodies[1]);
  });

  it('shows how the handshake ends, with the right and with a wrong token', async () => {
    expect((await bench.control('POST', '/webhooks/handshake')).body).toMatchObject({
      ok: true,
      problem: null,
    });
    const wrong = await bench.control('POST', '/webhooks/handshake', { verifyToken: 'nonsense' });
    expect(wrong.body).toMatchObject({ ok: false, httpStatus: 403 });
  });

  it('carries any change a test asks for, signed', async () => {
    const value = { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } };
    await bench.control('POST', '/webhooks', { field: 'account_update', value });
    await bench.emulator.idle();
    expect(bench.changes()).toEqual([{ field: 'account_update', value }]);
  });
});

describe('faults of webhooks', () => {
  it('duplicate: the same update twice', async () => {
    bench.emulator.fault({ kind: 'duplicate' });
    bench.emulator.customerSends(ana, { text: 'No' });
    bench.emulator.customerSends(ana, { text: 'Hello' });
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(3);
    const ids = bench.inbound().map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('out-of-order: the later one first', async () => {
    bench.emulator.fault({ kind: 'out-of-order', count: 3 });
    for (const text of ['1', '2', '3']) bench.emulator.customerSends(ana, { text });
    await bench.emulator.idle();
    expect(bench.inbound()).toMatchObject(['3', '2', '1'].map((body) => ({ text: { body } })));
  });

  it('batch: one body with several entries, changes and messages, of different fields and people', async () => {
    bench.emulator.fault({ kind: 'batch', count: 5 });
    bench.emulator.customerSends(ana, { text: '1' });
    bench.emulator.customerSends(ana, { text: '2' });
    bench.emulator.customerPrefers(ana, 'stop');
    bench.emulator.customerSends('+12025550144', { text: '3' });
    await bench.control('POST', '/templates/spring_sale:en/status', { event: 'PAUSED' });
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(1);
    const { entry } = JSON.parse(bench.bodies[0] ?? '');
    expect(entry.length).toBeGreaterThan(1);
    expect(entry[0].changes).toHaveLength(2);
    expect(entry[0].changes[0].value.messages).toHaveLength(2);
    expect(bench.changes().map(({ field }) => field)).toEqual([
      'messages',
      'user_preferences',
      'messages',
      'message_template_status_update',
    ]);
    expect(bench.inbound()).toHaveLength(3);
  });

  it('a group that does not fill up is sent when the faults are removed', async () => {
    bench.emulator.fault({ kind: 'batch', count: 9, delayMs: 600_000 });
    bench.emulator.customerSends(ana, { text: '1' });
    bench.emulator.customerSends(ana, { text: '2' });
    expect((await bench.control('DELETE', '/faults')).status).toBe(204);
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(1);
    expect(bench.inbound()).toHaveLength(2);
  });

  it('late: after the next one', async () => {
    bench.emulator.fault({ kind: 'late', delayMs: 150, type: 'text' });
    bench.emulator.customerSends(ana, { text: 'first' });
    bench.emulator.customerSends(ana, { text: 'second' });
    await bench.emulator.idle();
    expect(bench.inbound()).toMatchObject([{ text: { body: 'second' } }, { text: { body: 'first' } }]);
  });

  it('cut-after: the answer is lost, so the update comes twice; cut-before: once, later', async () => {
    bench.emulator.fault({ kind: 'cut-after', scope: 'webhook' });
    bench.emulator.customerSends(ana, { text: 'No' });
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(2);
    bench.emulator.fault({ kind: 'cut-before', scope: 'webhook' });
    bench.emulator.customerSends(ana, { text: 'No' });
    await bench.emulator.idle();
    expect(bench.bodies).toHaveLength(3);
  });

  it('drop: never, and the log says so; with a filter only this status', async () => {
    bench.emulator.fault({ kind: 'drop', status: 'delivered' });
    bench.emulator.customerSends(ana, { text: 'Hi' });
    await bench.send({ to: ana, text: { body: 'Hello' } });
    await bench.emulator.idle();
    expect(bench.statuses().map(({ status }) => status)).toEqual(['sent']);
    expect(bench.emulator.deliveries().filter(({ state }) => state === 'dropped')).toHaveLength(1);
  });

  it('bad-signature: refused once and not repeated', async () => {
    bench.emulator.fault({ kind: 'bad-signature' });
    bench.emulator.customerSends(ana, { text: 'No' });
    await bench.emulator.idle();
    expect(bench.badSignatures()).toBe(1);
    expect(bench.bodies).toHaveLength(0);
  });

  it('unescaped: UTF-8, signed as sent', async () => {
    bench.emulator.fault({ kind: 'unescaped' });
    bench.emulator.customerSends(ana, { text: 'Não' });
    await bench.emulator.idle();
    expect(bench.bodies[0]).toContain('Não');
  });

  it('every: strikes each nth and nothing else', async () => {
    bench.emulator.fault({ kind: 'drop', every: 2 });
    for (const text of ['1', '2', '3', '4', '5']) bench.emulator.customerSends(ana, { text });
    await bench.emulator.idle();
    expect(bench.inbound()).toMatchObject(['1', '3', '5'].map((body) => ({ text: { body } })));
  });

  it('a kind that cannot strike there is refused', async () => {
    const refused = await bench.control('POST', '/faults', { kind: 'duplicate', scope: 'send' });
    expect(refused.status).toBe(400);
    expect((await bench.control('POST', '/faults', { kind: 'code' })).status).toBe(400);
  });
});

async function hookOf(other: Bench): Promise<string> {
  const { body } = await other.control('GET', '/webhooks');
  return String(Object(body).url);
}
