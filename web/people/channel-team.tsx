import { Field, Select } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ChannelOut } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useNotify } from '../ui/notify.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded, Loading } from '../ui/states.tsx';
import type { Team } from './queries.ts';

/** Which team a new conversation of the number belongs to, until somebody accepts it. */
export function ChannelTeam({ teams }: { teams: Team[] }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const channel = useQuery({
    queryKey: keys.channel(),
    queryFn: ({ signal }) => api.get('/api/channel', ChannelOut, { signal }),
  });
  const change = useMutation({
    mutationFn: (team: Team) => api.put('/api/channel/team', { team: team.id }),
    onSuccess: (_, team) => {
      notify.success(t('teams.channelSaved', { name: team.name }));
      void client.invalidateQueries({ queryKey: keys.channel() });
    },
    onError: (error) => notify.problem(error),
  });
  return (
    <FormSection title={t('teams.channel')} description={t('teams.channelText')}>
      <Loaded query={channel} loading={<Loading rows={1} />}>
        {({ team, displayPhoneNumber }) => (
          <Field
            label={
              displayPhoneNumber === null
                ? t('teams.channelLabel')
                : t('teams.channelLabelOf', { number: displayPhoneNumber })
            }
          >
            <Select
              style={{ maxWidth: 360 }}
              value={change.isPending ? change.variables.id : (team?.id ?? '')}
              onChange={(_, { value }) => {
                const chosen = teams.find(({ id }) => id === value);
                if (chosen !== undefined) change.mutate(chosen);
              }}
            >
              {team === null && <option value="">{t('teams.channelNone')}</option>}
              {teams.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
        )}
      </Loaded>
    </FormSection>
  );
}
