import type { RecordTypeOut, TableOut } from '../../src/http/schemas/records.ts';

/** One way from a table to a record with a number: through this column to a record of this table. */
export interface RelatedChoice {
  column: string;
  label: string;
  table: string;
  /** How the other table is called. */
  type: string;
  /** Whether it is a record type with phone columns; what is none has to be set up first. */
  isSetUp: boolean;
}

/** Contacts first, then leads, then accounts: people before companies. */
const ORDER = ['contact', 'lead', 'account'];
const rank = (table: string) => (ORDER.includes(table) ? ORDER.indexOf(table) : ORDER.length);

export function relatedChoices(lookups: TableOut['lookups'], types: RecordTypeOut[]): RelatedChoice[] {
  return lookups
    .flatMap(({ name, label, targets }) =>
      targets.map((table) => {
        const type = types.find((one) => one.table === table);
        return {
          column: name,
          label,
          table,
          type: type?.displayName ?? table,
          isSetUp: type !== undefined && type.phoneColumns.length > 0,
        };
      }),
    )
    .toSorted((one, other) => rank(one.table) - rank(other.table));
}
