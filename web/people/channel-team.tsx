import { Field, Select } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ChannelTeam as ChannelTeamOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useWhyNot } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { Loaded, Loading } from '../ui/states.tsx';
import { type Team, useTeams } from './queries.ts';

/** Which team a new conversation of the number belongs to, until somebody accepts it. */
export function ChannelTeam() {
  const { t } = useTranslation('people');
  const teams = useTeams();
  return (
    <FormSection id="team" title={t('teams.channel')} description={t('teams.channelText')}>
      <Loaded query={teams} loading={<Loading rows={1} />}>
        {(list) => <Choice teams={list} />}
      </Loaded>
    </FormSection>
  );
}

function Choice({ teams }: { teams: Team[] }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const why = useWhyNot('manage-people');
  const chosen = useQuery({
    queryKey: keys.channelTeam(),
    queryFn: ({ signal }) => api.get('/api/channel/team', answerOf<ChannelTeamOut>(), { signal }),
  });
  const change = useMutation({
    mutationFn: (team: Team) => api.put('/api/channel/team', { team: team.id }, answerOf<ChannelTeamOut>()),
    onSuccess: (saved, team) => {
      client.setQueryData(keys.channelTeam(), saved);
      notify.success(t('teams.channelSaved', { name: team.name }));
    },
    onError: (error) => notify.problem(error),
  });
  // What was never chosen goes to the team that every installation begins with.
  const first = teams.find(({ everyone }) => everyone)?.id ?? '';
  return (
    <Loaded query={chosen} loading={<Loading rows={1} />}>
      {({ team }) => (
        <Field label={t('teams.channelLabel')} {...(why === null ? {} : { hint: why })}>
          <Select
            style={{ maxWidth: 360 }}
            value={change.isPending ? change.variables.id : (team?.id ?? first)}
            disabled={why !== null}
            onChange={(_, { value }) => {
              const wanted = teams.find(({ id }) => id === value);
              if (wanted !== undefined) change.mutate(wanted);
            }}
          >
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </Loaded>
  );
}
