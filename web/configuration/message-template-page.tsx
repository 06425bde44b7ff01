import { Page, PageHeader } from '../ui/page.tsx';

export function MessageTemplatePage({ id }: { id?: string }) {
  return (
    <Page>
      <PageHeader title={id ?? 'New Message Template'} />
    </Page>
  );
}
