import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessConversation } from '../../actions/access-conversation.ts';
import type { Context } from '../../actions/context.ts';
import { notFound, Refusal } from '../../actions/refusal.ts';
import { takeUpload } from '../../actions/take-upload.ts';
import type { Config } from '../../config.ts';
import { contentDisposition, fileNameFor } from '../../core/file-name.ts';
import { isShown, MEDIA_KINDS } from '../../core/media.ts';
import { type MediaRow, readMedia } from '../../db/media.ts';
import { readBytes, readThumbnail } from '../../db/media-files.ts';
import { isUuid } from '../../db/rows.ts';
import { findInConversation } from '../../db/thread.ts';
import type { Caller } from '../auth.ts';
import { type ByteRange, readRange } from '../byte-range.ts';
import { mediaOut } from '../message-view.ts';
import { MediaOut } from '../schemas/chat.ts';
import { LOCKED } from '../security-headers.ts';

const ById = z.object({ id: z.string().min(1).max(100) });
type Stored = MediaRow & { fileId: string; sha256: string; size: number };

/** The bytes behind an id never change. */
const FOREVER = 'private, max-age=31536000, immutable';
/** Browsers' PDF viewers do not work in a sandbox; they are one of their own, and what they show has no origin. */
const LOCKED_PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'";

/** Files of messages, in and out. */
export function mediaRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  const { db } = ctx.database;

  /** The file, for one who may see the conversation it is in; one that was not sent yet is its uploader's alone. */
  async function stored(caller: Caller, id: string): Promise<Stored> {
    const media = isUuid(id) ? await readMedia(db, id) : null;
    if (media === null) throw notFound('file');
    if (media.conversationId === null || media.messageId === null) {
      if (media.uploadedBy !== caller.id) throw notFound('file');
    } else {
      await accessConversation(db, caller, media.conversationId);
      const by = { id: media.messageId, whatsappId: null };
      const message = await findInConversation(db, media.conversationId, by);
      if (message?.deleted === true)
        throw new Refusal(410, 'media-deleted', 'The customer deleted this message.');
    }
    const { fileId, sha256, size } = media;
    if (media.state === 'pending')
      throw new Refusal(409, 'media-pending', 'The file is still being fetched. Try again in a moment.');
    if (media.state !== 'stored' || fileId === null || sha256 === null || size === null)
      throw new Refusal(
        410,
        media.reasonCode ?? 'media-failed',
        media.reasonText ?? 'There is no such file.',
      );
    return { ...media, fileId, sha256, size };
  }

  return async (app) => {
    await app.register(multipart, {
      limits: { files: 1, fields: 10, fieldSize: 1_000, headerPairs: 50, fileSize: Number.POSITIVE_INFINITY },
    });

    app.post(
      '/media',
      {
        config: { right: 'chat' },
        schema: {
          tags: ['Chat'],
          summary: 'Upload one file (multipart/form-data) to send it with a message',
          consumes: ['multipart/form-data'],
          querystring: z.object({ kind: z.enum(MEDIA_KINDS).optional() }),
          response: { 201: MediaOut },
        },
      },
      async (request, reply) => {
        if (!request.isMultipart())
          throw new Refusal(415, 'unsupported-media-type', 'Send the file as multipart/form-data.');
        const part = await request.file();
        if (part === undefined) throw new Refusal(422, 'media-missing', 'There is no file in the request.');
        try {
          const media = await takeUpload(ctx, {
            // Left open where reading stops early: a parser whose file is destroyed waits for ever.
            content: part.file.iterator({ destroyOnReturn: false }),
            fileName: part.filename?.toWellFormed().replaceAll('\u0000', '') ?? null,
            kind: request.query.kind ?? null,
            senderId: request.caller.id,
            mostPerHour: config.ceilings.uploadMegabytesPerHour * 1024 * 1024,
          });
          return await reply.status(201).send(mediaOut(media));
        } finally {
          // What was not read has to pass all the same, or the answer would never be read.
          part.file.resume();
        }
      },
    );

    app.get(
      '/media/:id',
      {
        exposeHeadRoute: false,
        config: { right: 'see-chats' },
        schema: {
          tags: ['Chat'],
          params: ById,
          querystring: z.object({ inline: z.enum(['0', '1']).optional() }),
        },
      },
      async (request, reply) => {
        const media = await stored(request.caller, request.params.id);
        const shown = isShown(media);
        const inline = shown && request.query.inline === '1';
        const name = media.fileName ?? fileNameFor(media.kind, media.mimeType);
        reply.headers({
          'content-type': shown && media.mimeType !== null ? media.mimeType : 'application/octet-stream',
          'content-disposition': contentDisposition(inline ? 'inline' : 'attachment', name),
          'content-security-policy': inline && media.mimeType === 'application/pdf' ? LOCKED_PDF : LOCKED,
          'cache-control': FOREVER,
          'accept-ranges': 'bytes',
          etag: `"${media.sha256}"`,
        });
        return sendBytes(request, reply, media);
      },
    );

    app.get(
      '/media/:id/thumbnail',
      { exposeHeadRoute: false, config: { right: 'see-chats' }, schema: { tags: ['Chat'], params: ById } },
      async (request, reply) => {
        const media = await stored(request.caller, request.params.id);
        const thumbnail = await readThumbnail(db, media.fileId);
        if (thumbnail === null) throw notFound('thumbnail');
        return reply
          .headers({
            'content-type': 'image/webp',
            'content-disposition': 'inline; filename="thumbnail.webp"',
            'content-security-policy': LOCKED,
            'cache-control': FOREVER,
          })
          .send(Buffer.from(thumbnail));
      },
    );
  };

  function sendBytes(request: FastifyRequest, reply: FastifyReply, media: Stored): FastifyReply {
    const etag = `"${media.sha256}"`;
    const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
    if (known?.includes(etag) || known?.includes('*')) return reply.code(304).send();
    const condition = request.headers['if-range'];
    const wanted = condition === undefined || condition === etag ? request.headers.range : undefined;
    const range = readRange(wanted, media.size);
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${media.size}`).type('text/plain');
      return reply.code(416).send('');
    }
    const { start, end }: ByteRange = range ?? { start: 0, end: media.size - 1 };
    if (range !== null) reply.code(206).header('content-range', `bytes ${start}-${end}/${media.size}`);
    reply.header('content-length', end - start + 1);
    return reply.send(Readable.from(readBytes(db, media.fileId, start, end), { objectMode: false }));
  }
}
