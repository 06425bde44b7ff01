import { Page, PageHeader } from '../ui/page.tsx';

export function MessageTemplatesPage() {
  return (
    <Page>
      <PageHeader title="Message Templates" />
    </Page>
  );
}
