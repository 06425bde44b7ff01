import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { boundedRead } from '../../actions/bounded-search.ts';
import type { Context } from '../../actions/context.ts';
import { countedOnce } from '../../actions/counted-once.ts';
import { editRecord, refuseFieldByHand } from '../../actions/edit-records.ts';
import { importRecords } from '../../actions/import-records.ts';
import { loadRecordTypes } from '../../actions/organisation.ts';
import { notFound } from '../../actions/refusal.ts';
import { ownStatesAmong, withOwnStates } from '../../actions/shown-states.ts';
import { formatPhone } from '../../core/phone.ts';
import type { RecordType } from '../../core/record-type.ts';
import { seenAmong } from '../../db/access.ts';
import { recordPage } from '../../db/record-list.ts';
import { type ListedRecord, readListed, stateCounts } from '../../db/records.ts';
import { isUuid } from '../../db/rows.ts';
import type { Caller } from '../auth.ts';
import { readCsv } from '../read-csv.ts';
import { IdempotencyKey } from '../schemas/common.ts';
import {
  ByTable,
  ConsentSummary,
  ImportReport,
  RecordOut,
  RecordPage,
  RecordQuery,
  RecordValues,
} from '../schemas/records.ts';
import { isoOrNull, recordOut } from '../views.ts';
import { timeCursor, toCursor } from './cursor.ts';

const TableAndId = ByTable.extend({ id: z.string().min(1).max(100) });

/** Records: the list with its export and counts, one record, and an import of many. */
export function recordRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const countStates = countedOnce(ctx, stateCounts);
  return async (app) => {
    const readOne = async (table: string, id: string, caller: Caller): Promise<z.infer<typeof RecordOut>> => {
      const row = isUuid(id) ? await readListed(db, table, id) : null;
      if (row === null) throw notFound('record');
      const seen = await seenAmong(db, [row.conversationId], caller);
      const [shown = row] = await withOwnStates(ctx, [row]);
      const out = recordOut(shown, await loadRecordTypes(db), seen);
      const [phone] = out.phones;
      return phone === undefined ? out : { ...out, phoneText: formatPhone(phone) };
    };
    const find = async (
      query: z.infer<typeof RecordQuery>,
      limit: number,
      cursor: string | undefined,
      options: { unattended?: boolean } = {},
    ): Promise<ListedRecord[]> => {
      const tables = (await ctx.crm.tables()).map((table) => table.name);
      if (query.recordType !== undefined && !tables.includes(query.recordType)) throw notFound('table');
      const digits = query.search?.replace(/\D/g, '') ?? '';
      const filter = {
        tables: query.recordType === undefined ? tables : [query.recordType],
        search: query.search?.trim() || null,
        searchDigits: digits.length >= 3 ? digits : null,
        ...askedStates(query),
      };
      return boundedRead(ctx, (tx) => recordPage(tx, filter, timeCursor(cursor), limit), options);
    };
    const csvPage = (query: z.infer<typeof RecordQuery>, cursor?: string): Promise<ListedRecord[]> =>
      find(query, CSV_PAGE, cursor, { unattended: true });
    /** Page by page, as fast as it is taken: a million records stand in no memory, and nobody waits for them. */
    async function* csvOf(
      query: z.infer<typeof RecordQuery>,
      first: readonly ListedRecord[],
      types: ReadonlyMap<string, RecordType>,
    ): AsyncGenerator<string> {
      const lines = (rows: unknown[][]): string => stringify(rows, { escape_formulas: true });
      yield lines([CSV_HEADER]);
      for (let page = first; ; ) {
        yield lines((await ownStatesAmong(ctx, page, askedStates(query))).map((row) => csvRow(row, types)));
        const last = page.at(-1);
        if (page.length < CSV_PAGE || last === undefined) return;
        page = await csvPage(query, toCursor({ at: last.createdAt, id: last.id }));
      }
    }
    app.get(
      '/records',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Records'], querystring: RecordQuery, response: { 200: RecordPage } },
      },
      async ({ query, caller }) => {
        const types = await loadRecordTypes(db);
        const rows = await find(query, query.limit + 1, query.cursor);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        const seen = await seenAmong(
          db,
          page.map((row) => row.conversationId),
          caller,
        );
        return {
          items: (await ownStatesAmong(ctx, page, askedStates(query))).map((row) =>
            recordOut(row, types, seen),
          ),
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
        // Before the answer begins: what is wrong with the question can still be said.
        const first = await csvPage(query);
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="records.csv"')
          .send(Readable.from(csvOf(query, first, types), { objectMode: false }));
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
          for (const row of await countStates(recordType)) counts[row.state] = row.count;
          summaries.push({ recordType, counts });
        }
        return { items: summaries };
      },
    );

    app.post(
      '/records/:table',
      {
        config: { right: 'edit-records' },
        schema: {
          tags: ['Records'],
          params: ByTable,
          body: RecordValues,
          headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }).loose(),
          response: { 201: RecordOut },
        },
      },
      async ({ params, body, headers, caller }, reply) => {
        await refuseFieldByHand(db, params.table, Object.keys(body.values), caller.role);
        const id = await editRecord(ctx, {
          table: params.table,
          id: null,
          values: body.values,
          actor: caller.name,
          source: 'crm',
          ...(headers['idempotency-key'] === undefined
            ? {}
            : { once: { caller: caller.id, key: headers['idempotency-key'] } }),
        });
        return reply.status(201).send(await readOne(params.table, id, caller));
      },
    );
    app.get(
      '/records/:table/:id',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Records'], params: TableAndId, response: { 200: RecordOut } },
      },
      async ({ params, caller }) => readOne(params.table, params.id, caller),
    );
    app.patch(
      '/records/:table/:id',
      {
        config: { right: 'edit-records' },
        schema: { tags: ['Records'], params: TableAndId, body: RecordValues, response: { 200: RecordOut } },
      },
      async ({ params, body, caller }) => {
        await refuseFieldByHand(db, params.table, Object.keys(body.values), caller.role);
        await editRecord(ctx, {
          table: params.table,
          id: params.id,
          values: body.values,
          actor: caller.name,
          source: 'crm',
        });
        return readOne(params.table, params.id, caller);
      },
    );
    app.register(async (csv) => {
      csv.addContentTypeParser(
        ['text/csv', 'text/plain'],
        { parseAs: 'buffer', bodyLimit: 20 * 1024 * 1024 },
        (_request, body, done) => done(null, body),
      );
      csv.post(
        '/records/:table/import',
        {
          config: { right: 'manage-record-types' },
          schema: { tags: ['Records'], params: ByTable, response: { 200: ImportReport } },
        },
        async (request) => {
          const { table } = ByTable.parse(request.params);
          return importRecords(ctx, table, readCsv(request.body), request.caller);
        },
      );
    });
  };
}

/** The part of the question that is about states. */
const askedStates = ({ consent, decidedSince, decidedUntil }: z.infer<typeof RecordQuery>) => ({
  consent: consent ?? null,
  decidedSince: decidedSince === undefined ? null : Date.parse(decidedSince),
  decidedUntil: decidedUntil === undefined ? null : Date.parse(decidedUntil),
});

const STATES = ['not-asked', 'requested', 'granted', 'denied', 'expired', 'on-hold'];
const CSV_PAGE = 500;
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
