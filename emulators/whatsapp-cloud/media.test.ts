import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, errorOf, openBench, SANDBOX_TOKEN } from './test-bench.ts';

const bytes = Buffer.from('%PDF-1.7 a form');
const authorization = `Bearer ${SANDBOX_TOKEN}`;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const upload = async (type: string, content: Buffer): Promise<Response> => {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', type);
  form.set('file', new File([new Uint8Array(content)], 'form.pdf', { type }));
  return fetch(`${bench.url}/v26.0/200300400500600/media`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
};

it('goes up, is described, comes down whole or in part, and is gone after five minutes or a delete', async () => {
  const uploaded = await upload('application/pdf', bytes);
  const { id } = Object(await uploaded.json());
  expect(id).toMatch(/^\d{1,32}$/);
  const node = (await bench.graph(`/v26.0/${id}`)).body;
  expect(node).toMatchObject({
    id,
    messaging_product: 'whatsapp',
    mime_type: 'application/pdf',
    file_size: String(bytes.length),
    sha256: createHash('sha256').update(bytes).digest('base64'),
  });
  const url = String(node.url);
  expect((await fetch(url)).status).toBe(401);
  const whole = await fetch(url, { headers: { authorization } });
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes);
  const part = await fetch(url, { headers: { authorization, range: 'bytes=0-3' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    '%PDF',
    `bytes 0-3/${bytes.length}`,
  ]);
  bench.emulator.advance(301_000);
  expect((await fetch(url, { headers: { authorization } })).status).toBe(404);
  await bench.graph(`/v26.0/${id}`, { method: 'DELETE' });
  expect(errorOf(await bench.graph(`/v26.0/${id}`))).toEqual({ code: 100, subcode: 33 });
});

it('a photo over 5 MB is refused', async () => {
  const refused = await upload('image/jpeg', Buffer.alloc(5 * 1024 * 1024 + 1));
  expect(refused.status).toBe(400);
});

it('what a customer sent can be fetched, and matches the hash of the webhook', async () => {
  bench.emulator.customerSends('+12025550143', {
    document: { filename: 'form.pdf', base64: bytes.toString('base64') },
  });
  await bench.emulator.idle();
  const document = Object(bench.inbound()[0]?.document);
  const { body } = await bench.graph(`/v26.0/${document.id}`);
  const content = await fetch(String(body.url), { headers: { authorization } });
  const hash = createHash('sha256')
    .update(Buffer.from(await content.arrayBuffer()))
    .digest('base64');
  expect(document).toMatchObject({ filename: 'form.pdf', sha256: hash });
});
