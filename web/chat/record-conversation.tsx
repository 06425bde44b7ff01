import type { ReactNode } from 'react';

/** The chat of one CRM record: its messaging number's thread and composer. */
export function RecordConversation({ table, id }: { table: string; id: string }): ReactNode {
  return <section aria-label={`Chat of ${table} ${id}`} />;
}
