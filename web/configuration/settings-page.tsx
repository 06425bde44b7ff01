import { Page, PageHeader } from '../ui/page.tsx';

export function SettingsPage() {
  return (
    <Page>
      <PageHeader title="Settings" />
    </Page>
  );
}
