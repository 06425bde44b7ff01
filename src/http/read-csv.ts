import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { Refusal } from '../actions/refusal.ts';
import type { CsvEncoding, CsvFile } from '../core/csv-import.ts';

const CsvRows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

/**
 * A CSV file by its header, each row with the line where it starts. Rows with more cells than the header names are left out:
 * nobody knows which cell is which. Throws a `Refusal` of the whole file where it is empty or no CSV.
 */
export function readCsv(body: unknown): CsvFile {
  const { text, encoding } = decode(body instanceof Uint8Array ? body : new Uint8Array());
  if (text.trim() === '')
    throw new Refusal(
      422,
      'csv-empty',
      'The file is empty. Its first line names the columns, each further line is a record.',
    );
  const [first, ...others] = parseRows(text);
  const header = first?.record.map((name) => name.trim()) ?? [];
  const rows: CsvFile['rows'] = [];
  const bad: CsvFile['bad'] = [];
  for (const { record, info } of others) {
    const line = info.lines - record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
    const more = record.slice(header.length).some((cell) => cell.trim() !== '');
    if (more)
      bad.push({
        line,
        code: 'cells-too-many',
        message: `There are ${record.length} cells, where the first line names ${header.length} columns.`,
      });
    // Of two columns of one name the first counts; the plan says so.
    else
      rows.push({
        line,
        values: Object.fromEntries(header.map((name, n) => [name, record[n] ?? '']).reverse()),
      });
  }
  return { encoding, header, rows, bad };
}

function parseRows(text: string): z.infer<typeof CsvRows> {
  // The parser counts a line break of two characters inside quotes twice.
  const lines = text.replace(/\r\n?/g, '\n');
  try {
    return CsvRows.parse(
      parse(lines, {
        info: true,
        skip_empty_lines: true,
        relax_column_count: true,
        delimiter: delimiterOf(lines),
      }),
    );
  } catch (error) {
    // With these options quotation marks are all that it objects to.
    if (!(error instanceof CsvError)) throw error;
    throw new Refusal(
      422,
      'csv-invalid',
      `The file cannot be read from line ${error.lines} on: a quotation mark stands where none may, or is not closed.`,
    );
  }
}

/** The one that the first line holds most of, outside quotes: below it, another is a part of what somebody wrote. */
function delimiterOf(text: string): string {
  const counts = new Map([
    [',', 0],
    [';', 0],
    ['\t', 0],
  ]);
  let quoted = false;
  for (const letter of text.trimStart()) {
    if (letter === '"') quoted = !quoted;
    else if (letter === '\n' && !quoted) break;
    else if (!quoted && counts.has(letter)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/**
 * What Excel saves: UTF-8 or UTF-16 with their marks, and "CSV" plainly in the code page of Windows, 1252 in western Europe
 * and America. Text of that code page is hardly ever valid UTF-8 by chance once a letter has an accent.
 */
function decode(bytes: Uint8Array): { text: string; encoding: CsvEncoding } {
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  if (marked !== null) return { text: new TextDecoder(marked).decode(bytes), encoding: marked };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}
