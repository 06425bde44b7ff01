import { createContext, useContext } from 'react';
import type { MeOut } from '../../src/http/schemas/administration.ts';

/** Who is signed in; the shell provides it to every page below. */
export const MeContext = createContext<MeOut | null>(null);

/** Throws outside the shell: no page is shown before the server has said who looks at it. */
export function useMe(): MeOut {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe outside the shell');
  return me;
}

/** Administrators change the configuration; agents and auditors read it. */
export function useMayConfigure(): boolean {
  return useMe().role === 'administrator';
}

export const roleNames: Record<MeOut['role'], string> = {
  administrator: 'Administrator',
  agent: 'Agent',
  auditor: 'Auditor',
};
