/** What column security leaves us, by the CRM's metadata; null where it does not tell, or where the column is open. */
export interface Security {
  read: boolean | null;
  update: boolean | null;
}

/** A test of a column, and what metadata said when it was made. */
export interface Check {
  verdict: 'works' | 'unreadable' | 'not-writable' | 'unknown';
  security: Security | null;
}

export type Obstacle = 'unreadable' | 'not-writable';

/**
 * What stands in the way of using a column; null where nothing is known to. A test is worth more than metadata, which may
 * know of fewer ways to a permission than there are, but only until metadata changes: the column was secured or opened
 * since.
 */
export function columnAccess(security: Security | null, check: Check | null): Obstacle | null {
  if (check !== null && check.verdict !== 'unknown' && sameSecurity(check.security, security))
    return check.verdict === 'works' ? null : check.verdict;
  if (security?.read === false) return 'unreadable';
  return security?.update === false ? 'not-writable' : null;
}

const sameSecurity = (one: Security | null, other: Security | null): boolean =>
  one?.read === other?.read && one?.update === other?.update;
