import { stringify } from 'csv-stringify/sync';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { rightsOnTable, valuesInCrm } from '../../actions/column-access.ts';
import type { Context } from '../../actions/context.ts';
import { addColumn, configureRecordType, removeRecordType } from '../../actions/edit-organisation.ts';
import { editRecord, importRecords, refuseFieldByHand } from '../../actions/edit-records.ts';
import { loadRecordTypes } from '../../actions/organisation.ts';
import { notFound, Refusal } from '../../actions/refusal.ts';
import { testColumn } from '../../actions/test-column.ts';
import { labelIn } from '../../core/labels.ts';
import { RECORD_TYPE_DEFAULTS, type RecordType } from '../../core/record-type.ts';
import { mirrorTable } from '../../db/crm-mirror.ts';
import { booleanCounts, type ListedRecord, readListed, recordPage, stateCounts } from '../../db/records.ts';
import { isUuid } from '../../db/rows.ts';
import { checkOut, columnsOut } from '../column-view.ts';
import { readCsv } from '../read-csv.ts';
import {
  ColumnCheckOut,
  ColumnOut,
  ColumnValuesOut,
  ConsentSummary,
  ImportReport,
  NewColumn,
  RecordOut,
  RecordPage,
  RecordQuery,
  RecordTypeInput,
  RecordTypeOut,
  RecordValues,
  TableOut,
  TableRightsOut,
} from '../schemas/records.ts';
import { isoOrNull, recordOut } from '../views.ts';
import { wantedLanguages } from '../wanted-languages.ts';
import { timeCursor, toCursor } from './cursor.ts';

const Table = z.object({ table: z.string().min(1).max(100) });
const TableAndId = Table.extend({ id: z.string().min(1).max(100) });
const items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

