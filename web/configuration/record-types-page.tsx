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
import { useTranslation } from 'react-i18next';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { translate } from '../i18n/i18n.ts';
import { formatNumber } from '../i18n/locale.ts';
import { useRecordTypes } from '../ui/configured.ts';
import { DataTable, type Column as TableColumn } from '../ui/data-table.tsx';
import { AppLink } from '../ui/link.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { MayButton, useWhyNot } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useColumns, useTables } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { TablesRead, useTablesRead } from './tables-read.tsx';
import { TakingIn } from './taking-in.tsx';

const pageOf = (table: string) => `/configuration/record-types/${encodeURIComponent(table)}`;

const columns = (): TableColumn<RecordTypeOut>[] => [
  {
    header: translate('configuration:recordTypes.columns.name'),
    cell: (type) => <AppLink to={pageOf(type.table)}>{type.displayName}</AppLink>,
  },
  { header: translate('configuration:recordTypes.columns.table'), cell: (type) => <Ltr>{type.table}</Ltr> },
  {
    header: translate('configuration:compliance.label'),
    cell: ({ table, complianceField, relatedTable }) =>
      relatedTable != null ? (
        <FromRelated table={relatedTable} />
      ) : complianceField === null ? (
        <Badge appearance="tint" color="warning" icon={<Warning16Regular />}>
          {translate('configuration:recordTypes.noneYet')}
        </Badge>
      ) : (
        <ColumnLabel table={table} column={complianceField} />
      ),
  },
  {
    header: translate('configuration:recordTypes.columns.unset'),
    cell: (type) =>
      type.relatedTable != null ? (
        <FromRelated table={type.relatedTable} />
      ) : (
        translate(`configuration:recordTypes.unset.${type.unset}`)
      ),
  },
  {
    header: translate('configuration:phoneColumns.messagingNumber'),
    cell: ({ table, phoneColumns: [first], relatedTable }) =>
      relatedTable != null ? (
        <FromRelated table={relatedTable} />
      ) : first === undefined ? (
        ''
      ) : (
        <ColumnLabel table={table} column={first} />
      ),
  },
  {
    header: translate('configuration:recordTypes.columns.priority'),
    cell: (type) => formatNumber(type.priority),
  },
];

function ColumnLabel({ table, column }: { table: string; column: string }) {
  const { data } = useColumns(table);
  return <span title={column}>{data?.find(({ name }) => name === column)?.label ?? column}</span>;
}

/** Taken from the related record, whose record type says it. */
function FromRelated({ table }: { table: string }) {
  const { t } = useTranslation('configuration');
  const name = useRecordTypes().data?.find((type) => type.table === table)?.displayName ?? table;
  return <>{t('related.from', { type: name })}</>;
}

/** Configuration → Record Types: the CRM tables Assent works with. */
export function RecordTypesPage() {
  const { t } = useTranslation('configuration');
  const types = useRecordTypes();
  const tables = useTables();
  // A CRM of our own has tables; where there are none, those of an organisation were not read yet.
  const reading = useTablesRead(tables.data?.every(({ elsewhere }) => elsewhere) ?? false);
  const add = <AddRecordType notAsked={reading?.isError ?? false} />;
  return (
    <Page>
      <PageHeader title={t('recordTypes.title')} description={t('recordTypes.description')} commands={add} />
      <ReadOnlyNote right="manage-record-types" />
      <TablesRead reading={reading} />
      <Loaded query={types}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState icon={<Table24Regular />} title={t('recordTypes.none')} action={add}>
              {t('recordTypes.noneText')}
            </EmptyState>
          ) : (
            <>
              {list.map((type) => (
                <TakingIn key={type.table} type={type} named />
              ))}
              <DataTable
                label={t('recordTypes.list')}
                columns={columns()}
                rows={list}
                rowKey={({ table }) => table}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function AddRecordType({ notAsked }: { notAsked: boolean }) {
  const { t } = useTranslation('configuration');
  const whyNot = useWhyNot('manage-record-types');
  const tables = useTables();
  const router = useRouter();
  if (whyNot !== null)
    return (
      <MayButton right="manage-record-types" appearance="primary" icon={<Add20Regular />}>
        {t('recordTypes.add')}
      </MayButton>
    );
  const free = (tables.data ?? []).filter(({ configured }) => !configured);
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="primary" icon={<Add20Regular />} disabled={tables.isPending}>
          {t('recordTypes.add')}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {free.map(({ name, label }) => (
            <MenuItem key={name} secondaryContent={name} onClick={() => router.history.push(pageOf(name))}>
              {label}
            </MenuItem>
          ))}
          {tables.isError ? (
            <MenuItem onClick={() => void tables.refetch()}>{t('recordTypes.notListed')}</MenuItem>
          ) : notAsked ? (
            <MenuItem onClick={() => router.history.push('/configuration/crm')}>
              {t('tablesRead.mayLack')}
            </MenuItem>
          ) : (
            free.length === 0 && (
              <MenuItem disabled>
                {t(tables.data?.length === 0 ? 'tablesRead.reading' : 'recordTypes.allAdded')}
              </MenuItem>
            )
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
