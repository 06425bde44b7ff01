import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MediaOut, MessageOut, MessagePage } from '../../src/http/schemas/chat.ts';
import { bomb, exe, html, jpeg, mp4, noisyPng, ogg, pdf, png, sha256, svg, webp } from './files.ts';
import { ADMIN_API_KEY, openWorld, type World } from './world.ts';

/** Files of both directions, through the API, the worker and the emulator, as the product runs. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const key = { authorization: `Bearer ${ADMIN_API_KEY}` };
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(world.url + path, { headers: { ...key, ...headers } });

/** Asks again until it holds: files come by a worker of their own. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const give = performance.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > give) throw new Error('it did not come about in 15 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const conversationOf = async (phone: string): Promise<string> => {
  const list = z.object({ items: z.array(z.object({ id: z.string() })) });
  const { items } = await world.ok(list, 'GET', `/api/conversations?phone=${encodeURIComponent(phone)}`);
  const [first] = items;
  if (first === undefined) throw new Error('no conversation');
  return first.id;
};
const thread = async (phone: string): Promise<MessageOut[]> =>
  (await world.ok(MessagePage, 'GET', `/api/conversations/${await conversationOf(phone)}/messages`)).items;

/** What came of the newest file of this customer, once nothing is left to do about it. */
const fileOf = (phone: string): Promise<MediaOut> =>
  until(async () => {
    const media = (await thread(phone)).find((message) => message.media !== undefined)?.media;
    return media !== undefined && media.state !== 'pending' ? media : undefined;
  });

type Act = Parameters<World['emulator']['customerSends']>[1];
async function sends(act: Act, phone = world.newPhone()): Promise<{ phone: string; media: MediaOut }> {
  world.emulator.customerSends(phone, act);
  await world.settled();
  return { phone, media: await fileOf(phone) };
}
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function upload(
  bytes: Uint8Array,
  name: string,
  query = '',
): Promise<{ status: number; body: unknown }> {
  const form = new FormData();
  form.set('file', new File([new Uint8Array(bytes)], name));
  const answer = await fetch(`${world.url}/api/media${query}`, { method: 'POST', headers: key, body: form });
  return { status: answer.status, body: await answer.json() };
}

