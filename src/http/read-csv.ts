import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { Refusal } from '../actions/refusal.ts';

const CsvRows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

/**
 * Rows of a CSV file by header, with the line where each starts. Throws a `Refusal` of the whole file where it is empty or
 * no CSV.
 */
export function readCsv(body: unknown): { line: number; values: Record<string, string> }[] {
  if (typeof body !== 'string' || body.trim() === '')
    throw new Refusal(
      422,
      'csv-empty',
      'The file is empty. Its first line names the columns, each further line is a record.',
    );
  let header: string[] = [];
  try {
    const rows = CsvRows.parse(
      // The parser counts a line break of two characters inside quotes twice.
      parse(body.replace(/\r\n?/g, '\n'), {
        bom: true,
        info: true,
        skip_empty_lines: true,
        relax_column_count: true,
        delimiter: [',', ';', '\t'],
      }),
    );
    header = rows[0]?.record.map((name) => name.trim()) ?? [];
    return rows.slice(1).map(({ record, info }) => ({
      line: info.lines - record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0),
      values: Object.fromEntries(header.map((name, index) => [name, record[index] ?? ''])),
    }));
  } catch (error) {
    throw new Refusal(
      422,
      'csv-invalid',
      `This is not a CSV file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
