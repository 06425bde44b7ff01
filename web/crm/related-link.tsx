import type { RecordOut } from '../../src/http/schemas/records.ts';
import { AppLink } from '../ui/link.tsx';

/** Leads to the record that number and consent are taken from. */
export function RelatedLink({ related }: { related: NonNullable<RecordOut['related']> }) {
  const { recordType, id, name } = related;
  return (
    <AppLink to={`/records/${encodeURIComponent(recordType)}/${encodeURIComponent(id)}`}>
      <bdi>{name}</bdi>
    </AppLink>
  );
}
