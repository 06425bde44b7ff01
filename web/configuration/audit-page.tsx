import { Page, PageHeader } from '../ui/page.tsx';

export function AuditPage() {
  return (
    <Page>
      <PageHeader title="Audit" />
    </Page>
  );
}
