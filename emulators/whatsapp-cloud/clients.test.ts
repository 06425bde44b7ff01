import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { ActionButtons, Body, Button, Interactive, Language, Template, Text } from 'whatsapp-api-js/messages';
import { BodyComponent, BodyParameter, PayloadComponent } from 'whatsapp-api-js/messages/template';
import { z } from 'zod';
import { SANDBOX } from './emulator.ts';
import { type Bench, openBench } from './test-bench.ts';

const ana = '+12025550143';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ settings: { enforcePairLimit: false } });
  bench.emulator.customerSends(ana, { text: 'Hi' });
  await bench.emulator.idle();
});
afterEach(() => bench.close());

describe('a client that is not ours (whatsapp-api-js)', () => {
  const client = () =>
    new WhatsAppAPI({
      token: SANDBOX.accessToken,
      secure: false,
      v: 'v26.0',
      ponyfill: {
        fetch: (input, init) => fetch(String(input).replace('https://graph.facebook.com', bench.url), init),
      },
    });

  it('sends text, buttons and a template, and marks as read', async () => {
    const api = client();
    const id = SANDBOX.phoneNumberId;
    const sent = [
      await api.sendMessage(id, ana, new Text('Hello')),
      await api.sendMessage(
        id,
        ana,
        new Interactive(
          new ActionButtons(new Button('y', 'Yes'), new Button('n', 'No')),
          new Body('May we?'),
        ),
      ),
      await api.sendMessage(
        id,
        ana,
        new Template(
          'consent_request',
          new Language('en'),
          new BodyComponent(new BodyParameter('Ana')),
          new PayloadComponent('yes:1'),
          new PayloadComponent('no:1'),
        ),
      ),
    ];
    for (const answer of sent)
      expect(answer).toMatchObject({
        contacts: [{ wa_id: '12025550143' }],
        messages: [{ id: expect.any(String) }],
      });
    const [inbound, text, buttons, template] = bench.emulator.messagesOf(ana);
    expect(text?.text).toBe('Hello');
    expect(buttons?.buttons.map(({ label }) => label)).toEqual(['Yes', 'No']);
    expect(template?.buttons.map(({ payload }) => payload)).toEqual(['yes:1', 'no:1']);
    expect(await api.markAsRead(id, inbound?.id ?? '')).toEqual({ success: true });
  });

  it('reads our refusals as errors', async () => {
    const refused = await client().sendMessage(
      SANDBOX.phoneNumberId,
      ana,
      new Template('none', new Language('en')),
    );
    expect(refused).toMatchObject({ error: { code: 132001, fbtrace_id: expect.any(String) } });
  });
});

const examples = new URL(
  '../../../shared/contracts/whatsapp/facebook-openapi/extracted/send-message.requests.json',
  import.meta.url,
);

describe.skipIf(!existsSync(examples))('Meta’s own request examples', () => {
  it('are all taken, but for templates that do not exist here', async () => {
    const inbound = bench.emulator.messagesOf(ana)[0]?.id ?? '';
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new File(['x'], 'x.png', { type: 'image/png' }));
    const upload = await fetch(`${bench.url}/v26.0/${SANDBOX.phoneNumberId}/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SANDBOX.accessToken}` },
      body: form,
    });
    const { id } = z.object({ id: z.string() }).parse(await upload.json());
    const text = readFileSync(examples, 'utf8')
      .replace(/\{\{Recipient(?:-WA)?-Phone-Number\}\}/g, ana)
      .replace(/<(?:AUDIO|DOCUMENT|IMAGE|VIDEO)_OBJECT_ID>|<MEDIA_OBJECT_ID>/g, id)
      .replace(/<MSGID[^>]*>|wamid\.HBg[^"]*/g, inbound)
      // Placeholders longer than what they stand for may be.
      .replaceAll('<UNIQUE_BUTTON_ID_', '<ID_');
    const bodies = z.record(z.string(), z.record(z.string(), z.unknown())).parse(JSON.parse(text));
    expect(Object.keys(bodies).length).toBeGreaterThan(40);
    const codes: Record<string, unknown> = {};
    for (const [name, body] of Object.entries(bodies)) {
      // Leaves out the type, which then means text, and has no text.
      if (name === 'Send Reply to List Message') continue;
      const answer = await bench.send(body);
      const allowed = body.type === 'template' ? [200, 132001] : [200];
      const code = answer.status === 200 ? 200 : Object(answer.body.error).code;
      if (!allowed.includes(code)) codes[name] = answer.body;
    }
    expect(codes).toEqual({});
  });
});
