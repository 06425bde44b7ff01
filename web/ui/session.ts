import { useSyncExternalStore } from 'react';

/** Whether the server has told this page that its session is over (a 401). It stays so until the page is loaded again, or signs in in a frame. */
let signedOut = false;
const listeners = new Set<() => void>();

/** Called by the API client at a 401, and after a sign-out. */
export function announceSignedOut(): void {
  if (signedOut) return;
  signedOut = true;
  for (const listener of listeners) listener();
}

/** Called by the page in a frame, which is not loaded again when somebody signs in. */
export function announceSignedIn(): void {
  if (!signedOut) return;
  signedOut = false;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSignedOut(): boolean {
  return useSyncExternalStore(subscribe, () => signedOut);
}
