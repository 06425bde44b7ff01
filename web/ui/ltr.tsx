import type { ReactNode } from 'react';

/** A phone number, a code, an address: read from left to right in every language. */
export function Ltr({ children }: { children: ReactNode }) {
  return <bdi dir="ltr">{children}</bdi>;
}
