import { Field, Input, makeStyles } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TeamOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useNotify } from '../ui/notify.ts';
import { ErrorState, Loading } from '../ui/states.tsx';
import { CheckList } from './check-list.tsx';
import { DialogProblem } from './dialog-problem.tsx';
import { type Team, teamPath, usePeople } from './queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBlock: '8px' },
});

/** A new team, or another name or other members for one that is there. */
export function TeamDialog({ team, onClose }: { team?: Team; onClose: () => void }) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState(team?.members.map(({ id }) => id) ?? []);
  const [touched, setTouched] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      team === undefined
        ? api.post('/api/teams', { name, members }, answerOf<TeamOut>())
        : api.patch(teamPath(team.id), { name, members }, answerOf<TeamOut>()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['people'] });
      notify.success(t(team === undefined ? 'teams.made' : 'teams.saved', { name }));
      onClose();
    },
  });
  const missing = name.trim() === '';
  return (
    <ConfirmDialog
      open
      noValidate
      title={team === undefined ? t('teams.new') : t('teams.editOne', team)}
      confirmLabel={team === undefined ? t('teams.create') : t('person.save')}
      busy={save.isPending}
      onConfirm={() => {
        setTouched(true);
        if (!missing) save.mutate();
      }}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <Field
          label={t('teams.name')}
          required
          {...(touched && missing ? { validationMessage: t('teams.nameMissing') } : {})}
        >
          <Input
            dir="auto"
            value={name}
            maxLength={100}
            autoComplete="off"
            onChange={(_, { value }) => setName(value)}
          />
        </Field>
        <Members chosen={members} onChange={setMembers} />
        <DialogProblem error={save.error} />
      </div>
    </ConfirmDialog>
  );
}

/** Everybody who can be a member: the list comes in pages, all of them are fetched. */
function Members({ chosen, onChange }: { chosen: string[]; onChange: (chosen: string[]) => void }) {
  const { t } = useTranslation('people');
  const { data, error, isError, refetch, hasNextPage, isFetching, fetchNextPage } = usePeople('');
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined || hasNextPage) return <Loading rows={4} />;
  const people = data.pages
    .flatMap(({ items }) => items)
    .filter(({ id, status }) => status !== 'disabled' || chosen.includes(id));
  return <CheckList label={t('teams.members')} options={people} chosen={chosen} onChange={onChange} />;
}
