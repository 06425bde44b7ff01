import { Badge, Button, makeStyles, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { PlugConnected24Regular } from '@fluentui/react-icons/svg/plug-connected';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CONSENT_EVENTS } from '../../src/core/consent-event.ts';
import type { WebhookOut, WebhooksOut } from '../../src/http/schemas/webhooks.ts';
import { formatNumber, listOf } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { Needing } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { localTime, Time } from '../ui/time.tsx';
import { type ShownWebhook, WebhookDialogs } from './webhook-dialogs.tsx';
import { WebhookMenu } from './webhook-menu.tsx';
import { eventWord, standingOf } from './webhook-words.ts';

const LOOK_EVERY_MS = 3_000;

const useStyles = makeStyles({
  none: { color: tokens.colorNeutralForeground3 },
  stack: { display: 'inline-flex', flexDirection: 'column', gap: '2px', overflowWrap: 'anywhere' },
  more: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  actions: { display: 'flex', justifyContent: 'flex-end' },
});

/** Configuration → Webhooks: which systems are told of consent decisions. */
export function WebhooksPage() {
  const { t } = useTranslation('integrations');
  return (
    <Needing right="manage-settings" title={t('webhooks.title')}>
      <Webhooks />
    </Needing>
  );
}

function Webhooks() {
  const { t } = useTranslation('integrations');
  const returnFocus = useRestoreFocusTarget();
  const [shown, setShown] = useState<ShownWebhook | null>(null);
  const webhooks = useQuery({
    queryKey: keys.webhooks(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/webhooks', answerOf<WebhooksOut>(), { signal })).items,
    // Deliveries are told to nobody: looked for while some are under way.
    refetchInterval: ({ state }) =>
      state.data?.some(({ enabled, pending }) => enabled && pending > 0) ? LOOK_EVERY_MS : false,
  });
  return (
    <Page>
      <PageHeader
        title={t('webhooks.title')}
        description={t('webhooks.description')}
        commands={
          <Button
            {...returnFocus}
            appearance="primary"
            icon={<Add20Regular />}
            onClick={() => setShown({ what: 'create' })}
          >
            {t('webhooks.new')}
          </Button>
        }
      />
      <Loaded query={webhooks}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState icon={<PlugConnected24Regular />} title={t('webhooks.none')}>
              {t('webhooks.noneText')}
            </EmptyState>
          ) : (
            <WebhookTable webhooks={list} onShow={setShown} />
          )
        }
      </Loaded>
      {shown !== null && <WebhookDialogs shown={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

const colors = {
  works: 'success',
  failing: 'warning',
  'by-hand': 'informative',
  gone: 'danger',
  'given-up': 'danger',
} as const;

function WebhookTable({
  webhooks,
  onShow,
}: {
  webhooks: WebhookOut[];
  onShow: (shown: ShownWebhook) => void;
}) {
  const { t } = useTranslation('integrations');
  const styles = useStyles();
  const columns: Column<WebhookOut>[] = [
    {
      header: t('webhooks.address'),
      width: '34%',
      cell: ({ url, description }) => (
        <span className={styles.stack}>
          <Ltr>{url}</Ltr>
          {description !== '' && <bdi className={styles.more}>{description}</bdi>}
        </span>
      ),
    },
    {
      header: t('webhooks.events'),
      cell: ({ types }) =>
        types.length === CONSENT_EVENTS.length ? t('webhooks.allEvents') : listOf(types.map(eventWord)),
    },
    {
      header: t('webhooks.status'),
      cell: (webhook) => {
        const standing = standingOf(webhook);
        return (
          <span className={styles.stack}>
            <span>
              <Badge appearance="tint" color={colors[standing]}>
                {t(`webhooks.standing.${standing}`)}
              </Badge>
            </span>
            {webhook.oldSecretUntil !== null && (
              <span className={styles.more}>
                {t('webhooks.oldSecret', { until: localTime(webhook.oldSecretUntil) })}
              </span>
            )}
          </span>
        );
      },
    },
    {
      header: t('webhooks.lastSuccess'),
      cell: ({ lastSuccessAt }) =>
        lastSuccessAt === null ? (
          <span className={styles.none}>{t('webhooks.notYet')}</span>
        ) : (
          <Time at={lastSuccessAt} />
        ),
    },
    { header: t('webhooks.waiting'), align: 'end', cell: ({ pending }) => formatNumber(pending) },
    {
      header: t('webhooks.actions'),
      align: 'end',
      cell: (webhook) => (
        <span className={styles.actions}>
          <WebhookMenu webhook={webhook} onShow={onShow} />
        </span>
      ),
    },
  ];
  return <DataTable label={t('webhooks.title')} columns={columns} rows={webhooks} rowKey={({ id }) => id} />;
}
