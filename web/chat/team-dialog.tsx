import { Field, Radio, RadioGroup } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useDesk } from './desk-actions.ts';
import { useTeams } from './desk-queries.ts';

type Props = { conversation: ConversationOut; onClose: () => void };

/** Hands the chat to another team; there it belongs to nobody until somebody accepts it. */
export function TeamDialog({ conversation, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const teams = useTeams().filter(({ id }) => id !== conversation.team.id);
  const desk = useDesk(conversation);
  const [team, setTeam] = useState('');
  const confirm = async () => {
    if (await desk.act({ do: 'team', team })) onClose();
  };
  return (
    <ConfirmDialog
      open
      title={t('team.title', { customer: conversation.contactPoint.name })}
      confirmLabel={t('team.confirm')}
      busy={desk.doing !== null}
      disabled={team === ''}
      onConfirm={() => void confirm()}
      onCancel={onClose}
    >
      <p style={{ marginBottom: 12 }}>{t('team.text', { team: conversation.team.name })}</p>
      {teams.length === 0 ? (
        <p>{t('team.none')}</p>
      ) : (
        <Field label={t('team.to')} required>
          <RadioGroup value={team} onChange={(_, data) => setTeam(data.value)}>
            {teams.map(({ id, name }) => (
              <Radio key={id} value={id} label={<bdi>{name}</bdi>} />
            ))}
          </RadioGroup>
        </Field>
      )}
    </ConfirmDialog>
  );
}
