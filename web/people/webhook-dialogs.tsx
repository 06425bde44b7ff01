import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WebhookOut, WebhookSecretOut } from '../../src/http/schemas/webhooks.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { DialogProblem } from './dialog-problem.tsx';
import { SecretDialog } from './secret.tsx';
import { WebhookDeliveries } from './webhook-deliveries.tsx';
import { WebhookForm } from './webhook-form.tsx';
import { webhookPath } from './webhook-path.ts';

export type ShownWebhook =
  | { what: 'create' }
  | { what: 'edit' | 'new-secret' | 'remove' | 'deliveries'; webhook: WebhookOut };

/** The dialog that is open. */
export function WebhookDialogs({ shown, onClose }: { shown: ShownWebhook; onClose: () => void }) {
  switch (shown.what) {
    case 'create':
      return <CreateWebhook onClose={onClose} />;
    case 'edit':
      return <EditWebhook webhook={shown.webhook} onClose={onClose} />;
    case 'new-secret':
      return <NewSecret webhook={shown.webhook} onClose={onClose} />;
    case 'remove':
      return <RemoveWebhook webhook={shown.webhook} onClose={onClose} />;
    case 'deliveries':
      return <WebhookDeliveries webhook={shown.webhook} onClose={onClose} />;
  }
}

type OfOne = { webhook: WebhookOut; onClose: () => void };

function CreateWebhook({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: (input: object) => api.post('/api/webhooks', input, answerOf<WebhookSecretOut>()),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.webhooks() }),
  });
  if (create.data !== undefined) return <ShowSecret secret={create.data.secret} onClose={onClose} />;
  return (
    <WebhookForm
      title={t('webhooks.new')}
      confirmLabel={t('webhooks.create')}
      busy={create.isPending}
      error={create.error}
      onSave={(input) => create.mutate(input)}
      onClose={onClose}
    />
  );
}

function EditWebhook({ webhook, onClose }: OfOne) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const notify = useNotify();
  const save = useMutation({
    mutationFn: (input: object) => api.patch(webhookPath(webhook.id), input),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.webhooks() });
      notify.success(t('webhooks.saved'));
      onClose();
    },
  });
  return (
    <WebhookForm
      title={t('webhooks.editOne')}
      confirmLabel={t('webhooks.save')}
      webhook={webhook}
      busy={save.isPending}
      error={save.error}
      onSave={(input) => save.mutate(input)}
      onClose={onClose}
    />
  );
}

function NewSecret({ webhook, onClose }: OfOne) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const rotate = useMutation({
    mutationFn: () =>
      api.post(webhookPath(webhook.id, '/rotate-secret'), undefined, answerOf<WebhookSecretOut>()),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.webhooks() }),
  });
  if (rotate.data !== undefined) return <ShowSecret secret={rotate.data.secret} onClose={onClose} />;
  return (
    <ConfirmDialog
      open
      title={t('webhooks.newSecretAsk')}
      confirmLabel={t('webhooks.newSecret')}
      busy={rotate.isPending}
      onConfirm={() => rotate.mutate()}
      onCancel={onClose}
    >
      {t('webhooks.newSecretText')}
      <DialogProblem error={rotate.error} />
    </ConfirmDialog>
  );
}

function RemoveWebhook({ webhook, onClose }: OfOne) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const notify = useNotify();
  const remove = useMutation({
    mutationFn: () => api.delete(webhookPath(webhook.id)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.webhooks() });
      notify.success(t('webhooks.removed'));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t('webhooks.removeAsk')}
      confirmLabel={t('webhooks.remove')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onCancel={onClose}
    >
      {t('webhooks.removeText', { address: webhook.url })}
      <DialogProblem error={remove.error} />
    </ConfirmDialog>
  );
}

function ShowSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation('integrations');
  return (
    <SecretDialog
      title={t('webhooks.secretTitle')}
      label={t('webhooks.secret')}
      value={secret}
      copyLabel={t('webhooks.copySecret')}
      hint={t('webhooks.secretHint')}
      onClose={onClose}
    />
  );
}
