import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { entityTag } from '../../actions/changed-meanwhile.ts';
import type { Context } from '../../actions/context.ts';
import {
  changedAtWhatsApp,
  changeTemplate,
  createAnswerTemplates,
  createTemplate,
  editedPart,
  publishTemplate,
  retire,
  syncTemplates,
  type TemplateRow,
  templateProblems,
  waitingFor,
} from '../../actions/edit-templates.ts';
import { notFound } from '../../actions/refusal.ts';
import { madeOn } from '../../core/entity-tag.ts';
import type { MessageTemplateDefinition } from '../../core/message-template.ts';
import { isUuid } from '../../db/rows.ts';
import { listMessageTemplates, listWhatsAppTemplates, readMessageTemplate } from '../../db/templates.ts';
import { withTag } from '../entity-tag.ts';
import { itemsOf, MadeOnHeaders, pageOf, ShortListQuery } from '../schemas/common.ts';
import {
  MessageTemplateBody,
  MessageTemplateOut,
  PublishAnswer,
  WhatsAppTemplateOut,
} from '../schemas/templates.ts';
import { isoTime } from '../views.ts';
import { pageOfAll } from './cursor.ts';

const ById = z.object({ id: z.string().min(1).max(100) });
const Problems = z.object({
  problems: z.array(
    z.object({
      code: z.string(),
      message: z.string(),
      severity: z.string(),
      fix: z.string(),
      values: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** A definition with nothing left open, from what the API takes. */
function definitionFrom(input: z.infer<typeof MessageTemplateBody>): MessageTemplateDefinition {
  return {
    name: input.name,
    type: input.type,
    recordType: input.recordType,
    session: input.session,
    whatsappTemplate: input.whatsappTemplate ?? null,
    bindings: Object.fromEntries(
      Object.entries(input.bindings ?? {}).map(([key, binding]) => [
        key,
        typeof binding === 'string' ? { column: binding } : binding,
      ]),
    ),
    keywords: input.keywords ?? [],
    reply: input.reply ?? null,
    keywordsAreStopWords: input.keywordsAreStopWords ?? false,
  };
}

/** WhatsApp templates and the message templates built on them. */
export function templateRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;

  const show = async (row: TemplateRow): Promise<z.infer<typeof MessageTemplateOut>> => {
    const shown = row.live ?? row.draft;
    if (shown === null) throw notFound('message template');
    const waits =
      row.status === 'published' ? await waitingFor(db, shown) : { missingOptIn: [], missingOptOut: [] };
    const whatsapp =
      shown.whatsappTemplate === null
        ? []
        : (await listWhatsAppTemplates(db, shown.whatsappTemplate.name)).filter(
            (one) => one.language === shown.whatsappTemplate?.language,
          );
    const suspended =
      row.status === 'published' && whatsapp.length > 0 && whatsapp.every((one) => one.status !== 'APPROVED');
    const { changed, unread } = await changedAtWhatsApp(db, row);
    return {
      ...shown,
      id: row.id,
      status: row.status,
      version: row.version,
      draft: row.live !== null ? row.draft : null,
      waitingFor: [
        ...(waits.missingOptIn.length > 0
          ? [
              {
                code: 'opt-in-missing',
                message: `Waits for an Opt-In Template with the keyword ${quote(waits.missingOptIn)}`,
                values: { keywords: quote(waits.missingOptIn) },
              },
            ]
          : []),
        ...(waits.missingOptOut.length > 0
          ? [
              {
                code: 'opt-out-missing',
                message: `Waits for an Opt-Out Template with the keyword ${quote(waits.missingOptOut)}`,
                values: { keywords: quote(waits.missingOptOut) },
              },
            ]
          : []),
        ...(suspended
          ? [
              {
                code: 'whatsapp-template-suspended',
                message: `WhatsApp says ${whatsapp[0]?.status}: not sendable until it is approved again`,
                values: { status: whatsapp[0]?.status ?? '' },
              },
            ]
          : []),
        ...(changed.length > 0
          ? [
              {
                code: 'whatsapp-template-changed',
                message: `WhatsApp has another wording in ${changed.join(', ')} than was published: read it, and publish again`,
                values: { languages: changed.join(', ') },
              },
            ]
          : []),
        ...(unread.length > 0
          ? [
              {
                code: 'whatsapp-template-unread',
                message: `WhatsApp says that the wording changed in ${unread.join(', ')}: not sendable until it was synchronised`,
                values: { languages: unread.join(', ') },
              },
            ]
          : []),
      ],
      createdAt: isoTime(row.createdAt),
      updatedAt: isoTime(row.updatedAt),
      etag: entityTag(ctx, editedPart(row)),
    };
  };
  const read = async (id: string): Promise<TemplateRow> => {
    const row = isUuid(id) ? await readMessageTemplate<MessageTemplateDefinition>(db, id) : null;
    if (row === null) throw notFound('message template');
    return row;
  };

  return async (app) => {
    const whatsappTemplates = async () =>
      (await listWhatsAppTemplates(db)).map((row) => ({ ...row, syncedAt: isoTime(row.syncedAt) }));
    app.get(
      '/whatsapp-templates',
      {
        config: { right: 'signed-in' },
        schema: {
          tags: ['Templates'],
          querystring: ShortListQuery,
          response: { 200: pageOf(WhatsAppTemplateOut) },
        },
      },
      async ({ query }) =>
        pageOfAll(await whatsappTemplates(), query, ({ name, language }) => `${name} ${language}`),
    );
    app.post(
      '/whatsapp-templates/sync',
      {
        config: { right: 'manage-templates' },
        schema: { tags: ['Templates'], response: { 200: itemsOf(WhatsAppTemplateOut) } },
      },
      async () => {
        await syncTemplates(ctx);
        return { items: await whatsappTemplates() };
      },
    );

    app.get(
      '/message-templates',
      {
        config: { right: 'signed-in' },
        schema: {
          tags: ['Templates'],
          querystring: ShortListQuery.extend({ recordType: z.string().optional() }),
          response: { 200: pageOf(MessageTemplateOut) },
        },
      },
      async ({ query }) => {
        const rows = await listMessageTemplates<MessageTemplateDefinition>(db);
        const wanted = rows.filter(
          (row) => query.recordType === undefined || (row.live ?? row.draft)?.recordType === query.recordType,
        );
        const { items, nextCursor } = pageOfAll(wanted, query, ({ id }) => id);
        const shown = [];
        for (const row of items) shown.push(await show(row));
        return { items: shown, nextCursor };
      },
    );
    app.post(
      '/message-templates',
      {
        config: { right: 'manage-templates' },
        schema: { tags: ['Templates'], body: MessageTemplateBody, response: { 201: MessageTemplateOut } },
      },
      async ({ body, caller }, reply) => {
        const id = await createTemplate(ctx, definitionFrom(body), caller.name);
        return reply.status(201).send(withTag(reply, await show(await read(id))));
      },
    );
    app.get(
      '/message-templates/:id',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Templates'], params: ById, response: { 200: MessageTemplateOut } },
      },
      async ({ params }, reply) => withTag(reply, await show(await read(params.id))),
    );
    app.patch(
      '/message-templates/:id',
      {
        config: { right: 'manage-templates' },
        schema: {
          tags: ['Templates'],
          params: ById,
          body: MessageTemplateBody.partial(),
          headers: MadeOnHeaders,
          response: { 200: MessageTemplateOut },
        },
      },
      async ({ params, body, headers, caller }, reply) => {
        // Only what was sent changes: a default of the schema is no wish of the caller's.
        const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        const row = await changeTemplate(
          ctx,
          params.id,
          (before) => definitionFrom(MessageTemplateBody.parse({ ...before, ...given })),
          caller.name,
          madeOn(headers['if-match']),
        );
        return withTag(reply, await show(row));
      },
    );
    app.post(
      '/message-templates/:id/check',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Templates'], params: ById, response: { 200: Problems } },
      },
      async ({ params }) => {
        const row = await read(params.id);
        const definition = row.draft ?? row.live;
        if (definition === null) throw notFound('message template');
        return { problems: await templateProblems(db, ctx, params.id, definition) };
      },
    );
    app.post(
      '/message-templates/:id/publish',
      {
        config: { right: 'manage-templates' },
        schema: {
          tags: ['Templates'],
          params: ById,
          headers: MadeOnHeaders,
          response: { 200: PublishAnswer },
        },
      },
      async ({ params, headers, caller }, reply) => {
        const warnings = await publishTemplate(ctx, params.id, caller.name, madeOn(headers['if-match']));
        return withTag(reply, {
          ...(await show(await read(params.id))),
          warnings: warnings.map(({ code, message }) => ({ code, message })),
        });
      },
    );
    app.post(
      '/message-templates/:id/retire',
      {
        config: { right: 'manage-templates' },
        schema: {
          tags: ['Templates'],
          params: ById,
          headers: MadeOnHeaders,
          response: { 200: MessageTemplateOut },
        },
      },
      async ({ params, headers, caller }, reply) => {
        await retire(ctx, params.id, caller.name, madeOn(headers['if-match']));
        return withTag(reply, await show(await read(params.id)));
      },
    );
    app.post(
      '/message-templates/:id/answer-templates',
      {
        config: { right: 'manage-templates' },
        schema: { tags: ['Templates'], params: ById, response: { 200: itemsOf(MessageTemplateOut) } },
      },
      async ({ params, caller }) => {
        const ids = await createAnswerTemplates(ctx, params.id, caller.name);
        const shown = [];
        for (const id of ids) shown.push(await show(await read(id)));
        return { items: shown };
      },
    );
  };
}

const quote = (labels: readonly string[]): string => labels.map((label) => `“${label}”`).join(', ');
