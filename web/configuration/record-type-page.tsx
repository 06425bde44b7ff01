import { Page, PageHeader } from '../ui/page.tsx';

export function RecordTypePage({ table }: { table: string }) {
  return (
    <Page>
      <PageHeader title={table} />
    </Page>
  );
}
