import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { SettingsOut } from '../../src/http/schemas/administration.ts';
import { answerOf, api } from '../ui/api.ts';
import { AppLink } from '../ui/link.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Configuration → Settings: rules of the whole organisation. */
export function SettingsPage() {
  const { t } = useTranslation('configuration');
  const settings = useQuery({
    queryKey: keys.settings(),
    queryFn: ({ signal }) => api.get('/api/settings', answerOf<SettingsOut>(), { signal }),
  });
  return (
    <Page>
      <PageHeader
        title={t('settings.title')}
        description={
          <Trans
            t={t}
            i18nKey="settings.description"
            components={{ audit: <AppLink to="/configuration/audit">{null}</AppLink> }}
          />
        }
      />
      <ReadOnlyNote right="manage-settings" />
      <Loaded query={settings}>{(stored) => <SettingsForm stored={stored} />}</Loaded>
    </Page>
  );
}
