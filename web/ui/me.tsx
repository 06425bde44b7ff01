import { createContext, useContext } from 'react';
import type { Right } from '../../src/core/rights.ts';
import type { MeOut } from '../../src/http/schemas/administration.ts';

/** Who is signed in; the shell provides it to every page below. */
export const MeContext = createContext<MeOut | null>(null);

/** Throws outside the shell: no page is shown before the server has said who looks at it. */
export function useMe(): MeOut {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe outside the shell');
  return me;
}

/**
 * Whether this person holds a right, or one of several. What they may not use is explained, not hidden: see `may.tsx`.
 * The server checks again; this is for showing.
 */
export function useMay(...rights: Right[]): boolean {
  const me = useMe();
  return rights.some((right) => me.rights.includes(right));
}
