import { Button, Field, makeStyles, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useMe } from '../ui/me.tsx';
import { Loaded } from '../ui/states.tsx';
import { useColleagues } from './colleagues.ts';
import { useDesk } from './desk-actions.ts';
import { PersonPicker } from './person-picker.tsx';

const useStyles = makeStyles({
  fields: { display: 'flex', flexDirection: 'column', gap: '12px' },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '4px' },
  row: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: '8px' },
});

type Props = { conversation: ConversationOut; onClose: () => void };

/** Asks a colleague in: they read along and write notes, and cannot send. Here too it ends. */
export function DiscussDialog({ conversation, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('dialogs');
  const me = useMe();
  const colleagues = useColleagues(conversation.id);
  const desk = useDesk(conversation);
  const [person, setPerson] = useState('');
  const [reason, setReason] = useState('');
  const { discussing, owner } = conversation;
  const inside = new Set([me.id, owner?.id, ...discussing.map(({ id }) => id)]);
  const confirm = async () => {
    if (await desk.act({ do: 'discuss', person, reason })) onClose();
  };
  return (
    <ConfirmDialog
      open
      title={t('discuss.title', { customer: conversation.contactPoint.name })}
      confirmLabel={t('discuss.confirm')}
      busy={desk.doing === 'discuss'}
      disabled={person === ''}
      onConfirm={() => void confirm()}
      onCancel={onClose}
    >
      <div className={styles.fields}>
        <p>{t('discuss.text')}</p>
        {discussing.length > 0 && (
          <ul className={styles.list} aria-label={t('discuss.inside')}>
            {discussing.map(({ id, name }) => (
              <li key={id} className={styles.row}>
                <bdi>{name}</bdi>
                <Button
                  size="small"
                  aria-label={t('discuss.endOf', { name })}
                  disabledFocusable={desk.doing !== null}
                  onClick={() => void desk.act({ do: 'end-discussion', person: id })}
                >
                  {t('discuss.end')}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Loaded query={colleagues}>
          {(people) => (
            <PersonPicker
              label={t('discuss.who')}
              people={people.filter(({ id }) => !inside.has(id))}
              chosen={person}
              onChange={setPerson}
            />
          )}
        </Loaded>
        <Field label={t('ask.reason')} hint={t('discuss.reasonHint')}>
          <Textarea value={reason} maxLength={500} onChange={(_, data) => setReason(data.value)} />
        </Field>
      </div>
    </ConfirmDialog>
  );
}
