import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GraphError, noSuchObject } from './errors.ts';
import type { Media } from './model.ts';
import type { World } from './world.ts';

const urlLifeMs = 300_000;
const megabyte = 1024 * 1024;

/** Most bytes per kind. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media */
function maxBytes(mimeType: string): number {
  if (mimeType === 'image/webp') return 500 * 1024;
  if (mimeType.startsWith('image/')) return 5 * megabyte;
  return /^(audio|video)\//.test(mimeType) ? 16 * megabyte : 100 * megabyte;
}

/** Upload, and the bytes behind a descriptor's URL. */
export function mediaRoutes(app: FastifyInstance, world: World, base: string): void {
  app.post(`${base}/:id/media`, { bodyLimit: 105 * megabyte }, async (request) => {
    const { id } = z.object({ id: z.string() }).parse(request.params);
    if (id !== world.business.phoneNumberId) throw noSuchObject(id, 'post');
    const form = await formOf(request);
    const file = form.get('file');
    if (form.get('messaging_product') !== 'whatsapp')
      throw new GraphError(100, 'messaging_product is required', {
        message: '(#100) The parameter messaging_product is required.',
      });
    if (!(file instanceof File)) throw new GraphError(100, 'file is required');
    const wanted = form.get('type');
    const mimeType = typeof wanted === 'string' && wanted !== '' ? wanted : file.type;
    const bytes = Buffer.from(await file.arrayBuffer());
    if (bytes.length > maxBytes(mimeType))
      throw new GraphError(100, `${mimeType}: more than ${maxBytes(mimeType)} bytes`);
    const media: Media = {
      id: world.newId(),
      mimeType,
      filename: file.name,
      sha256: createHash('sha256').update(bytes).digest('base64'),
      size: bytes.length,
      base64: bytes.toString('base64'),
      createdAt: world.now(),
      expiresAt: world.now() + 30 * 86_400_000,
    };
    world.store.put({ t: 'media', v: media });
    return { id: media.id };
  });

  app.get(`${base}/:id/bytes`, async (request, reply) => {
    const { id } = z.object({ id: z.string() }).parse(request.params);
    const { expires, hash } = z
      .looseObject({ expires: z.coerce.number().default(0), hash: z.string().default('') })
      .parse(request.query);
    const media = world.store.media.get(id);
    const expected = Buffer.from(hashOf(world, id, expires));
    const given = Buffer.from(hash);
    const fits = given.length === expected.length && timingSafeEqual(given, expected);
    if (!media || !fits || expires < world.now()) return reply.code(404).type('text/plain').send('Not found');
    const bytes = Buffer.from(media.base64, 'base64');
    reply.header('accept-ranges', 'bytes').type(media.mimeType);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (!range) return reply.send(bytes);
    const start = Number(range[1]);
    const end = Math.min(bytes.length - 1, range[2] ? Number(range[2]) : bytes.length - 1);
    if (start > end) return reply.code(416).header('content-range', `bytes */${bytes.length}`).send('');
    return reply
      .code(206)
      .header('content-range', `bytes ${start}-${end}/${bytes.length}`)
      .send(bytes.subarray(start, end + 1));
  });
}

/** The descriptor of `GET /{media-id}`; its URL lives five minutes. */
export function mediaNode(world: World, request: FastifyRequest, id: string): object | null {
  const media = world.store.media.get(id);
  if (!media || media.expiresAt <= world.now()) return null;
  const { version } = z.object({ version: z.string() }).parse(request.params);
  const url = new URL(`/${version}/${id}/bytes`, `${request.protocol}://${request.host}`);
  const expires = world.now() + urlLifeMs;
  url.searchParams.set('expires', String(expires));
  url.searchParams.set('hash', hashOf(world, id, expires));
  return {
    messaging_product: 'whatsapp',
    url: url.href,
    mime_type: media.mimeType,
    sha256: media.sha256,
    file_size: String(media.size),
    id,
  };
}

function hashOf(world: World, id: string, expires: number): string {
  return createHmac('sha256', world.business.accessToken).update(`${id}/${expires}`).digest('base64url');
}

async function formOf(request: FastifyRequest): Promise<FormData> {
  const type = request.headers['content-type'] ?? '';
  if (!(request.body instanceof Uint8Array) || !type.startsWith('multipart/form-data'))
    throw new GraphError(100, 'multipart/form-data is required');
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new GraphError(100, 'the multipart body cannot be read');
  }
}
