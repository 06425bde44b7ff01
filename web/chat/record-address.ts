/** The page of a CRM record. */
export function recordAddress(record: { recordType: string; id: string }): string {
  return `/records/${encodeURIComponent(record.recordType)}/${encodeURIComponent(record.id)}`;
}
