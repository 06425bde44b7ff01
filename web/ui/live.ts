import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { LiveHint } from '../../src/http/schemas/administration.ts';
import { applyHints } from './queries.ts';

/** Hints of one moment (a webhook batch) are applied together. */
const gatherMilliseconds = 60;

/**
 * Keeps every shown page live: one EventSource for the whole page. A hint makes the queries it touches stale; after a
 * reconnect everything is, because hints of the meantime are gone. Answers whether the connection stands.
 */
export function useLiveHints(): boolean {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    let hints: LiveHint[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let greetings = 0;
    const source = new EventSource('/api/events');
    source.addEventListener('hello', () => {
      setConnected(true);
      greetings += 1;
      if (greetings > 1) void client.invalidateQueries();
    });
    source.addEventListener('hint', (event) => {
      const hint = hintOf(event.data);
      if (hint === null) return;
      hints.push(hint);
      timer ??= setTimeout(() => {
        timer = undefined;
        const gathered = hints;
        hints = [];
        applyHints(client, gathered);
      }, gatherMilliseconds);
    });
    source.addEventListener('error', () => {
      setConnected(false);
      // A closed source is not tried again by the browser: the server refused it, most likely with a 401.
      if (source.readyState === EventSource.CLOSED) void client.invalidateQueries({ queryKey: ['me'] });
    });
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [client]);
  return connected;
}

function hintOf(data: unknown): LiveHint | null {
  if (typeof data !== 'string') return null;
  try {
    return LiveHint.parse(JSON.parse(data));
  } catch {
    return null;
  }
}
