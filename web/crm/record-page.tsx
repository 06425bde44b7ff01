import type { ReactNode } from 'react';

/** One record: its form, its consent and, in the slot `chat`, its conversation. */
export function RecordPage({ table, id, chat }: { table: string; id: string; chat: ReactNode }): ReactNode {
  return (
    <main>
      <h1>{`${table} ${id}`}</h1>
      {chat}
    </main>
  );
}
