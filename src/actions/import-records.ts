import { type CsvEncoding, type CsvFile, planImport } from '../core/csv-import.ts';
import type { Role } from '../core/rights.ts';
import { type CellValue, readRecord } from '../db/records.ts';
import type { Context } from './context.ts';
import { columnsOf, editRecord, refuseFieldByHand } from './edit-records.ts';
import { idOf } from './keys.ts';
import { loadRecordTypes } from './organisation.ts';
import { Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

export interface ImportReport {
  /** What the bytes were taken for. */
  encoding: CsvEncoding;
  created: number;
  updated: number;
  /** Rows without an id that an import brought in before, in this file or another: they are left as they are now. */
  already: number;
  bad: { line: number; code: string; message: string }[];
}

/**
 * Imports rows of a CSV: good ones go in, bad ones are reported by line. A row with an `id` changes that record. Each row
 * is its own transaction, so a stop in the middle leaves whole records, and the file can be imported again: a row makes the
 * same record each time. Between rows everybody else has a turn. A header that names a field refuses the whole file to those
 * who may not set it.
 */
export async function importRecords(
  ctx: Context,
  table: string,
  { encoding, header, rows, bad }: CsvFile,
  actor: { name: string; role: Role },
): Promise<ImportReport> {
  const { columns, type } = await inTransaction(ctx, async (tx) => ({
    columns: await columnsOf(tx, table),
    type: (await loadRecordTypes(tx)).get(table) ?? null,
  }));
  const idHeader = header.find(isId);
  const ids = new Map(
    rows.map((row) => [row.line, (idHeader === undefined ? '' : row.values[idHeader])?.trim() || null]),
  );
  const plan = planImport(
    rows.map((row) => Object.fromEntries(Object.entries(row.values).filter(([name]) => name !== idHeader))),
    columns,
    {
      headers: header.filter((name) => name !== idHeader),
      lines: rows.map((row) => row.line),
      ids: rows.map((row) => ids.get(row.line) ?? null),
      ...(type === null ? {} : { phoneColumns: type.phoneColumns }),
      ...(type?.defaultCountry == null ? {} : { defaultCountry: type.defaultCountry }),
    },
  );
  await inTransaction(ctx, (tx) => refuseFieldByHand(tx, table, plan.columns, actor.role));
  const report: ImportReport = { encoding, created: 0, updated: 0, already: 0, bad: [...bad, ...plan.bad] };
  const idOf = newIds(ctx, table);
  for (const row of plan.good) {
    const id = ids.get(row.line) ?? null;
    const newId = idOf(row.values);
    // PGlite answers without going back to the event loop: without this, requests waited for all of 2,000 rows.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      if (id === null && (await readRecord(ctx.database.db, table, newId)) !== null) {
        report.already += 1;
        continue;
      }
      await editRecord(ctx, { table, id, newId, values: row.values, actor: actor.name, source: 'import' });
      if (id === null) report.created += 1;
      else report.updated += 1;
    } catch (error) {
      if (error instanceof Refusal) {
        report.bad.push({ line: row.line, code: error.code, message: error.message });
        continue;
      }
      ctx.log.error({ err: error, line: row.line }, 'an import stopped');
      report.bad.push({
        line: row.line,
        code: 'import-stopped',
        message:
          'The import stopped at this line, by an error that the server’s log has. The lines before it are in; import the file again to go on.',
      });
      break;
    }
  }
  report.bad.sort((a, b) => a.line - b.line);
  return report;
}

/** In any case, as the names of columns are. */
const isId = (header: string): boolean => header.toLowerCase() === 'id';

/** The id of the record that a row makes: by what the row says, and how often the file said that before. */
function newIds(ctx: Context, table: string): (values: Record<string, CellValue>) => string {
  const seen = new Map<string, number>();
  return (values) => {
    const row = JSON.stringify([table, Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const times = (seen.get(row) ?? 0) + 1;
    seen.set(row, times);
    return idOf(ctx.keys, `import ${times} ${row}`);
  };
}
