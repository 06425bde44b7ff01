import { useQuery } from '@tanstack/react-query';
import { Settings } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { AppLink } from '../ui/link.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { SettingsForm } from './settings-form.tsx';

/** Configuration → Settings: rules of the whole organisation. */
export function SettingsPage() {
  const settings = useQuery({
    queryKey: keys.settings(),
    queryFn: ({ signal }) => api.get('/api/settings', Settings, { signal }),
  });
  return (
    <Page>
      <PageHeader
        title="Settings"
        description={
          <>
            Rules for every record type. They hold at once, also for what is queued. Every change is kept in
            the <AppLink to="/configuration/audit">audit</AppLink>, with your name, before and after.
          </>
        }
      />
      <ReadOnlyNote />
      <Loaded query={settings}>{(saved) => <SettingsForm saved={saved} />}</Loaded>
    </Page>
  );
}
