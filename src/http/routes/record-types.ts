import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { entityTag } from '../../actions/changed-meanwhile.ts';
import type { Context } from '../../actions/context.ts';
import { configureRecordType, removeRecordType } from '../../actions/edit-organisation.ts';
import { loadRecordTypes } from '../../actions/organisation.ts';
import { notFound } from '../../actions/refusal.ts';
import { madeOn } from '../../core/entity-tag.ts';
import { RECORD_TYPE_DEFAULTS, type RecordType } from '../../core/record-type.ts';
import { takingIn } from '../../db/taking-in.ts';
import { withTag } from '../entity-tag.ts';
import { MadeOnHeaders, pageOf, ShortListQuery } from '../schemas/common.ts';
import { ByTable, RecordTypeInput, RecordTypeOut } from '../schemas/records.ts';
import { pageOfAll } from './cursor.ts';

/** Record types: the tables of the CRM that Assent works with, and how. */
export function recordTypeRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  type Left = Awaited<ReturnType<typeof takingIn>>;
  const shown = (type: RecordType, left: Left): z.infer<typeof RecordTypeOut> => ({
    ...type,
    takingIn: left.get(type.table) ?? null,
    etag: entityTag(ctx, type),
  });
  return async (app) => {
    app.get(
      '/record-types',
      {
        config: { right: 'signed-in' },
        schema: {
          tags: ['Record types'],
          querystring: ShortListQuery,
          response: { 200: pageOf(RecordTypeOut) },
        },
      },
      async ({ query }) => {
        const left = await takingIn(db);
        const types = [...(await loadRecordTypes(db)).values()].map((type) => shown(type, left));
        return pageOfAll(types, query, ({ table }) => table);
      },
    );
    app.get(
      '/record-types/:table',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Record types'], params: ByTable, response: { 200: RecordTypeOut } },
      },
      async ({ params }, reply) => {
        const type = (await loadRecordTypes(db)).get(params.table);
        if (type === undefined) throw notFound('record type');
        return withTag(reply, shown(type, await takingIn(db)));
      },
    );
    app.put(
      '/record-types/:table',
      {
        config: { right: 'manage-record-types' },
        schema: {
          tags: ['Record types'],
          params: ByTable,
          body: RecordTypeInput,
          headers: MadeOnHeaders,
          response: { 200: RecordTypeOut },
        },
      },
      async ({ params, body, headers, caller }, reply) => {
        const type: RecordType = {
          ...RECORD_TYPE_DEFAULTS,
          ...body,
          ...(await namesOf(params.table, body)),
          marketingField: body.marketingField ?? null,
          relatedTable: body.relatedTable ?? null,
          relatedColumn: body.relatedColumn ?? null,
          languageColumn: body.languageColumn ?? null,
          table: params.table,
        };
        await configureRecordType(ctx, type, caller.name, madeOn(headers['if-match']));
        return withTag(reply, shown(type, await takingIn(db)));
      },
    );
    app.delete(
      '/record-types/:table',
      {
        config: { right: 'manage-record-types' },
        schema: {
          tags: ['Record types'],
          params: ByTable,
          headers: MadeOnHeaders,
          response: { 204: z.null() },
        },
      },
      async ({ params, headers, caller }, reply) => {
        await removeRecordType(ctx, params.table, caller.name, madeOn(headers['if-match']));
        return reply.status(204).send(null);
      },
    );

    /** What the caller left out is the table's own: its label, and its first text column. */
    const namesOf = async (
      table: string,
      body: z.infer<typeof RecordTypeInput>,
    ): Promise<{ displayName: string; nameColumn: string }> => {
      const label = (await ctx.crm.tables()).find((one) => one.name === table)?.label ?? table;
      const text = (await ctx.crm.columns(db, table)).find((column) => column.kind === 'text')?.name ?? '';
      return { displayName: body.displayName ?? label, nameColumn: body.nameColumn ?? text };
    };
  };
}
