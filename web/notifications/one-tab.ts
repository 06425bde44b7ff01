import { useEffect, useRef } from 'react';

/**
 * Of several tabs of one browser one alone tells of what came, and none while the person has Assent before their eyes.
 * Both by locks that the browser keeps and gives back when a tab is closed or dies; a page that holds one is not frozen
 * in the background either. https://developer.mozilla.org/docs/Web/API/Web_Locks_API
 */
const IN_VIEW = 'assent-in-view';

/** Where the page is not served securely there are no locks; then each tab speaks for itself. */
const locks = (): LockManager | undefined => ('locks' in navigator ? navigator.locks : undefined);

/** Holds a lock of this name from when it can be had until `release` is called. */
function hold(name: string, mode: LockMode, got: () => void): () => void {
  const manager = locks();
  if (manager === undefined) {
    got();
    return () => {};
  }
  const abort = new AbortController();
  const held = () =>
    new Promise<void>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve());
      got();
    });
  // Rejects when it is given up before it was had, which is no error.
  manager.request(name, { mode, signal: abort.signal }, held).catch(() => {});
  return () => abort.abort();
}

/** Whether this tab is the one that does what `name` says. `able`: only a tab that is stands for it. */
export function useOneTab(name: string, able = true): () => boolean {
  const chosen = useRef(false);
  useEffect(() => {
    if (!able) return;
    const release = hold(name, 'exclusive', () => {
      chosen.current = true;
    });
    return () => {
      release();
      chosen.current = false;
    };
  }, [name, able]);
  return () => chosen.current;
}

/** Lets the other tabs know while this one is in view. */
export function useTellInView(): void {
  useEffect(() => {
    let release: (() => void) | undefined;
    const tell = () => {
      release?.();
      release =
        document.visibilityState === 'visible' && locks() !== undefined
          ? hold(IN_VIEW, 'shared', () => {})
          : undefined;
    };
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => {
      document.removeEventListener('visibilitychange', tell);
      release?.();
    };
  }, []);
}

/** Whether the person sees any tab of Assent. */
export async function isInView(): Promise<boolean> {
  if (document.visibilityState === 'visible') return true;
  const { held = [] } = (await locks()?.query()) ?? {};
  return held.some(({ name }) => name === IN_VIEW);
}
