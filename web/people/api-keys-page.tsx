import { Badge, Button, makeStyles, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Key24Regular } from '@fluentui/react-icons/svg/key';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listOf } from '../i18n/locale.ts';
import { api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Needing } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { ApiKeyDialog } from './api-key-dialog.tsx';
import { standingOf } from './api-key-standing.ts';
import { DialogProblem } from './dialog-problem.tsx';
import { type ApiKey, useApiKeys } from './queries.ts';

const useStyles = makeStyles({
  none: { color: tokens.colorNeutralForeground3 },
  hint: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  name: { display: 'inline-flex', flexWrap: 'wrap', alignItems: 'baseline', gap: '8px' },
  actions: { display: 'flex', justifyContent: 'flex-end' },
});

/** Configuration → API keys: one key per integration, each with just what it needs. */
export function ApiKeysPage() {
  const { t } = useTranslation(['people', 'rights']);
  return (
    <Needing right="manage-people" title={t('apiKeys.title')}>
      <ApiKeys />
    </Needing>
  );
}

function ApiKeys() {
  const { t } = useTranslation(['people', 'rights']);
  const apiKeys = useApiKeys();
  const returnFocus = useRestoreFocusTarget();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const create = (
    <Button {...returnFocus} appearance="primary" icon={<Add20Regular />} onClick={() => setMaking(true)}>
      {t('apiKeys.new')}
    </Button>
  );
  return (
    <Page>
      <PageHeader title={t('apiKeys.title')} description={t('apiKeys.description')} commands={create} />
      <Loaded query={apiKeys}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState icon={<Key24Regular />} title={t('apiKeys.none')}>
              {t('apiKeys.noneText')}
            </EmptyState>
          ) : (
            <KeyTable apiKeys={list} onRevoke={setRevoking} />
          )
        }
      </Loaded>
      {making && <ApiKeyDialog onClose={() => setMaking(false)} />}
      {revoking !== null && <Revoke apiKey={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  );
}

const colors = { good: 'success', expired: 'warning', revoked: 'danger' } as const;

function KeyTable({ apiKeys, onRevoke }: { apiKeys: ApiKey[]; onRevoke: (apiKey: ApiKey) => void }) {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const columns: Column<ApiKey>[] = [
    {
      header: t('apiKeys.name'),
      cell: ({ name, hint }) => (
        <span className={styles.name}>
          {name} <span className={styles.hint}>…{hint}</span>
        </span>
      ),
    },
    {
      header: t('apiKeys.scopes'),
      width: '34%',
      cell: ({ scopes }) => listOf(scopes.map((scope) => t(`rights:rights.${scope}.name`))),
    },
    {
      header: t('apiKeys.status'),
      cell: (apiKey) => {
        const standing = standingOf(apiKey, Date.now());
        return (
          <Badge appearance="tint" color={colors[standing]}>
            {t(`apiKeys.standing.${standing}`)}
          </Badge>
        );
      },
    },
    {
      header: t('apiKeys.expires'),
      cell: ({ expiresAt }) =>
        expiresAt === null ? (
          <span className={styles.none}>{t('apiKeys.never')}</span>
        ) : (
          <Time at={expiresAt} />
        ),
    },
    {
      header: t('apiKeys.lastUsed'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          <span className={styles.none}>{t('apiKeys.notYet')}</span>
        ) : (
          <Time at={lastUsedAt} />
        ),
    },
    {
      header: t('apiKeys.made'),
      cell: ({ createdBy, createdAt }) => (
        <span>
          {createdBy}, <Time at={createdAt} />
        </span>
      ),
    },
    {
      header: t('people.actions'),
      align: 'end',
      cell: (apiKey) =>
        apiKey.revokedAt === null && (
          <span className={styles.actions}>
            <Button
              {...returnFocus}
              size="small"
              aria-label={t('apiKeys.revokeOne', { name: apiKey.name })}
              onClick={() => onRevoke(apiKey)}
            >
              {t('apiKeys.revoke')}
            </Button>
          </span>
        ),
    },
  ];
  return <DataTable label={t('apiKeys.title')} columns={columns} rows={apiKeys} rowKey={({ id }) => id} />;
}

function Revoke({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation(['people', 'rights']);
  const client = useQueryClient();
  const notify = useNotify();
  const { name } = apiKey;
  const revoke = useMutation({
    mutationFn: () => api.delete(`/api/api-keys/${encodeURIComponent(apiKey.id)}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.apiKeys() });
      notify.success(t('apiKeys.revoked', { name }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t('apiKeys.revokeAsk', { name })}
      confirmLabel={t('apiKeys.revoke')}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onCancel={onClose}
    >
      {t('apiKeys.revokeText')}
      <DialogProblem error={revoke.error} />
    </ConfirmDialog>
  );
}
