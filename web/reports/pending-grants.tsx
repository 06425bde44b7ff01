import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { z } from 'zod';
import { PendingGrantOut } from '../../src/http/schemas/consent.ts';
import { api } from '../ui/api.ts';
import { DataTable } from '../ui/data-table.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { keys } from '../ui/queries.ts';
import { ErrorState } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

const PendingList = z.object({ items: z.array(PendingGrantOut) });
type Pending = z.infer<typeof PendingGrantOut>;

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  title: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold, outline: 'none' },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

/**
 * Grants recorded by one person that count once another approves them. Shown while there are any, and on after the
 * last was decided here, so that whoever decided keeps their place.
 */
export function PendingGrants() {
  const styles = useStyles();
  const heading = useRef<HTMLHeadingElement>(null);
  const [decided, setDecided] = useState(false);
  const onDecided = () => {
    setDecided(true);
    heading.current?.focus();
  };
  const pending = useQuery({
    queryKey: keys.pendingGrants(),
    queryFn: ({ signal }) => api.get('/api/pending-grants', PendingList, { signal }),
  });
  if (pending.isError) return <ErrorState error={pending.error} onRetry={() => void pending.refetch()} />;
  if (pending.data === undefined || (pending.data.items.length === 0 && !decided)) return null;
  return (
    <section className={styles.section} aria-labelledby="pending-grants">
      <h2 ref={heading} tabIndex={-1} id="pending-grants" className={styles.title}>
        Grants that wait for a second person
      </h2>
      {pending.data.items.length === 0 ? (
        <p>Nothing else waits for a second person.</p>
      ) : (
        <DataTable
          label="Grants that wait for a second person"
          columns={[
            {
              header: 'Customer',
              cell: (row) => (row.name === row.phone ? row.name : `${row.name} ${row.phone ?? ''}`),
            },
            { header: 'Purpose', cell: (row) => row.purpose },
            { header: 'Evidence', cell: (row) => <span dir="auto">{row.evidence}</span> },
            {
              header: 'Recorded by',
              cell: (row) => (
                <span>
                  {row.requestedBy}, <Time at={row.requestedAt} form="long" />
                </span>
              ),
            },
            { header: 'Decision', cell: (row) => <Decide grant={row} onDecided={onDecided} /> },
          ]}
          rows={pending.data.items}
          rowKey={(row) => row.id}
        />
      )}
    </section>
  );
}

function Decide({ grant, onDecided }: { grant: Pending; onDecided: () => void }) {
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const me = useMe();
  const decide = useMutation({
    mutationFn: (how: 'approve' | 'reject') =>
      api.post(`/api/pending-grants/${encodeURIComponent(grant.id)}/${how}`),
    onSuccess: (_, how) => {
      notify.success(how === 'approve' ? 'The grant counts now.' : 'The grant is rejected.');
      onDecided();
    },
    onError: (error) => notify.problem(error),
    onSettled: () => {
      for (const topic of ['consent', 'sendable', 'conversation', 'record'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
  if (me.role === 'auditor') return null;
  return (
    <div className={styles.buttons}>
      <Button
        size="small"
        disabledFocusable={decide.isPending}
        onClick={() => decide.mutate('approve')}
        aria-label={`Approve the grant of ${grant.name}`}
      >
        Approve
      </Button>
      <Button
        size="small"
        disabledFocusable={decide.isPending}
        onClick={() => decide.mutate('reject')}
        aria-label={`Reject the grant of ${grant.name}`}
      >
        Reject
      </Button>
    </div>
  );
}
