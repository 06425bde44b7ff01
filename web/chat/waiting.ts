/** How long a customer has waited for an answer, and whether that is longer than the organisation wants. */
export interface Waiting {
  minutes: number;
  late: boolean;
}

/** Null where nobody waits, or only just began to. `remindAfter`: minutes, null where nobody is reminded. */
export function waitingOf(since: string | null, remindAfter: number | null, now: number): Waiting | null {
  if (since === null) return null;
  const minutes = Math.floor((now - Date.parse(since)) / 60_000);
  if (!(minutes >= 1)) return null;
  return { minutes, late: remindAfter !== null && minutes >= remindAfter };
}
