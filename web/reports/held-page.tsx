import type { ReactNode } from 'react';

/** What reads like a refusal and waits for an agent, and the grants that wait for a second person. */
export function HeldPage(): ReactNode {
  return <h1>Held for review</h1>;
}
