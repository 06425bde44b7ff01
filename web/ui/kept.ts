import { useEffect, useEffectEvent } from 'react';

/** What is typed and not sent: kept in this browser, and without its storage (private mode, full) as long as the page. */
const ofThisPage = new Map<string, unknown>();

/** Null where nothing is kept. It may be of an older version of the page, so whoever reads it checks its form. */
export function readKept(key: string): unknown {
  if (ofThisPage.has(key)) return ofThisPage.get(key);
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** Null keeps nothing any more. */
export function keep(key: string, value: object | null): void {
  ofThisPage.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    if (value !== null) ofThisPage.set(key, value);
  }
}

/** Drafts are of whoever is signed in: the next person at this browser finds none. */
export function forgetKept(): void {
  ofThisPage.clear();
  try {
    for (const key of Object.keys(localStorage))
      if (/^assent-(draft|note):/.test(key)) localStorage.removeItem(key);
  } catch {
    // Without storage nothing was kept.
  }
}

/** Another tab of this browser changed it: what was sent there is not to be sent here once more. */
export function useChangedElsewhere(key: string, changed: () => void): void {
  const onChanged = useEffectEvent(changed);
  useEffect(() => {
    const heard = (event: StorageEvent): void => {
      if (event.key === key || event.key === null) onChanged();
    };
    addEventListener('storage', heard);
    return () => removeEventListener('storage', heard);
  }, [key]);
}
