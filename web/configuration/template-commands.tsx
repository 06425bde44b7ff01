import { Button, useRestoreFocusTarget } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { SaveBar } from '../ui/save-bar.tsx';
import type { TemplateActions } from './template-actions.ts';

type Props = {
  template: MessageTemplateOut | null;
  actions: TemplateActions;
  dirty: boolean;
  /** What saving waits for: an empty field, or the record type's Compliance Field. */
  incomplete: string | null;
  onDiscard: () => void;
};

/** Save (draft), Publish, Retire. */
export function TemplateCommands({ template, actions, dirty, incomplete, onDiscard }: Props) {
  const { t } = useTranslation('configuration');
  const returnFocus = useRestoreFocusTarget();
  const [retiring, setRetiring] = useState(false);
  const { save, publish, retire } = actions;
  const busy = save.isPending || publish.isPending || retire.isPending;
  const live =
    template?.status === 'published' &&
    template.draft === null &&
    !dirty &&
    !template.waitingFor.some(({ code }) => code === 'whatsapp-template-changed');
  return (
    <SaveBar
      dirty={dirty}
      busy={busy}
      blocked={incomplete}
      onDiscard={onDiscard}
      after={
        <Button
          disabledFocusable={busy || incomplete !== null || live}
          onClick={() => publish.mutate()}
          appearance="primary"
        >
          {publish.isPending ? t('template.publishing') : t('template.publish')}
        </Button>
      }
    >
      {template?.status === 'published' && (
        <Button {...returnFocus} disabledFocusable={busy} onClick={() => setRetiring(true)}>
          {t('template.retire')}
        </Button>
      )}
      <ConfirmDialog
        open={retiring}
        title={t('template.retireTitle', { name: template?.name ?? '' })}
        confirmLabel={t('template.retire')}
        busy={retire.isPending}
        onConfirm={() => retire.mutate(undefined, { onSettled: () => setRetiring(false) })}
        onCancel={() => setRetiring(false)}
      >
        {t('template.retireText')}
      </ConfirmDialog>
    </SaveBar>
  );
}
