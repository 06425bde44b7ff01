import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { rightsOnTable, valuesInCrm } from '../../actions/column-access.ts';
import type { Context } from '../../actions/context.ts';
import { addColumn } from '../../actions/edit-organisation.ts';
import { loadRecordTypes } from '../../actions/organisation.ts';
import { describeNow } from '../../actions/read-crm.ts';
import { notFound, Refusal } from '../../actions/refusal.ts';
import { testColumn } from '../../actions/test-column.ts';
import { labelIn } from '../../core/labels.ts';
import { mirrorTable } from '../../db/crm-mirror.ts';
import { booleanCounts } from '../../db/records.ts';
import { checkOut, columnsOut } from '../column-view.ts';
import { itemsOf, pageOf, ShortListQuery } from '../schemas/common.ts';
import {
  ByTable,
  ColumnCheckOut,
  ColumnOut,
  ColumnValuesOut,
  NewColumn,
  TableOut,
  TableRightsOut,
  TablesReadOut,
} from '../schemas/records.ts';
import { isoTime } from '../views.ts';
import { wantedLanguages } from '../wanted-languages.ts';
import { pageOfAll } from './cursor.ts';

/** The CRM's tables and their columns, and what somebody who sets them up asks about them. */
export function tableRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/crm/tables',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['CRM'], querystring: ShortListQuery, response: { 200: pageOf(TableOut) } },
      },
      async ({ headers, query }) => {
        const configured = await loadRecordTypes(db);
        const languages = wantedLanguages(headers['accept-language']);
        return pageOfAll(
          (await ctx.crm.tables()).map((table) => ({
            name: table.name,
            label: labelIn(table.labels, languages, table.label),
            configured: configured.has(table.name),
            elsewhere: ctx.crm.remote !== null,
            lookups: table.lookups.map(({ name, label, labels, targets }) => ({
              name,
              label: labelIn(labels, languages, label),
              targets,
            })),
          })),
          query,
          ({ name }) => name,
        );
      },
    );

    app.post(
      '/crm/tables/read',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['CRM'], response: { 200: TablesReadOut } },
      },
      async () => ({ readAt: isoTime(await describeNow(ctx)) }),
    );

    const columnsOf = async (
      table: string,
      language: string | undefined,
      counted: boolean,
    ): Promise<z.infer<typeof ColumnOut>[]> => {
      const columns = await columnsOut(ctx, table, wantedLanguages(language));
      if (columns.length === 0) throw notFound('table');
      const mirror = ctx.crm.remote === null ? null : await mirrorTable(db, table);
      // What is not here, or not yet, cannot be counted here: it would all look empty.
      const isHere = (name: string): boolean =>
        ctx.crm.remote === null || (mirror?.phase === 'following' && mirror.columns.includes(name));
      const booleans = columns
        .filter((column) => counted && column.kind === 'boolean' && isHere(column.name))
        .map((column) => column.name);
      const counts = booleans.length === 0 ? new Map() : await booleanCounts(db, table, booleans);
      return columns.map((column) => {
        const count = counts.get(column.name);
        return { ...column, ...(count === undefined ? {} : { counts: count }) };
      });
    };
    app.get(
      '/crm/tables/:table/columns',
      {
        config: { right: 'signed-in' },
        schema: {
          tags: ['CRM'],
          params: ByTable,
          querystring: ShortListQuery.extend({ counts: z.stringbool().default(true) }),
          response: { 200: pageOf(ColumnOut) },
        },
      },
      async ({ params, query, caller, headers }) => {
        // Counting reads the whole table: for who chooses a Compliance Field, and nobody else.
        const counted = query.counts && caller.rights.has('manage-record-types');
        const columns = await columnsOf(params.table, headers['accept-language'], counted);
        return pageOfAll(columns, query, ({ name }) => name);
      },
    );
    app.post(
      '/crm/tables/:table/columns',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['CRM'], params: ByTable, body: NewColumn, response: { 201: ColumnOut } },
      },
      async ({ params, body, caller, headers }, reply) => {
        const { name, label } = body;
        if (name === undefined && label === undefined)
          throw new Refusal(422, 'invalid-request', 'Give the column a label or a name.');
        const wanted = { name, label: label ?? name ?? '', default: body.default };
        const row = await addColumn(ctx, params.table, wanted, caller.name);
        const columns = await columnsOf(params.table, headers['accept-language'], true);
        const column = columns.find((one) => one.name === row.name);
        if (column === undefined) throw notFound('column');
        return reply.status(201).send(column);
      },
    );
    app.get(
      '/crm/tables/:table/rights',
      {
        config: { right: 'manage-record-types' },
        schema: {
          tags: ['CRM'],
          params: ByTable,
          querystring: z.object({
            field: z.string().max(100).optional(),
            writes: z.stringbool().default(true),
          }),
          response: { 200: TableRightsOut },
        },
      },
      async ({ params, query }) => ({
        items: await rightsOnTable(
          ctx,
          params.table,
          query.field === undefined ? [] : [query.field],
          query.writes,
        ),
      }),
    );
    app.get(
      '/crm/tables/:table/values',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['CRM'], params: ByTable, response: { 200: itemsOf(ColumnValuesOut) } },
      },
      async ({ params }) => ({
        items: [...(await valuesInCrm(ctx, params.table))].map(([name, counts]) => ({ name, ...counts })),
      }),
    );
    app.post(
      '/crm/tables/:table/columns/:column/test',
      {
        config: { right: 'manage-record-types' },
        schema: {
          tags: ['CRM'],
          params: ByTable.extend({ column: z.string().min(1).max(100) }),
          response: { 200: ColumnCheckOut },
        },
      },
      async ({ params, caller }) => checkOut(await testColumn(ctx, params.table, params.column, caller.name)),
    );
  };
}