/** The CRM's tables and columns, record types, and records. */
export function recordRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/crm/tables',
      { config: { right: 'signed-in' }, schema: { tags: ['CRM'], response: { 200: items(TableOut) } } },
      async ({ headers }) => {
        const configured = await loadRecordTypes(db);
        const languages = wantedLanguages(headers['accept-language']);
        return {
          items: (await ctx.crm.tables()).map((table) => ({
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
        };
      },
    );

    const columnsOf = async (
      table: string,
      language: string | undefined,
    ): Promise<z.infer<typeof ColumnOut>[]> => {
      const columns = await columnsOut(ctx, table, wantedLanguages(language));
      if (columns.length === 0) throw notFound('table');
      const mirror = ctx.crm.remote === null ? null : await mirrorTable(db, table);
      // What is not here, or not yet, cannot be counted here: it would all look empty.
      const isHere = (name: string): boolean =>
        ctx.crm.remote === null || (mirror?.phase === 'following' && mirror.columns.includes(name));
      const booleans = columns
        .filter((column) => column.kind === 'boolean' && isHere(column.name))
        .map((column) => column.name);
      const counts = await booleanCounts(db, table, booleans);
      return columns.map((column) => {
        const count = counts.get(column.name);
        return { ...column, ...(count === undefined ? {} : { counts: count }) };
      });
    };
    app.get(
      '/crm/tables/:table/columns',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['CRM'], params: Table, response: { 200: items(ColumnOut) } },
      },
      async ({ params, headers }) => ({ items: await columnsOf(params.table, headers['accept-language']) }),
    );
    app.post(
      '/crm/tables/:table/columns',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['CRM'], params: Table, body: NewColumn, response: { 201: ColumnOut } },
      },
      async ({ params, body, caller, headers }, reply) => {
        const { name, label } = body;
        if (name === undefined && label === undefined)
          throw new Refusal(422, 'invalid-request', 'Give the column a label or a name.');
        const wanted = { name, label: label ?? name ?? '', default: body.default };
        const row = await addColumn(ctx, params.table, wanted, caller.name);
        const columns = await columnsOf(params.table, headers['accept-language']);
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
          params: Table,
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
        schema: { tags: ['CRM'], params: Table, response: { 200: items(ColumnValuesOut) } },
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
          params: Table.extend({ column: z.string().min(1).max(100) }),
          response: { 200: ColumnCheckOut },
        },
      },
      async ({ params, caller }) => checkOut(await testColumn(ctx, params.table, params.column, caller.name)),
    );

    app.get(
      '/record-types',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Record types'], response: { 200: items(RecordTypeOut) } },
      },
      async () => ({
        items: [...(await loadRecordTypes(db)).values()],
      }),
    );
    app.put(
      '/record-types/:table',
      {
        config: { right: 'manage-record-types' },
        schema: {
          tags: ['Record types'],
          params: Table,
          body: RecordTypeInput,
          response: { 200: RecordTypeOut },
        },
      },
      async ({ params, body, caller }) => {
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
        await configureRecordType(ctx, type, caller.name);
        return type;
      },
    );
    app.delete(
      '/record-types/:table',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['Record types'], params: Table, response: { 204: z.null() } },
      },
      async ({ params, caller }, reply) => {
        await removeRecordType(ctx, params.table, caller.name);
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

    const readOne = async (table: string, id: string): Promise<z.infer<typeof RecordOut>> => {
      const row = isUuid(id) ? await readListed(db, table, id) : null;
      if (row === null) throw notFound('record');
      return recordOut(row, await loadRecordTypes(db));
    };
    const find = async (
      query: z.infer<typeof RecordQuery>,
      limit: number,
      cursor: string | undefined,
    ): Promise<ListedRecord[]> => {
      const tables = (await ctx.crm.tables()).map((table) => table.name);
      if (query.recordType !== undefined && !tables.includes(query.recordType)) throw notFound('table');
      const digits = query.search?.replace(/\D/g, '') ?? '';
      return recordPage(
        db,
        {
          tables: query.recordType === undefined ? tables : [query.recordType],
          search: query.search?.trim() || null,
          searchDigits: digits.length >= 3 ? digits : null,
          consent: query.consent ?? null,
          decidedSince: query.decidedSince === undefined ? null : Date.parse(query.decidedSince),
          decidedUntil: query.decidedUntil === undefined ? null : Date.parse(query.decidedUntil),
        },
        timeCursor(cursor),
        limit,
      );
    };
    app.get(
      '/records',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Records'], querystring: RecordQuery, response: { 200: RecordPage } },
      },
      async ({ query }) => {
        const types = await loadRecordTypes(db);
        const rows = await find(query, query.limit + 1, query.cursor);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map((row) => recordOut(row, types)),
          nextCursor:
            rows.length > query.limit && last !== undefined
              ? toCursor({ at: last.createdAt, id: last.id })
              : null,
        };
      },
    );
    app.get(
      '/records.csv',
      {
        config: { right: 'export', ceiling: 'exports' },
        schema: { tags: ['Records'], querystring: RecordQuery },
      },
      async ({ query }, reply) => {
        const types = await loadRecordTypes(db);
        const rows: unknown[][] = [CSV_HEADER];
        let cursor: string | undefined;
        for (;;) {
          const page = await find(query, 500, cursor);
          for (const row of page) rows.push(csvRow(row, types));
          const last = page.at(-1);
          if (page.length < 500 || last === undefined) break;
          cursor = toCursor({ at: last.createdAt, id: last.id });
        }
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="records.csv"')
          .send(stringify(rows, { escape_formulas: true }));
      },
    );
    app.get(
      '/consent-summary',
      {
        config: { right: 'see-chats' },
        schema: {
          tags: ['Records'],
          querystring: z.object({ recordType: z.string().optional() }),
          response: { 200: ConsentSummary },
        },
      },
      async ({ query }) => {
        const tables = [...(await loadRecordTypes(db)).keys()].filter(
          (table) => query.recordType === undefined || table === query.recordType,
        );
        const summaries = [];
        for (const recordType of tables) {
          const counts = Object.fromEntries(STATES.map((state) => [state, 0]));
          for (const row of await stateCounts(db, recordType)) counts[row.state] = row.count;
          summaries.push({ recordType, counts });
        }
        return { items: summaries };
      },
    );

    app.post(
      '/records/:table',
      {
        config: { right: 'edit-records' },
        schema: { tags: ['Records'], params: Table, body: RecordValues, response: { 201: RecordOut } },
      },
      async ({ params, body, caller }, reply) => {
        await refuseFieldByHand(db, params.table, body.values, caller.role);
        const id = await editRecord(ctx, {
          table: params.table,
          id: null,
          values: body.values,
          actor: caller.name,
          source: 'crm',
        });
        return reply.status(201).send(await readOne(params.table, id));
      },
    );
    app.get(
      '/records/:table/:id',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Records'], params: TableAndId, response: { 200: RecordOut } },
      },
      async ({ params }) => readOne(params.table, params.id),
    );
    app.patch(
      '/records/:table/:id',
      {
        config: { right: 'edit-records' },
        schema: { tags: ['Records'], params: TableAndId, body: RecordValues, response: { 200: RecordOut } },
      },
      async ({ params, body, caller }) => {
        await refuseFieldByHand(db, params.table, body.values, caller.role);
        await editRecord(ctx, {
          table: params.table,
          id: params.id,
          values: body.values,
          actor: caller.name,
          source: 'crm',
        });
        return readOne(params.table, params.id);
      },
    );
    app.register(async (csv) => {
      csv.addContentTypeParser(
        ['text/csv', 'text/plain'],
        { parseAs: 'string', bodyLimit: 20 * 1024 * 1024 },
        (_request, body, done) => done(null, body),
      );
      csv.post(
        '/records/:table/import',
        {
          config: { right: 'manage-record-types' },
          schema: { tags: ['Records'], params: Table, response: { 200: ImportReport } },
        },
        async (request) => {
          const { table } = Table.parse(request.params);
          return importRecords(ctx, table, readCsv(request.body), request.caller.name);
        },
      );
    });
  };
}

const STATES = ['not-asked', 'requested', 'granted', 'denied', 'expired', 'on-hold'];
const CSV_HEADER = [
  'recordType',
  'id',
  'name',
  'phone',
  'complianceValue',
  'consent',
  'decidedAt',
  'source',
  'onHold',
  'marketing',
];

function csvRow(row: ListedRecord, types: ReadonlyMap<string, RecordType>): unknown[] {
  const out = recordOut(row, types);
  const value = out.complianceValue === null ? '' : out.complianceValue ? 'Yes' : 'No';
  const { service, source, onHold, marketing } = out.consent;
  return [
    out.recordType,
    out.id,
    out.name,
    out.phones[0] ?? '',
    value,
    service,
    isoOrNull(row.decidedAt) ?? '',
    source ?? '',
    onHold ? 'Yes' : 'No',
    marketing,
  ];
}
