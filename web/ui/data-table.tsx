// biome-ignore-all lint/a11y/noRedundantRoles: `display: block` takes a table's meaning away in some browsers
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const narrow = '@media (max-width: 640px)';

const useStyles = makeStyles({
  table: { width: '100%', borderCollapse: 'collapse', [narrow]: { display: 'block' } },
  head: { [narrow]: { display: 'none' } },
  body: { [narrow]: { display: 'flex', flexDirection: 'column', gap: '8px' } },
  th: {
    textAlign: 'start',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    padding: '8px 12px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
    whiteSpace: 'nowrap',
  },
  row: {
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    [narrow]: {
      display: 'block',
      padding: '8px 12px',
      borderRadius: tokens.borderRadiusLarge,
      border: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  td: {
    padding: '10px 12px',
    verticalAlign: 'middle',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    overflowWrap: 'anywhere',
    '& .fui-Badge': { whiteSpace: 'nowrap' },
    [narrow]: {
      display: 'flex',
      gap: '12px',
      justifyContent: 'space-between',
      borderBottomWidth: 0,
      padding: '4px 0',
      textAlign: 'end',
      ':empty': { display: 'none' },
      '::before': {
        content: 'attr(data-label)',
        color: tokens.colorNeutralForeground3,
        flexShrink: 0,
        textAlign: 'start',
      },
    },
  },
  whole: { overflowWrap: 'normal' },
  long: {
    [narrow]: { display: 'block', textAlign: 'start', '::before': { display: 'block' } },
  },
  end: { textAlign: 'end', [narrow]: { alignItems: 'center' } },
  lead: {
    [narrow]: {
      fontWeight: tokens.fontWeightSemibold,
      justifyContent: 'flex-start',
      textAlign: 'start',
      '::before': { content: 'none' },
    },
  },
});

export type Column<Row> = {
  header: string;
  cell: (row: Row) => ReactNode;
  width?: string;
  /** Its words are ours and short: none is broken where people's own words beside it are long. */
  whole?: boolean;
  /** Sentences: on a narrow screen they stand below their heading, and not beside it. */
  long?: boolean;
  /** `end` for buttons, which stand at the end of the row. */
  align?: 'end';
};

type Props<Row> = { label: string; columns: Column<Row>[]; rows: Row[]; rowKey: (row: Row) => string };

/**
 * A table that becomes one card per row on a narrow screen; the first column is the card's title and, as a rule, holds
 * the link. Roles are spelled out because `display: block` takes a table’s meaning away in some browsers.
 */
export function DataTable<Row>({ label, columns, rows, rowKey }: Props<Row>) {
  const styles = useStyles();
  return (
    <table className={styles.table} aria-label={label} role="table">
      <thead className={styles.head}>
        <tr>
          {columns.map(({ header, width, align }) => (
            <th
              key={header}
              scope="col"
              className={mergeClasses(styles.th, align === 'end' && styles.end)}
              style={width === undefined ? {} : { width }}
            >
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className={styles.body} role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} className={styles.row} role="row">
            {columns.map(({ header, cell, align, whole, long }, index) => (
              <td
                key={header}
                role="cell"
                data-label={header}
                className={mergeClasses(
                  styles.td,
                  whole && styles.whole,
                  long && styles.long,
                  align === 'end' && styles.end,
                  index === 0 && styles.lead,
                )}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
