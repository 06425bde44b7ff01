import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openWorld } from '../stories/world.ts';

/** A collector on this machine gets what happened, and nothing that names anybody. */

const Value = z.object({ stringValue: z.string().optional(), intValue: z.string().optional() });
const Attribute = z.object({ key: z.string(), value: Value });
const Ref = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
});
const Span = Ref.extend({
  parentSpanId: z.string(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(Attribute),
  links: z.array(Ref),
});
const Request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

it('webhook, decision and hand-over arrive as spans without personal data', { timeout: 60_000 }, async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      bodies.push(`${request.method} ${request.url} ${request.headers['x-team'] ?? ''}\n${body}`);
      response.end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const world = await openWorld({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=desk',
      OTEL_SERVICE_NAME: 'assent-test',
    },
  });
  const phone = world.newPhone();
  await world.setUpContactType();
  const asked = await world.sendConsent(
    await world.record('contact', { fullname: 'Zyxana Quillfeather', mobilephone: phone }),
  );
  await world.tap(phone, 'no');
  await world.says(phone, 'my vexing plumbus is leaking');
  // An address that holds a number.
  await world.consent(phone);
  await world.api('GET', '/readyz');
  await world.close();
  collector.close();

  expect(bodies.every((body) => body.startsWith('POST /v1/traces desk\n'))).toBe(true);
  const requests = bodies.map((body) => Request.parse(JSON.parse(body.slice(body.indexOf('\n')))));
  const resource = requests[0]?.resourceSpans[0]?.resource.attributes;
  expect(resource).toContainEqual({ key: 'service.name', value: { stringValue: 'assent-test' } });
  const spans = requests.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  const attribute = (span: z.infer<typeof Span>, key: string) => {
    const value = span.attributes.find((one) => one.key === key)?.value;
    return value?.stringValue ?? value?.intValue;
  };

  // The refusal: a webhook, within it the commit that stored it, within that the decision.
  const decided = spans.find((span) => span.name === 'decide' && attribute(span, 'assent.acts') === 'button');
  const all = new Map(spans.map((span) => [span.spanId, span]));
  const stored = all.get(decided?.parentSpanId ?? '');
  const webhook = all.get(stored?.parentSpanId ?? '');
  expect([stored?.name, webhook?.name]).toEqual(['store webhooks', 'POST /webhooks/whatsapp']);
  expect(new Set([decided, stored, webhook].map((span) => span?.traceId)).size).toBe(1);
  if (webhook === undefined || stored === undefined) throw new Error('not traced');
  expect(attribute(webhook, 'http.response.status_code')).toBe('200');
  expect(BigInt(webhook.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(stored.startTimeUnixNano));
  expect(BigInt(stored.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(webhook.endTimeUnixNano));

  // A message is found by its id. On a machine that is too slow for the deadline of a call, so are the tries before it.
  const handed = spans.filter((span) => span.traceId === asked.id.replaceAll('-', ''));
  const ended = handed.map((span) => [span.name, span.kind, attribute(span, 'assent.outcome')]);
  expect(ended.filter(([, , outcome]) => outcome !== 'past-deadline')).toEqual([
    ['hand over', 3, 'accepted'],
  ]);
  expect(spans.map((span) => span.name)).not.toContain('GET /readyz');

  for (const secret of [phone, phone.slice(1), 'Quillfeather', 'plumbus', 'Bearer', 'wamid'])
    expect(bodies.join('').includes(secret), secret).toBe(false);
});
