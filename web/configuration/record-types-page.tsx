import {
  Badge,
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Table24Regular } from '@fluentui/react-icons/svg/table';
import { Warning16Regular } from '@fluentui/react-icons/svg/warning';
import { useRouter } from '@tanstack/react-router';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { DataTable, type Column as TableColumn } from '../ui/data-table.tsx';
import { AppLink } from '../ui/link.tsx';
import { useMayConfigure } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useColumns, useRecordTypes, useTables } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';

const pageOf = (table: string) => `/configuration/record-types/${encodeURIComponent(table)}`;

const columns: TableColumn<RecordTypeOut>[] = [
  { header: 'Record type', cell: (type) => <AppLink to={pageOf(type.table)}>{type.displayName}</AppLink> },
  { header: 'CRM table', cell: (type) => type.table },
  {
    header: 'Compliance Field',
    cell: ({ table, complianceField }) =>
      complianceField === null ? (
        <Badge appearance="tint" color="warning" icon={<Warning16Regular />}>
          None yet
        </Badge>
      ) : (
        <ColumnLabel table={table} column={complianceField} />
      ),
  },
  {
    header: 'When never asked',
    cell: (type) => (type.unset === 'ask-first' ? 'Ask first' : 'May be messaged'),
  },
  {
    header: 'Messaging number',
    cell: ({ table, phoneColumns: [first] }) =>
      first === undefined ? '' : <ColumnLabel table={table} column={first} />,
  },
  { header: 'Priority', cell: (type) => type.priority },
];

function ColumnLabel({ table, column }: { table: string; column: string }) {
  const { data } = useColumns(table);
  return <span title={column}>{data?.find(({ name }) => name === column)?.label ?? column}</span>;
}

/** Configuration → Record Types: the CRM tables Assent works with. */
export function RecordTypesPage() {
  const types = useRecordTypes();
  return (
    <Page>
      <PageHeader
        title="Record Types"
        description="The CRM tables Assent works with: which columns hold phone numbers, and which Boolean column is the Compliance Field that says whether the customer may be messaged."
        commands={<AddRecordType />}
      />
      <ReadOnlyNote />
      <Loaded query={types}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState icon={<Table24Regular />} title="No record types yet" action={<AddRecordType />}>
              Add the first one, as a rule Contact. Its phone columns and Compliance Field are all Assent
              needs to start.
            </EmptyState>
          ) : (
            <DataTable label="Record types" columns={columns} rows={list} rowKey={({ table }) => table} />
          )
        }
      </Loaded>
    </Page>
  );
}

function AddRecordType() {
  const mayConfigure = useMayConfigure();
  const tables = useTables();
  const router = useRouter();
  if (!mayConfigure) return null;
  const free = (tables.data ?? []).filter(({ configured }) => !configured);
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="primary" icon={<Add20Regular />} disabled={tables.isPending}>
          Add record type
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {free.map(({ name, label }) => (
            <MenuItem key={name} secondaryContent={name} onClick={() => router.history.push(pageOf(name))}>
              {label}
            </MenuItem>
          ))}
          {free.length === 0 && <MenuItem disabled>Every table of the CRM is already here</MenuItem>}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
