import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PersonOut } from '../../src/http/schemas/people.ts';
import { api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { SessionList } from '../ui/session-list.tsx';
import { Loaded, Loading } from '../ui/states.tsx';
import { DialogProblem } from './dialog-problem.tsx';
import { personPath, useSessionsOf } from './queries.ts';

/** Where a person is signed in, and an end to all of it: for a lost phone, or a colleague who left. */
export function SessionsDialog({ person, onClose }: { person: PersonOut; onClose: () => void }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const sessions = useSessionsOf(person.id);
  const { name } = person;
  const end = useMutation({
    mutationFn: () => api.delete(personPath(person.id, '/sessions')),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.sessions(person.id) });
      notify.success(t('people.signedOut', { name }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t('people.sessionsOf', { name })}
      confirmLabel={t('people.signOutEverywhere')}
      busy={end.isPending}
      disabled={sessions.data === undefined || sessions.data.length === 0}
      onConfirm={() => end.mutate()}
      onCancel={onClose}
    >
      <Loaded query={sessions} loading={<Loading rows={2} />}>
        {(list) =>
          list.length === 0 ? (
            <p>{t('people.noSessions', { name })}</p>
          ) : (
            <SessionList label={t('people.sessionsOf', { name })} sessions={list} />
          )
        }
      </Loaded>
      <DialogProblem error={end.error} />
    </ConfirmDialog>
  );
}
