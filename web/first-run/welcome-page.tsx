import { Page, PageHeader } from '../ui/page.tsx';

export function WelcomePage() {
  return (
    <Page>
      <PageHeader title="Welcome to Assent" />
    </Page>
  );
}
