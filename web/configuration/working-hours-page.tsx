import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WorkingHours } from '../../src/http/schemas/desk.ts';
import { answerOf, api } from '../ui/api.ts';
import { Needing } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { WorkingHoursForm } from './working-hours-form.tsx';

/** Configuration → Working hours: when people are here, holidays, and what a customer is told outside. */
export function WorkingHoursPage() {
  const { t } = useTranslation('configuration');
  return (
    <Needing right="see-chats" title={t('workingHours.title')}>
      <Hours />
    </Needing>
  );
}

function Hours() {
  const { t } = useTranslation('configuration');
  const hours = useQuery({
    queryKey: keys.workingHours(),
    queryFn: ({ signal }) => api.get('/api/working-hours', answerOf<WorkingHours>(), { signal }),
  });
  return (
    <Page>
      <PageHeader title={t('workingHours.title')} description={t('workingHours.description')} />
      <ReadOnlyNote right="manage-settings" />
      <Loaded query={hours}>{(saved) => <WorkingHoursForm saved={saved} />}</Loaded>
    </Page>
  );
}
