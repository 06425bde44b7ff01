import { Button, useRestoreFocusTarget } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionsOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { SessionList } from '../ui/session-list.tsx';
import { Loaded, Loading } from '../ui/states.tsx';

/** Where one is signed in, and an end to any of it. */
export function SessionsSection() {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const returnFocus = useRestoreFocusTarget();
  const [asking, setAsking] = useState(false);
  const sessions = useQuery({
    queryKey: keys.sessions('me'),
    queryFn: async ({ signal }) =>
      (await api.get('/api/me/sessions', answerOf<SessionsOut>(), { signal })).items,
  });
  const end = useMutation({
    mutationFn: (id: string | null) =>
      api.delete(id === null ? '/api/me/sessions' : `/api/me/sessions/${encodeURIComponent(id)}`),
    onSuccess: (_, id) => {
      setAsking(false);
      notify.success(t(id === null ? 'account.othersEnded' : 'account.sessionEnded'));
      void client.invalidateQueries({ queryKey: keys.sessions('me') });
    },
    onError: (error) => notify.problem(error),
  });
  return (
    <FormSection title={t('account.sessions')} description={t('account.sessionsText')}>
      <Loaded query={sessions} loading={<Loading rows={2} />}>
        {(list) => (
          <>
            <SessionList
              label={t('account.sessions')}
              sessions={list}
              busy={end.isPending}
              onRevoke={({ id }) => end.mutate(id)}
            />
            {list.some(({ current }) => !current) && (
              <div>
                <Button {...returnFocus} onClick={() => setAsking(true)}>
                  {t('account.endOthers')}
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
      <ConfirmDialog
        open={asking}
        title={t('account.endOthersAsk')}
        confirmLabel={t('account.endOthers')}
        busy={end.isPending}
        onConfirm={() => end.mutate(null)}
        onCancel={() => setAsking(false)}
      >
        {t('account.endOthersText')}
      </ConfirmDialog>
    </FormSection>
  );
}
