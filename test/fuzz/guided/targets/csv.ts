import { Refusal } from '../../../../src/actions/refusal.ts';
import { planImport } from '../../../../src/core/csv-import.ts';
import type { CrmColumn } from '../../../../src/core/record-type.ts';
import { readCsv } from '../../../../src/http/read-csv.ts';
import type { Target } from '../target.ts';

const COLUMNS: CrmColumn[] = [
  { name: 'fullname', label: 'Full Name', kind: 'text' },
  { name: 'mobilephone', label: 'Mobile Phone', kind: 'phone' },
  { name: 'telephone1', label: 'Business Phone', kind: 'text' },
  { name: 'allowwhatsapp', label: 'Allow WhatsApp', kind: 'boolean' },
  { name: 'visits', label: 'Visits', kind: 'number' },
  { name: 'constructor', label: 'Constructor', kind: 'text' },
];

/** A CSV file to import, up to what would be done with it. Every line is good, or bad with its line, or empty. */
export const target: Target = {
  under: ['src/http/read-csv.ts', 'src/core/', 'node_modules/csv-parse/'],
  seeds: [
    'fullname,mobilephone,allowwhatsapp,visits\nAna Ruiz,+12025550143,yes,3\n"Ben ""B"" Bell",(202) 555-0144,,\n',
    '\ufeffFull Name;Mobile Phone\r\nÇem;"+49 30\r\n1234567"\r\n;\r\n',
    'id\tfullname\tfullname\n1\tA\tB\n',
    'Allow WhatsApp,Visits,nothing,\nperhaps,many,x,y,z\nnein,1e999,,\n',
    '__proto__,constructor,toString\n1,2,3\n',
  ],
  async open() {
    return {
      run(input) {
        let file: ReturnType<typeof readCsv>;
        try {
          file = readCsv(input);
        } catch (error) {
          if (error instanceof Refusal && error.status < 500) return;
          throw error;
        }
        const { header, rows } = file;
        const lines = rows.map((row) => row.line);
        const { good, bad } = planImport(
          rows.map((row) => row.values),
          COLUMNS,
          { defaultCountry: 'US', phoneColumns: ['telephone1'], headers: header, lines },
        );
        const known = new Set(lines);
        if (good.some(({ line }) => !known.has(line))) throw new Error('a record from no line');
        if (bad.some(({ line }) => line !== 1 && !known.has(line))) throw new Error('a problem of no line');
        if (good.length > rows.length) throw new Error('more records than rows');
      },
    };
  },
};
