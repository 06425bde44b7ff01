import { pause } from '../nodes.ts';

/** A page that listens: refetches the list at every hint and after every reconnect, as the product's pages do. */
export interface LivePage {
  shows(): string;
  close(): void;
}

export function openLivePage(url: string, key: string): LivePage {
  const closing = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  let shown = '';
  let dirty = false;
  let fetching = false;
  const refetch = async (): Promise<void> => {
    dirty = true;
    if (fetching) return;
    fetching = true;
    while (dirty && !closing.signal.aborted) {
      dirty = false;
      try {
        shown = await listOf(url, key);
      } catch {
        dirty = true;
        await pause(200);
      }
    }
    fetching = false;
  };
  const listen = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const answer = await fetch(`${url}/api/events`, { headers, signal: closing.signal });
        if (answer.ok && answer.body !== null) {
          void refetch();
          for await (const _ of answer.body) void refetch();
        }
      } catch {
        // It connects again.
      }
      await pause(200);
    }
  };
  void listen();
  return { shows: () => shown, close: () => closing.abort() };
}

/** The newest conversations with what the list says of each. */
export async function listOf(url: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/api/conversations?limit=30`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`the list answers ${answer.status}`);
  return answer.text();
}
