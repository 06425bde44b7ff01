import { type MouseEvent, useEffect, useState } from 'react';
import { callerHeaders, isFrame } from './frame.ts';

/**
 * Files of the API in the page. Where the session's cookie goes along, an address is enough; in a frame the page fetches
 * the file and shows it from memory.
 */

async function fetchFile(path: string, signal?: AbortSignal): Promise<{ blob: Blob; name: string | null }> {
  const response = await fetch(path, {
    headers: callerHeaders(),
    credentials: 'omit',
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) throw new Error(`the file was answered with ${response.status}`);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return { blob: await response.blob(), name: name ?? null };
}

/** The address to show a file from; undefined while there is none yet. */
export function useFileUrl(path: string | null): string | undefined {
  const fetched = path?.startsWith('/') === true && isFrame() ? path : null;
  const [held, setHeld] = useState<{ path: string; url: string } | null>(null);
  useEffect(() => {
    if (fetched === null) return;
    const abort = new AbortController();
    let url: string | undefined;
    fetchFile(fetched, abort.signal).then(
      ({ blob }) => {
        if (abort.signal.aborted) return;
        url = URL.createObjectURL(blob);
        setHeld({ path: fetched, url });
      },
      // The element then fails by itself, and says so as anywhere else.
      () => abort.signal.aborted || setHeld({ path: fetched, url: fetched }),
    );
    return () => {
      abort.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [fetched]);
  if (fetched === null) return path ?? undefined;
  return held?.path === fetched ? held.url : undefined;
}

/** For a link with `download`: in a frame the click fetches the file, elsewhere the browser does. */
export function downloading(path: string, name?: string): { onClick?: (event: MouseEvent) => void } {
  if (!isFrame()) return {};
  return {
    onClick(event) {
      event.preventDefault();
      void save(path, name).catch((error: unknown) => console.error(`${path} did not download`, error));
    },
  };
}

async function save(path: string, name: string | undefined): Promise<void> {
  const file = await fetchFile(path);
  const link = document.createElement('a');
  // As bytes: what a customer sent is never opened as a page of ours.
  link.href = URL.createObjectURL(new Blob([file.blob], { type: 'application/octet-stream' }));
  link.download = name ?? file.name ?? '';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
