/** What the addresses of the pages before the sign-in say; anything else in them is left alone. */
export interface SignInSearch {
  /** The page one wanted. */
  next?: string;
  /** `session-ended`, or the code with which a sign-in through the organisation came back. */
  problem?: string;
}

export function signInSearchOf({ next, problem }: Record<string, unknown>): SignInSearch {
  return {
    ...(typeof next === 'string' ? { next } : {}),
    ...(typeof problem === 'string' ? { problem } : {}),
  };
}

/** The router reads digits as a number; a token is a text. */
export function tokenOf({ token }: Record<string, unknown>): { token: string } {
  return { token: typeof token === 'string' || typeof token === 'number' ? String(token) : '' };
}
