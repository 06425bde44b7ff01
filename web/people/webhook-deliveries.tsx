import {
  Badge,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DeliveryOut, DeliveryPage, WebhookOut } from '../../src/http/schemas/webhooks.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { webhookPath } from './webhook-path.ts';
import { deliveredWord, problemWords } from './webhook-words.ts';

const LOOK_EVERY_MS = 3_000;
const useStyles = makeStyles({
  surface: { maxWidth: '760px' },
  stack: { display: 'inline-flex', flexDirection: 'column', gap: '2px' },
  more: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});
const colors = { pending: 'warning', delivered: 'success', failed: 'danger' } as const;
const words = { pending: 'waiting', delivered: 'delivered', failed: 'failed' } as const;

/** What became of each event, the newest first; looked at anew while it is open. */
export function WebhookDeliveries({ webhook, onClose }: { webhook: WebhookOut; onClose: () => void }) {
  const { t } = useTranslation('integrations');
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const deliveries = useInfiniteQuery({
    queryKey: keys.webhookDeliveries(webhook.id),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery(webhookPath(webhook.id, '/deliveries'), { cursor: pageParam }),
        answerOf<DeliveryPage>(),
        {
          signal,
        },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LOOK_EVERY_MS,
  });
  const again = useMutation({
    mutationFn: (id: string) =>
      api.post(webhookPath(webhook.id, `/deliveries/${encodeURIComponent(id)}/redeliver`)),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.webhookDeliveries(webhook.id) }),
    onError: (error) => notify.problem(error),
  });
  const rows = deliveries.data?.pages.flatMap(({ items }) => items);
  const columns: Column<DeliveryOut>[] = [
    { header: t('deliveries.event'), cell: ({ type }) => deliveredWord(type) },
    {
      header: t('deliveries.state'),
      cell: (row) => (
        <span className={styles.stack}>
          <span>
            <Badge appearance="tint" color={colors[row.state]}>
              {t(`deliveries.${words[row.state]}`)}
            </Badge>
          </span>
          {row.attempts > 1 && (
            <span className={styles.more}>{t('deliveries.tries', { count: row.attempts })}</span>
          )}
          {row.state !== 'delivered' && row.problem !== null && (
            <span className={styles.more}>{problemWords(row)}</span>
          )}
        </span>
      ),
    },
    { header: t('deliveries.at'), cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      header: t('webhooks.actions'),
      align: 'end',
      cell: (row) =>
        webhook.enabled && (
          <Button
            size="small"
            aria-label={t('deliveries.againOne', { event: deliveredWord(row.type) })}
            onClick={() => again.mutate(row.id)}
          >
            {t('deliveries.again')}
          </Button>
        ),
    },
  ];
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t('deliveries.title', { address: webhook.url })}</DialogTitle>
          <DialogContent>
            {deliveries.isPending && <Loading />}
            {deliveries.isError && rows === undefined && (
              <ErrorState error={deliveries.error} onRetry={() => void deliveries.refetch()} />
            )}
            {rows?.length === 0 && t('deliveries.none')}
            {rows !== undefined && rows.length > 0 && (
              <DataTable label={t('deliveries.show')} columns={columns} rows={rows} rowKey={({ id }) => id} />
            )}
            {deliveries.hasNextPage && (
              <Button onClick={() => void deliveries.fetchNextPage()}>{t('deliveries.older')}</Button>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('deliveries.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