describe('what a customer sends', () => {
  test('a picture is fetched, shown with a small one, and is the same bytes', async () => {
    const bytes = await png(1200, 800);
    const { media } = await sends({ image: { caption: 'The form', base64: base64(bytes) } });
    expect(media).toMatchObject({
      kind: 'image',
      state: 'stored',
      mimeType: 'image/png',
      width: 1200,
      height: 800,
    });
    const answer = await get(`${media.url}?inline=1`);
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(bytes));
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': expect.stringMatching(/^inline/),
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
      'x-content-type-options': 'nosniff',
      'cache-control': expect.stringMatching(/private.*immutable/),
      etag: `"${sha256(bytes)}"`,
    });
    const small = await get(media.thumbnailUrl ?? '');
    expect(small.headers.get('content-type')).toBe('image/webp');
    expect(
      Buffer.from(await small.arrayBuffer())
        .subarray(8, 12)
        .toString(),
    ).toBe('WEBP');
  });

  test('a file of many parts comes whole and in any part', async () => {
    const bytes = Buffer.concat([pdf, Buffer.alloc(900_000, 7)]);
    const { media } = await sends({ document: { filename: 'a.pdf', base64: base64(bytes) } });
    expect(media).toMatchObject({ state: 'stored', size: bytes.length, fileName: 'a.pdf' });
    const etag = `"${sha256(bytes)}"`;
    const ask = async (range: string, more: Record<string, string> = {}) => {
      const answer = await get(media.url, { range, ...more });
      const part = Buffer.from(await answer.arrayBuffer());
      return { status: answer.status, at: answer.headers.get('content-range'), part };
    };
    const size = bytes.length;
    for (const [from, to] of [
      [0, 9],
      [262_140, 262_150],
      [262_144, 524_287],
      [524_280, size - 1],
    ] as const) {
      const { status, at, part } = await ask(`bytes=${from}-${to}`);
      expect([status, at]).toEqual([206, `bytes ${from}-${to}/${size}`]);
      expect(part.equals(bytes.subarray(from, to + 1))).toBe(true);
    }
    expect((await ask('bytes=-5')).part.equals(bytes.subarray(size - 5))).toBe(true);
    expect((await ask(`bytes=${size}-`)).status).toBe(416);
    // Half of this file and half of another one would be none.
    expect((await ask('bytes=0-9', { 'if-range': '"another"' })).status).toBe(200);
    expect((await ask('bytes=0-9', { 'if-range': etag })).status).toBe(206);
    expect((await get(media.url, { 'if-none-match': etag })).status).toBe(304);
  });

  test('voice, video and stickers are what they are', async () => {
    expect((await sends({ audio: { base64: base64(ogg) } })).media).toMatchObject({
      kind: 'audio',
      state: 'stored',
      mimeType: 'audio/ogg',
      voice: true,
    });
    expect((await sends({ video: { base64: base64(mp4) } })).media).toMatchObject({ mimeType: 'video/mp4' });
    expect((await sends({ sticker: { base64: base64(await webp()) } })).media).toMatchObject({
      mimeType: 'image/webp',
      thumbnailUrl: expect.any(String),
    });
  });

  test.each([
    ['a program that says it is a picture', { image: { base64: base64(exe) } }, 'media-dangerous'],
    [
      'a program as a document',
      { document: { filename: 'offer.pdf', base64: base64(exe) } },
      'media-dangerous',
    ],
    [
      'a script by its name',
      { document: { filename: 'offer.pdf.bat', base64: 'ZWNobyBoaQ==' } },
      'media-dangerous',
    ],
    ['a page as a picture', { image: { base64: base64(html) } }, 'media-type-refused'],
    ['a drawing with a script as a picture', { image: { base64: base64(svg) } }, 'media-type-refused'],
    ['a page as a sticker', { sticker: { base64: base64(html) } }, 'media-type-refused'],
    ['nothing at all', { image: { base64: '' } }, 'media-empty'],
  ] as const)('%s is not kept, and the message says why', async (_, act, reason) => {
    const { phone, media } = await sends(act);
    expect(media).toMatchObject({ state: 'refused', reason, size: null, thumbnailUrl: null });
    expect(media.reasonText).toMatch(/\.$/);
    expect((await get(media.url)).status).toBe(410);
    expect(await thread(phone)).toHaveLength(1);
  });

  test.each([
    ['page', html, 'invoice.html'],
    ['drawing', svg, 'plan.svg'],
  ])('a %s sent as a document leaves as a download, whatever is asked for', async (_, bytes, filename) => {
    const { media } = await sends({
      document: { filename, mimeType: 'application/pdf', base64: base64(bytes) },
    });
    expect(media.state).toBe('stored');
    const answer = await get(`${media.url}?inline=1`);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox/);
  });

  test('a damaged picture and one of 400 million pixels have no small one, and are downloads at most', async () => {
    const whole = await png(800, 800);
    const cut = (await sends({ image: { base64: base64(whole.subarray(0, whole.length - 400)) } })).media;
    expect(cut).toMatchObject({ state: 'stored', thumbnailUrl: null });
    const huge = (await sends({ image: { base64: base64(bomb()) } })).media;
    expect(huge).toMatchObject({ state: 'stored', thumbnailUrl: null, width: 20_000 });
    const answer = await get(`${huge.url}?inline=1`);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  test('a hostile file name is made harmless', async () => {
    const name = `../../etc/\u202egnp.${'x'.repeat(65_000)}"\r\nSet-Cookie: a=b\u0000.pdf`;
    const { media } = await sends({ document: { filename: name, base64: base64(pdf) } });
    for (const bad of ['\u202e', '\r', '\n', '\u0000', '/', '\\', '"'])
      expect(media.fileName).not.toContain(bad);
    expect(media.fileName?.length).toBeLessThanOrEqual(125);
    expect(media.fileName).toMatch(/\.pdf$/);
    const answer = await get(media.url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('the same file twice is stored once', async () => {
    const bytes = await png(333, 222);
    const first = await sends({ image: { base64: base64(bytes) } });
    const second = await sends({ image: { base64: base64(bytes) } });
    expect(first.media.id).not.toBe(second.media.id);
    expect(sha256(new Uint8Array(await (await get(second.media.url)).arrayBuffer()))).toBe(sha256(bytes));
  });

  test('what WhatsApp does not have any more is failed, with what to do', async () => {
    const phone = world.newPhone();
    world.emulator.customerSends(phone, {
      raw: { type: 'image', image: { id: '999999999', mime_type: 'image/jpeg', sha256: 'x' } },
    });
    await world.settled();
    const waiting = await until(async () => (await thread(phone))[0]?.media);
    expect(waiting.state).toBe('pending');
    expect((await get(waiting.url)).status).toBe(409);
    await world.advance(60_000);
    expect(await fileOf(phone)).toMatchObject({ state: 'failed', reason: 'media-expired' });
  });

  test.each([
    ['is out of service', { kind: '5xx', scope: 'media' }],
    ['answers a proxy’s page', { kind: '5xx', scope: 'media', nonJson: true }],
    ['cuts the connection', { kind: 'cut-before', scope: 'media' }],
    ['asks to wait', { kind: '429', scope: 'media' }],
  ] as const)('a WhatsApp that %s is asked again later', async (_, fault) => {
    world.emulator.fault(fault);
    const phone = world.newPhone();
    world.emulator.customerSends(phone, { image: {} });
    await world.settled();
    await until(async () => {
      await world.advance(8_000);
      return (await thread(phone))[0]?.media?.state === 'stored' ? true : undefined;
    });
  });

  test('bytes that are not those WhatsApp names are not kept', async () => {
    const { phone, media } = await sends({ image: { base64: base64(await jpeg()) } });
    expect(media.state).toBe('stored');
    const held = world.emulator.messagesOf(phone)[0]?.media?.id ?? '';
    const other = world.newPhone();
    world.emulator.customerSends(other, {
      raw: {
        type: 'image',
        image: { id: held, mime_type: 'image/jpeg', sha256: base64(Buffer.alloc(32, 9)) },
      },
    });
    await world.settled();
    for (let turn = 0; turn < 4; turn += 1) await world.advance(120_000);
    expect(
      await until(async () => {
        await world.advance(120_000);
        const found = (await thread(other))[0]?.media;
        return found?.state === 'pending' ? undefined : found;
      }),
    ).toMatchObject({ state: 'failed', reason: 'media-damaged' });
  });

  test('only who may see the conversation gets the file', async () => {
    const { media } = await sends({ image: {} });
    expect((await fetch(world.url + media.url)).status).toBe(401);
    const auditor = await world.as('auditor');
    expect((await auditor('GET', media.url)).status).toBe(200);
    expect((await get('/api/media/00000000-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

describe('what we send', () => {
  /** A customer whose window is open. */
  async function customer(): Promise<{ phone: string; conversationId: string }> {
    const phone = world.newPhone();
    await world.says(phone, 'Hello');
    return { phone, conversationId: await conversationOf(phone) };
  }
  const uploaded = async (bytes: Uint8Array, name: string, query = ''): Promise<MediaOut> => {
    const answer = await upload(bytes, name, query);
    if (answer.status !== 201) throw new Error(`not uploaded: ${JSON.stringify(answer.body)}`);
    return MediaOut.parse(answer.body);
  };
  async function sent(conversationId: string, more: object): Promise<MessageOut> {
    const answer = await world.send({ to: { conversationId }, ...more });
    if (answer.status !== 202) throw new Error(`not sent: ${JSON.stringify(answer.body)}`);
    await world.settled();
    return world.message(MessageOut.parse(answer.body).id);
  }

  test('a picture with its words reaches the phone; a text after it comes after it', async () => {
    const { phone, conversationId } = await customer();
    const bytes = await png();
    const media = await uploaded(bytes, 'shop.png');
    expect(media).toMatchObject({ kind: 'image', state: 'stored', width: 640, size: bytes.length });
    const [picture, text] = await Promise.all([
      world.send({ to: { conversationId }, mediaId: media.id, text: 'Our shop' }),
      world.send({ to: { conversationId }, text: 'And a word' }),
    ]);
    expect([picture.status, text.status]).toEqual([202, 202]);
    await world.settled();
    const out = world.emulator.messagesOf(phone).filter(({ direction }) => direction === 'out');
    expect(out.map(({ kind }) => kind).sort()).toEqual(['image', 'text']);
    expect(out.find(({ kind }) => kind === 'image')).toMatchObject({ text: 'Our shop' });
    expect(await world.message(MessageOut.parse(picture.body).id)).toMatchObject({
      kind: 'image',
      text: 'Our shop',
      status: expect.stringMatching(/sent|delivered/),
      media: { id: media.id, thumbnailUrl: expect.any(String) },
    });
  });

  test('a file WhatsApp holds is not uploaded again, also not to another customer', async () => {
    const bytes = Buffer.concat([pdf, Buffer.from('one upload')]);
    const one = await customer();
    const other = await customer();
    const media = await uploaded(bytes, 'terms.pdf');
    await sent(one.conversationId, { mediaId: media.id });
    world.emulator.fault({ kind: '5xx', scope: 'media', always: true });
    const again = await sent(other.conversationId, { mediaId: media.id });
    world.emulator.clearFaults();
    expect(again).toMatchObject({
      media: { fileName: 'terms.pdf' },
      status: expect.stringMatching(/sent|delivered/),
    });
    expect(again.media?.id).not.toBe(media.id);
    const [first, second] = [one, other].map(({ phone }) => world.emulator.messagesOf(phone).at(-1)?.media);
    expect(second).toEqual(first);
    expect(first?.filename).toBe('terms.pdf');
  });

  test('a file WhatsApp lost is uploaded once more', async () => {
    const { phone, conversationId } = await customer();
    const media = await uploaded(Buffer.concat([pdf, Buffer.from('lost')]), 'lost.pdf');
    await sent(conversationId, { mediaId: media.id });
    const held = world.emulator.messagesOf(phone).at(-1)?.media?.id;
    const lost = await fetch(`${world.url}/v26.0/${held}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${world.accessToken}` },
    });
    expect(lost.status).toBe(200);
    const again = await sent(conversationId, { mediaId: media.id });
    expect(again.status).toMatch(/sent|delivered/);
    expect(world.emulator.messagesOf(phone).at(-1)?.media?.id).not.toBe(held);
  });

  test('so is one whose message was put off before', async () => {
    const { phone, conversationId } = await customer();
    const media = await uploaded(Buffer.concat([pdf, Buffer.from('put off')]), 'put-off.pdf');
    await sent(conversationId, { mediaId: media.id });
    const held = world.emulator.messagesOf(phone).at(-1)?.media?.id;
    await fetch(`${world.url}/v26.0/${held}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${world.accessToken}` },
    });
    world.emulator.fault({ kind: '429' });
    const { id } = MessageOut.parse((await world.send({ to: { conversationId }, mediaId: media.id })).body);
    await until(async () => {
      await world.advance(30_000);
      return /sent|delivered/.test((await world.message(id)).status) ? true : undefined;
    });
    expect(world.emulator.messagesOf(phone).at(-1)?.media?.id).not.toBe(held);
  });

  test('while WhatsApp takes no file the message waits, and a refusal meanwhile cancels it', async () => {
    const { phone, conversationId } = await customer();
    const media = await uploaded(Buffer.concat([pdf, Buffer.from('waits')]), 'waits.pdf');
    world.emulator.fault({ kind: '5xx', scope: 'media', always: true });
    const answer = await world.send({ to: { conversationId }, mediaId: media.id });
    const { id, status } = MessageOut.parse(answer.body);
    expect(status).toBe('queued');
    world.emulator.customerSends(phone, { text: 'STOP' });
    await until(async () => ((await world.message(id)).status === 'cancelled' ? true : undefined));
    world.emulator.clearFaults();
    await world.advance(60_000);
    expect(await world.message(id)).toMatchObject({
      status: 'cancelled',
      reason: 'consent-denied',
      nextStep: 'ask-for-consent',
    });
    expect(world.emulator.messagesOf(phone).filter(({ kind }) => kind === 'document')).toEqual([]);
  });

  test('a file WhatsApp never takes fails its message, and lets go what was written after it', async () => {
    const { phone, conversationId } = await customer();
    const media = await uploaded(Buffer.concat([pdf, Buffer.from('never')]), 'never.pdf');
    world.emulator.fault({ kind: 'code', code: 131053, scope: 'media', httpStatus: 500, always: true });
    const answer = await world.send({ to: { conversationId }, mediaId: media.id });
    const after = await world.send({ to: { conversationId }, text: 'after it' });
    const { id } = MessageOut.parse(answer.body);
    const failed = await until(async () => {
      await world.pass(120_000);
      const message = await world.message(id);
      return message.status === 'failed' ? message : undefined;
    });
    world.emulator.clearFaults();
    expect(failed).toMatchObject({ reason: 'media-upload-failed', nextStep: 'send-again' });
    await world.settled();
    expect((await world.message(MessageOut.parse(after.body).id)).status).toMatch(/sent|delivered/);
    expect(world.emulator.messagesOf(phone).at(-1)?.text).toBe('after it');
  });

  test.each([
    ['an exe that is called .jpg', exe, 'photo.jpg', '', 422, 'media-type-refused'],
    ['a page', html, 'page.html', '', 422, 'media-type-refused'],
    ['a drawing', svg, 'a.svg', '', 422, 'media-type-refused'],
    ['nothing', Buffer.alloc(0), 'a.png', '', 422, 'media-empty'],
    ['a sound as a picture', ogg, 'a.ogg', '?kind=image', 422, 'media-type-refused'],
  ] as const)('%s is refused before it is stored', async (_, bytes, name, query, status, code) => {
    expect(await upload(bytes, name, query)).toMatchObject({ status, body: { code, status } });
  });

  test('pictures that are too large, damaged or bombs are refused', async () => {
    expect(await upload(await noisyPng(1400), 'large.png')).toMatchObject({
      status: 413,
      body: { code: 'media-too-large' },
    });
    expect((await upload(await noisyPng(1400), 'large.png', '?kind=document')).status).toBe(201);
    const whole = await png(900, 900);
    expect(await upload(whole.subarray(0, whole.length - 300), 'cut.png')).toMatchObject({
      status: 422,
      body: { code: 'media-unreadable' },
    });
    expect(await upload(bomb(), 'bomb.png')).toMatchObject({
      status: 422,
      body: { code: 'media-unreadable' },
    });
  });

  test('what is no upload of one’s own cannot be sent, nor seen', async () => {
    const { conversationId } = await customer();
    const agent = await world.as('agent');
    const media = await uploaded(pdf, 'mine.pdf');
    expect((await agent('GET', media.url)).status).toBe(404);
    expect((await agent('POST', '/api/messages', { to: { conversationId }, mediaId: media.id })).status).toBe(
      404,
    );
    expect((await world.send({ to: { conversationId }, mediaId: 'nonsense' })).status).toBe(404);
    const sound = await uploaded(ogg, 'voice.ogg');
    expect(sound).toMatchObject({ kind: 'audio', voice: true });
    expect(await world.send({ to: { conversationId }, mediaId: sound.id, text: 'words' })).toMatchObject({
      status: 422,
      body: { code: 'caption-not-allowed' },
    });
  });

  test('the same request under one key is one message', async () => {
    const { phone, conversationId } = await customer();
    const media = await uploaded(await jpeg(), 'once.jpg');
    const body = { to: { conversationId }, mediaId: media.id };
    const headers = { 'idempotency-key': 'one intent' };
    const [first, second] = [await world.send(body, headers), await world.send(body, headers)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(MessageOut.parse(second.body).id).toBe(MessageOut.parse(first.body).id);
    await world.settled();
    expect(world.emulator.messagesOf(phone).filter(({ kind }) => kind === 'image')).toHaveLength(1);
  });
});
