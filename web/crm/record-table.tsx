import { Button } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import type { RecordOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { AppLink } from '../ui/link.tsx';
import type { RecordsSearch } from '../ui/records-search.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { ComplianceValue } from './compliance-value.tsx';
import { useRecords } from './record-queries.ts';

type Props = { types: RecordTypeOut[]; search: RecordsSearch };

/** The records that the filters leave; further ones load as the end comes into view. */
export function RecordTable({ types, search }: Props) {
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

  if (query.isPending) return <Loading label="Loading records" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) {
    return Object.keys(search).length > 0 ? (
      <EmptyState title="No record matches">Change or clear the search and the filters.</EmptyState>
    ) : (
      <EmptyState title="No records yet">
        Add one with New record, or bring a list in with Import CSV.
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable
        label="Records"
        columns={columnsOf(types, search.recordType)}
        rows={rows}
        rowKey={(row) => `${row.recordType}/${row.id}`}
      />
      <div ref={end}>
        {hasNextPage && (
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : 'Show more'}
          </Button>
        )}
      </div>
    </>
  );
}

function columnsOf(types: RecordTypeOut[], chosen: string | undefined): Column<RecordOut>[] {
  const typeName = (table: string) => types.find((type) => type.table === table)?.displayName ?? table;
  const name: Column<RecordOut> = {
    header: 'Name',
    cell: (row) => (
      <AppLink to={`/records/${encodeURIComponent(row.recordType)}/${encodeURIComponent(row.id)}`}>
        <span dir="auto">{row.name === '' ? '(no name)' : row.name}</span>
      </AppLink>
    ),
  };
  const type: Column<RecordOut> = { header: 'Record type', cell: (row) => typeName(row.recordType) };
  const rest: Column<RecordOut>[] = [
    { header: 'Number', cell: (row) => row.phones[0] ?? 'None' },
    { header: 'Compliance Field', cell: (row) => <ComplianceValue value={row.complianceValue} /> },
    {
      header: 'Consent',
      cell: (row) => (
        <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6, verticalAlign: 'middle' }}>
          <ConsentBadge state={row.consent.service} onHold={row.consent.onHold} />
          {row.consent.unproven && 'unproven'}
        </span>
      ),
    },
    {
      header: 'Since',
      cell: (row) => (row.consent.decidedAt === null ? '–' : <Time at={row.consent.decidedAt} form="long" />),
    },
  ];
  return chosen === undefined ? [name, type, ...rest] : [name, ...rest];
}
