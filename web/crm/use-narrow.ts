import { useSyncExternalStore } from 'react';

const media = matchMedia('(max-width: 1020px)');

function subscribe(listener: () => void): () => void {
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}

/** Whether a record's form and its chat do not fit beside each other. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => media.matches);
}
