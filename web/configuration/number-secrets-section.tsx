import { Button, Field, Input, MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelSecretsOut } from '../../src/http/schemas/channel-secrets.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { Loaded, sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

type AppSecret = ChannelSecretsOut['appSecrets'][number];
type Shown = { what: 'token' } | { what: 'add' } | { what: 'remove'; secret: AppSecret };

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  actions: { display: 'flex', justifyContent: 'flex-end' },
});

/** The number's access token and app secrets: their last characters, where they are from, and changing them. */
export function NumberSecretsSection() {
  const { t } = useTranslation('integrations');
  const secrets = useQuery({
    queryKey: keys.channelSecrets(),
    queryFn: ({ signal }) => api.get('/api/channel/secrets', answerOf<ChannelSecretsOut>(), { signal }),
  });
  return (
    <FormSection title={t('numberSecrets.title')} description={t('numberSecrets.text')}>
      <Loaded query={secrets}>{(data) => <Secrets data={data} />}</Loaded>
    </FormSection>
  );
}

function Secrets({ data }: { data: ChannelSecretsOut }) {
  const { t } = useTranslation('integrations');
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const [shown, setShown] = useState<Shown | null>(null);
  const back = useMutation({
    mutationFn: () => api.delete('/api/channel/access-token'),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.channelSecrets() });
      notify.success(t('numberSecrets.saved'));
    },
    onError: (error) => notify.problem(error),
  });
  const from = ({ createdBy, createdAt }: { createdBy: string | null; createdAt: string | null }) =>
    createdAt === null ? (
      t('numberSecrets.environment')
    ) : (
      <span>
        {createdBy}, <Time at={createdAt} />
      </span>
    );
  const columns: Column<AppSecret>[] = [
    { header: t('numberSecrets.appSecret'), cell: ({ hint }) => <Ltr>…{hint}</Ltr> },
    { header: t('numberSecrets.from'), cell: from },
    {
      header: t('numberSecrets.lastUsed'),
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('numberSecrets.notYet') : <Time at={lastUsedAt} />),
    },
    {
      header: t('numberSecrets.actions'),
      align: 'end',
      cell: (secret) =>
        secret.id !== null && (
          <span className={styles.actions}>
            <Button
              size="small"
              aria-label={t('numberSecrets.removeOne', { hint: secret.hint })}
              onClick={() => setShown({ what: 'remove', secret })}
            >
              {t('numberSecrets.remove')}
            </Button>
          </span>
        ),
    },
  ];
  return (
    <>
      {!data.canKeep && (
        <MessageBar layout="multiline">
          <MessageBarBody>{t('numberSecrets.noKey')}</MessageBarBody>
        </MessageBar>
      )}
      <Facts
        items={[
          { term: t('numberSecrets.accessToken'), value: <Ltr>…{data.accessToken.hint}</Ltr> },
          { term: t('numberSecrets.from'), value: from(data.accessToken) },
        ]}
      />
      <div className={styles.row}>
        <Button disabled={!data.canKeep} onClick={() => setShown({ what: 'token' })}>
          {t('numberSecrets.change')}
        </Button>
        {data.accessToken.id !== null && (
          <Button disabledFocusable={back.isPending} onClick={() => back.mutate()}>
            {t('numberSecrets.back')}
          </Button>
        )}
      </div>
      <DataTable
        label={t('numberSecrets.appSecrets')}
        columns={columns}
        rows={data.appSecrets}
        rowKey={({ id, hint }) => id ?? `environment-${hint}`}
      />
      <div>
        <Button disabled={!data.canKeep} onClick={() => setShown({ what: 'add' })}>
          {t('numberSecrets.add')}
        </Button>
      </div>
      {shown?.what === 'token' && <Enter what="token" onClose={() => setShown(null)} />}
      {shown?.what === 'add' && <Enter what="add" onClose={() => setShown(null)} />}
      {shown?.what === 'remove' && <Remove secret={shown.secret} onClose={() => setShown(null)} />}
    </>
  );
}

function Enter({ what, onClose }: { what: 'token' | 'add'; onClose: () => void }) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const notify = useNotify();
  const [text, setText] = useState('');
  const [touched, setTouched] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      what === 'token'
        ? api.put('/api/channel/access-token', { accessToken: text.trim() }, answerOf<ChannelSecretsOut>())
        : api.post('/api/channel/app-secrets', { appSecret: text.trim() }, answerOf<ChannelSecretsOut>()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.channelSecrets() });
      notify.success(t('numberSecrets.saved'));
      onClose();
    },
  });
  const fits = /^[\x21-\x7e]{16,1000}$/.test(text.trim());
  return (
    <ConfirmDialog
      open
      noValidate
      title={t(what === 'token' ? 'numberSecrets.changeTitle' : 'numberSecrets.addTitle')}
      confirmLabel={t('numberSecrets.save')}
      busy={save.isPending}
      onConfirm={() => {
        setTouched(true);
        if (fits) save.mutate();
      }}
      onCancel={onClose}
    >
      <Field
        label={t(what === 'token' ? 'numberSecrets.accessToken' : 'numberSecrets.appSecret')}
        required
        hint={t(what === 'token' ? 'numberSecrets.changeHint' : 'numberSecrets.addHint')}
        {...(touched && !fits ? { validationMessage: t('numberSecrets.missing') } : {})}
      >
        <Input
          type="password"
          dir="ltr"
          value={text}
          maxLength={1000}
          autoComplete="off"
          onChange={(_, { value }) => setText(value)}
        />
      </Field>
      <Refused error={save.error} />
    </ConfirmDialog>
  );
}

function Remove({ secret, onClose }: { secret: AppSecret; onClose: () => void }) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/channel/app-secrets/${encodeURIComponent(secret.id ?? '')}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.channelSecrets() });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t('numberSecrets.removeAsk')}
      confirmLabel={t('numberSecrets.remove')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onCancel={onClose}
    >
      {t('numberSecrets.removeText')}
      <Refused error={remove.error} />
    </ConfirmDialog>
  );
}

function Refused({ error }: { error: unknown }) {
  if (error === null) return null;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>{sentenceOf(error)}</MessageBarBody>
    </MessageBar>
  );
}
