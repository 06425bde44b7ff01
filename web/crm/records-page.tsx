import type { ReactNode } from 'react';

/** The records of one record type, by name, number and consent state. */
export function RecordsPage(): ReactNode {
  return <h1>Records</h1>;
}
