import { Page, PageHeader } from '../ui/page.tsx';

export function WhatsAppPage() {
  return (
    <Page>
      <PageHeader title="WhatsApp" />
    </Page>
  );
}
