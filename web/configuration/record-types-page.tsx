import { Page, PageHeader } from '../ui/page.tsx';

export function RecordTypesPage() {
  return (
    <Page>
      <PageHeader title="Record Types" />
    </Page>
  );
}
