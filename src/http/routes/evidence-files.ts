import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { notFound } from '../../actions/refusal.ts';
import { cleanFileName, contentDisposition } from '../../core/file-name.ts';
import { type EvidenceFile, readLedgerFile, readWaitingFile } from '../../db/evidence-files.ts';
import { isUuid } from '../../db/rows.ts';
import { LOCKED } from '../security-headers.ts';

const seesHistory = { config: { right: 'see-history' }, exposeHeadRoute: false } as const;

/** Files attached as evidence, for who sees the customer: of a line of the history, and of a grant that waits. */
export function evidenceFileRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/evidence-files/:contactPointId/:seq',
      {
        ...seesHistory,
        schema: {
          tags: ['Consent'],
          params: z.object({
            contactPointId: z.string().max(100),
            seq: z.coerce.number().int().min(1).max(2_147_483_647),
          }),
        },
      },
      async ({ params: { contactPointId, seq }, caller }, reply) => {
        const file = isUuid(contactPointId) ? await readLedgerFile(db, contactPointId, seq, caller) : null;
        return send(reply, file);
      },
    );
    app.get(
      '/pending-grants/:id/file',
      {
        ...seesHistory,
        schema: { tags: ['Consent'], params: z.object({ id: z.string().max(100) }) },
      },
      async ({ params: { id }, caller }, reply) => {
        const file = isUuid(id) ? await readWaitingFile(db, id, caller) : null;
        return send(reply, file && { name: file.name, content: Buffer.from(file.base64, 'base64') });
      },
    );
  };
}

/** To be kept, and never opened as a page of ours: whoever attached it chose name and content. */
function send(reply: FastifyReply, file: EvidenceFile | null): FastifyReply {
  if (file === null) throw notFound('file');
  return reply
    .type('application/octet-stream')
    .headers({
      'content-disposition': contentDisposition('attachment', cleanFileName(file.name) ?? 'evidence'),
      'content-security-policy': LOCKED,
      'cache-control': 'private, no-store',
    })
    .send(Buffer.from(file.content));
}
