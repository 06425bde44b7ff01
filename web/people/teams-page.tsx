import { Badge, Button, makeStyles, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { Delete20Regular } from '@fluentui/react-icons/svg/delete';
import { Edit20Regular } from '@fluentui/react-icons/svg/edit';
import { PeopleTeam24Regular } from '@fluentui/react-icons/svg/people-team';
import { PeopleTeamAdd20Regular } from '@fluentui/react-icons/svg/people-team-add';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listOf } from '../i18n/locale.ts';
import { api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { MayButton, Needing } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { ChannelTeam } from './channel-team.tsx';
import { DialogProblem } from './dialog-problem.tsx';
import { type Team, teamPath, useTeams } from './queries.ts';
import { TeamDialog } from './team-dialog.tsx';

const useStyles = makeStyles({
  name: { display: 'inline-flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  none: { color: tokens.colorNeutralForeground3 },
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
});

type Shown = { what: 'new' } | { what: 'edit' | 'delete'; team: Team };

/** Configuration → Teams: who shares the conversations that nobody has accepted yet. */
export function TeamsPage() {
  const { t } = useTranslation('people');
  return (
    <Needing right="manage-people" title={t('teams.title')}>
      <Teams />
    </Needing>
  );
}

function Teams() {
  const { t } = useTranslation('people');
  const teams = useTeams();
  const returnFocus = useRestoreFocusTarget();
  const [shown, setShown] = useState<Shown | null>(null);
  const close = () => setShown(null);
  const create = (
    <Button
      {...returnFocus}
      appearance="primary"
      icon={<PeopleTeamAdd20Regular />}
      onClick={() => setShown({ what: 'new' })}
    >
      {t('teams.new')}
    </Button>
  );
  return (
    <Page>
      <PageHeader title={t('teams.title')} description={t('teams.description')} commands={create} />
      <Loaded query={teams}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState icon={<PeopleTeam24Regular />} title={t('teams.none')}>
              {t('teams.noneText')}
            </EmptyState>
          ) : (
            <>
              <ChannelTeam />
              <TeamTable teams={list} onShow={setShown} />
            </>
          )
        }
      </Loaded>
      {shown?.what === 'new' && <TeamDialog onClose={close} />}
      {shown?.what === 'edit' && <TeamDialog team={shown.team} onClose={close} />}
      {shown?.what === 'delete' && <DeleteTeam team={shown.team} onClose={close} />}
    </Page>
  );
}

/** Names that are written out before the rest is counted. */
const NAMED = 6;

function TeamTable({ teams, onShow }: { teams: Team[]; onShow: (shown: Shown) => void }) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const columns: Column<Team>[] = [
    {
      header: t('teams.name'),
      width: '28%',
      cell: ({ name, everyone }) => (
        <span className={styles.name}>
          {name}
          {everyone && <Badge appearance="outline">{t('teams.everyone')}</Badge>}
        </span>
      ),
    },
    {
      header: t('teams.members'),
      cell: ({ members }) => {
        if (members.length === 0) return <span className={styles.none}>{t('teams.nobody')}</span>;
        const named = members.slice(0, NAMED).map(({ name }) => name);
        const more = members.length - named.length;
        return (
          <span title={listOf(members.map(({ name }) => name))}>
            {listOf(named)}
            {more > 0 && ` ${t('teams.more', { count: more })}`}
          </span>
        );
      },
    },
    {
      header: t('people.actions'),
      align: 'end',
      width: '120px',
      cell: (team) => (
        <span className={styles.actions}>
          <Button
            {...returnFocus}
            appearance="subtle"
            icon={<Edit20Regular />}
            aria-label={t('teams.editOne', team)}
            onClick={() => onShow({ what: 'edit', team })}
          />
          <MayButton
            {...returnFocus}
            right="manage-people"
            reason={team.everyone ? t('teams.deleteDefault') : null}
            appearance="subtle"
            icon={<Delete20Regular />}
            aria-label={t('teams.deleteOne', team)}
            onClick={() => onShow({ what: 'delete', team })}
          />
        </span>
      ),
    },
  ];
  return <DataTable label={t('teams.title')} columns={columns} rows={teams} rowKey={({ id }) => id} />;
}

/** A team that conversations or a number still belong to is not deleted; the server says which. */
function DeleteTeam({ team, onClose }: { team: Team; onClose: () => void }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const remove = useMutation({
    mutationFn: () => api.delete(teamPath(team.id)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['people'] });
      notify.success(t('teams.deleted', team));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t('teams.deleteAsk', team)}
      confirmLabel={t('teams.delete')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onCancel={onClose}
    >
      {t('teams.deleteText')}
      <DialogProblem error={remove.error} />
    </ConfirmDialog>
  );
}
