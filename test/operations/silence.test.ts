import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimSends, handOver } from '../../src/actions/hand-over.ts';
import { createIngest } from '../../src/actions/ingest.ts';
import { recordDecision } from '../../src/actions/record-consent.ts';
import { sendMessage } from '../../src/actions/send-message.ts';
import { rightsOf } from '../../src/core/rights.ts';
import { createTestApp, type TestApp } from '../app.ts';
import { createTestContext, freePermits, NOON, type TestContext } from '../context.ts';
import { recordingWhatsApp, textDelivery } from '../faults/nodes.ts';

/** WhatsApp takes our messages, and no webhook comes: what the page, the metrics and whoever is on call see of it. */

const PHONE = '+12025550190';
const MINUTE = 60_000;
let context: TestContext;
let test: TestApp;

beforeEach(async () => {
  context = await createTestContext({ provider: recordingWhatsApp([], () => 0.9) });
  test = await createTestApp({ context, routes: 'api' });
  await write('Hello', 'wamid.hello', NOON);
  const evidence = { text: 'agreed at the counter' };
  const to = { phone: PHONE };
  await recordDecision(
    test.ctx,
    { to, purpose: 'service', decision: 'granted', evidence },
    { id: 'test', name: 'Test' },
  );
});
afterEach(async () => {
  await test.close();
  await context.close();
});

const write = (text: string, id: string, at: number) =>
  createIngest(test.ctx).submit(textDelivery(PHONE, text, id, at));

async function send(): Promise<void> {
  const sender = {
    id: 'test',
    name: 'Test',
    path: 'api' as const,
    rights: rightsOf('agent'),
    actor: null,
  };
  await sendMessage(test.ctx, { to: { phone: PHONE }, text: 'one' }, sender, null);
  const { claims } = await claimSends(test.ctx, freePermits(10));
  expect(claims).toHaveLength(1);
  for (const claim of claims) await handOver(test.ctx, claim);
}

async function seen(): Promise<{ page: string | null; metric: number }> {
  const channel = await test.app.inject({ url: '/api/channel', headers: test.key });
  const metrics = await test.app.inject({ url: '/metrics' });
  return {
    page: channel.json().silentSince,
    metric: Number(/^assent_webhooks_silent_seconds (\S+)$/m.exec(metrics.body)?.[1]),
  };
}

it('is nothing while nothing is sent, however long nobody writes', async () => {
  test.setNow(NOON + 600 * MINUTE);
  expect(await seen()).toEqual({ page: null, metric: 0 });
});

it('shows the first message that WhatsApp took since the last webhook, and ends with the next webhook', async () => {
  const sentAt = NOON + 60 * MINUTE;
  test.setNow(sentAt);
  await send();
  test.setNow(sentAt + 10 * MINUTE);
  await send();
  expect(await seen()).toEqual({ page: null, metric: 600 });
  test.setNow(sentAt + 15 * MINUTE);
  expect(await seen()).toEqual({ page: new Date(sentAt).toISOString(), metric: 900 });
  await write('Thanks', 'wamid.thanks', sentAt + 15 * MINUTE);
  expect(await seen()).toEqual({ page: null, metric: 0 });
  // Silent anew, from what was sent after that.
  test.setNow(sentAt + 30 * MINUTE);
  await send();
  test.setNow(sentAt + 50 * MINUTE);
  expect(await seen()).toEqual({ page: new Date(sentAt + 30 * MINUTE).toISOString(), metric: 1_200 });
});
