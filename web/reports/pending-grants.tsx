import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { PendingGrantOut, PendingGrantPage } from '../../src/http/schemas/consent.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { DataTable } from '../ui/data-table.tsx';
import { FileLink } from '../ui/file-link.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { keys } from '../ui/queries.ts';
import { ErrorState } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

type Pending = z.infer<typeof PendingGrantOut>;

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  title: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold, outline: 'none' },
  buttons: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px',
    '@media (max-width: 640px)': { justifyContent: 'flex-end' },
  },
  evidence: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start', overflowWrap: 'anywhere' },
  purpose: { display: 'inline-block', '::first-letter': { textTransform: 'uppercase' } },
  outrun: { color: tokens.colorStatusDangerForeground1 },
});

/**
 * Grants recorded by one person that count once another approves them. Shown while there are any, and on after the
 * last was decided here, so that whoever decided keeps their place.
 */
export function PendingGrants() {
  const { t } = useTranslation('reports');
  const styles = useStyles();
  const heading = useRef<HTMLHeadingElement>(null);
  const [decided, setDecided] = useState(false);
  const onDecided = () => {
    setDecided(true);
    heading.current?.focus();
  };
  const pending = useInfiniteQuery({
    queryKey: keys.pendingGrants(),
    queryFn: ({ pageParam, signal }) =>
      api.get(withQuery('/api/pending-grants', { cursor: pageParam }), answerOf<PendingGrantPage>(), {
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const grants = pending.data?.pages.flatMap(({ items }) => items);
  if (pending.isError) return <ErrorState error={pending.error} onRetry={() => void pending.refetch()} />;
  if (grants === undefined || (grants.length === 0 && !decided)) return null;
  return (
    <section className={styles.section} aria-labelledby="pending-grants">
      <h2 ref={heading} tabIndex={-1} id="pending-grants" className={styles.title}>
        {t('grants.title')}
      </h2>
      {grants.length === 0 ? (
        <p>{t('grants.none')}</p>
      ) : (
        <DataTable
          label={t('grants.title')}
          columns={[
            {
              header: t('grants.customer'),
              cell: (row) => (
                <>
                  {row.name !== row.phone && <Customer grant={row} />}{' '}
                  {row.phone !== null && <PhoneNumber number={row.phone} text={row.phoneText} />}
                </>
              ),
            },
            {
              header: t('grants.purpose'),
              cell: (row) => <span className={styles.purpose}>{t(`purpose.${row.purpose}`)}</span>,
            },
            {
              header: t('grants.evidence'),
              cell: (row) => (
                <span className={styles.evidence}>
                  <span dir="auto">{row.evidence}</span>
                  {row.fileName !== null && (
                    <FileLink
                      path={`/api/pending-grants/${encodeURIComponent(row.id)}/file`}
                      name={row.fileName}
                    />
                  )}
                </span>
              ),
              long: true,
            },
            {
              header: t('grants.recordedBy'),
              cell: (row) => (
                <span>
                  <bdi>{row.requestedBy}</bdi> · <Time at={row.requestedAt} form="long" />
                </span>
              ),
            },
            { header: t('grants.decision'), cell: (row) => <Decide grant={row} onDecided={onDecided} /> },
          ]}
          rows={grants}
          rowKey={(row) => row.id}
        />
      )}
      {pending.hasNextPage && (
        <div>
          <Button disabledFocusable={pending.isFetchingNextPage} onClick={() => void pending.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Their records are found by the number, whichever of several it is. */
function Customer({ grant: { name, phone } }: { grant: Pending }) {
  const shown = <bdi>{name}</bdi>;
  return phone === null ? shown : <AppLink to={withQuery('/records', { search: phone })}>{shown}</AppLink>;
}

function Decide({ grant, onDecided }: { grant: Pending; onDecided: () => void }) {
  const { t } = useTranslation('reports');
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const decide = useMutation({
    mutationFn: (how: 'approve' | 'reject') =>
      api.post(`/api/pending-grants/${encodeURIComponent(grant.id)}/${how}`),
    onSuccess: (_, how) => {
      notify.success(how === 'approve' ? t('grants.approved') : t('grants.rejected'));
      onDecided();
    },
    onError: (error) => notify.problem(error),
    onSettled: () => {
      for (const topic of ['consent', 'sendable', 'conversation', 'record'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
  return (
    <div className={styles.buttons}>
      {grant.refusedMeanwhile ? (
        <span className={styles.outrun}>{t('grants.refusedMeanwhile')}</span>
      ) : grant.own !== null ? (
        <span>{t(`grants.own.${grant.own}`)}</span>
      ) : (
        <MayButton
          right="approve-grant"
          size="small"
          disabledFocusable={decide.isPending}
          onClick={() => decide.mutate('approve')}
          aria-label={t('grants.approveOf', { name: grant.name })}
        >
          {t('grants.approve')}
        </MayButton>
      )}
      <MayButton
        right="approve-grant"
        size="small"
        disabledFocusable={decide.isPending}
        onClick={() => decide.mutate('reject')}
        aria-label={t('grants.rejectOf', { name: grant.name })}
      >
        {t('grants.reject')}
      </MayButton>
    </div>
  );
}
