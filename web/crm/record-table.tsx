import { Button } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { translate } from '../i18n/i18n.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { AppLink } from '../ui/link.tsx';
import { Ltr } from '../ui/ltr.tsx';
import type { RecordsSearch } from '../ui/records-search.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { ComplianceValue } from './compliance-value.tsx';
import { useRecords } from './record-queries.ts';

type Props = { types: RecordTypeOut[]; search: RecordsSearch };

/** The records that the filters leave; further ones load as the end comes into view. */
export function RecordTable({ types, search }: Props) {
  const { t } = useTranslation('crm');
  const query = useRecords(search);
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (end.current === null || !hasNextPage || isFetchingNextPage) return;
    const watch = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) void fetchNextPage();
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (query.isPending) return <Loading label={t('records.loading')} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) {
    return Object.keys(search).length > 0 ? (
      <EmptyState title={t('records.noMatch')}>{t('records.noMatchText')}</EmptyState>
    ) : (
      <EmptyState title={t('records.none')}>{t('records.noneText')}</EmptyState>
    );
  }
  return (
    <>
      <DataTable
        label={t('records.title')}
        columns={columnsOf(types, search.recordType)}
        rows={rows}
        rowKey={(row) => `${row.recordType}/${row.id}`}
      />
      <div ref={end}>
        {hasNextPage && (
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? t('records.loadingMore') : t('records.more')}
          </Button>
        )}
      </div>
    </>
  );
}

function columnsOf(types: RecordTypeOut[], chosen: string | undefined): Column<RecordOut>[] {
  const typeName = (table: string) => types.find((type) => type.table === table)?.displayName ?? table;
  const name: Column<RecordOut> = {
    header: translate('crm:columns.name'),
    cell: (row) => (
      <AppLink to={`/records/${encodeURIComponent(row.recordType)}/${encodeURIComponent(row.id)}`}>
        <span dir="auto">{row.name === '' ? translate('crm:record.noName') : row.name}</span>
      </AppLink>
    ),
  };
  const type: Column<RecordOut> = {
    header: translate('crm:recordType'),
    cell: (row) => typeName(row.recordType),
    whole: true,
  };
  const rest: Column<RecordOut>[] = [
    {
      header: translate('crm:columns.number'),
      cell: (row) =>
        row.phones[0] === undefined ? translate('crm:facts.noNumber') : <Ltr>{row.phones[0]}</Ltr>,
      whole: true,
    },
    {
      header: translate('crm:complianceField'),
      cell: (row) => <ComplianceValue value={row.complianceValue} />,
      whole: true,
    },
    {
      header: translate('crm:columns.consent'),
      cell: (row) => (
        <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6, verticalAlign: 'middle' }}>
          <ConsentBadge state={row.consent.service} onHold={row.consent.onHold} />
          {row.consent.unproven && translate('crm:columns.unproven')}
        </span>
      ),
      whole: true,
    },
    {
      header: translate('crm:columns.since'),
      cell: (row) => (row.consent.decidedAt === null ? '–' : <Time at={row.consent.decidedAt} form="long" />),
    },
  ];
  return chosen === undefined ? [name, type, ...rest] : [name, ...rest];
}
