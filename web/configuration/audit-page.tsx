import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { History24Regular } from '@fluentui/react-icons/svg/history';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { AuditOut } from '../../src/http/schemas/administration.ts';
import { pageOf } from '../../src/http/schemas/common.ts';
import { api, withQuery } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { auditSentence } from './audit-words.ts';
import { differencesOf } from './differences.ts';

type Entry = z.infer<typeof AuditOut>;
const AuditPageOut = pageOf(AuditOut);

const useStyles = makeStyles({
  changes: { margin: 0, padding: 0, listStyle: 'none', display: 'flex', flexDirection: 'column', gap: '2px' },
  details: { '& > summary': { cursor: 'pointer', color: tokens.colorBrandForegroundLink } },
  field: { color: tokens.colorNeutralForeground3 },
});

const columns: Column<Entry>[] = [
  { header: 'What', cell: auditSentence, width: '32%' },
  { header: 'Change', cell: (entry) => <Changes entry={entry} />, width: '38%' },
  { header: 'Who', cell: ({ actor }) => actor },
  { header: 'When', cell: ({ at }) => <Time at={at} form="long" /> },
];

/** A short change is told at once; what was made or removed as a whole on demand. */
function Changes({ entry }: { entry: Entry }) {
  const styles = useStyles();
  const differences = differencesOf(entry.before, entry.after);
  const whole = entry.before === null || entry.after === null;
  const list = (
    <ul className={styles.changes}>
      {differences.map(({ field, before, after }) => (
        <li key={field}>
          {field !== '' && <span className={styles.field}>{field}: </span>}
          {entry.before === null ? after : entry.after === null ? before : `${before} → ${after}`}
        </li>
      ))}
    </ul>
  );
  if (!whole && differences.length <= 3) return list;
  return (
    <details className={styles.details}>
      <summary>{differences.length === 1 ? '1 field' : `${differences.length} fields`}</summary>
      {list}
    </details>
  );
}

/** Configuration → Audit: who changed what in the configuration, newest first. */
export function AuditPage() {
  const audit = useInfiniteQuery({
    queryKey: keys.audit(),
    queryFn: ({ pageParam, signal }) =>
      api.get(withQuery('/api/audit', { cursor: pageParam }), AuditPageOut, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const entries = audit.data?.pages.flatMap(({ items }) => items);
  return (
    <Page>
      <PageHeader
        title="Audit"
        description="Who changed what in the configuration, and when. Consent has a ledger of its own: see a record’s consent history."
      />
      {audit.isError && entries === undefined && (
        <ErrorState error={audit.error} onRetry={() => void audit.refetch()} />
      )}
      {audit.isPending && <Loading />}
      {entries?.length === 0 && (
        <EmptyState icon={<History24Regular />} title="Nothing was changed yet">
          The first change of a record type, a message template or a setting will stand here.
        </EmptyState>
      )}
      {entries !== undefined && entries.length > 0 && (
        <DataTable label="Audit, newest first" columns={columns} rows={entries} rowKey={({ id }) => id} />
      )}
      {audit.hasNextPage && (
        <div>
          <Button disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {audit.isFetchingNextPage ? 'Loading…' : 'Show older'}
          </Button>
        </div>
      )}
    </Page>
  );
}
