import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { leadingEdge } from '../../src/core/leading-edge.ts';
import type { LiveHint } from '../../src/http/schemas/administration.ts';
import { openEvents } from './event-stream.ts';
import { applyHints, isHint, isTouched } from './queries.ts';

/**
 * Hears the hints of one moment, for what is no query of its own: who is typing, a long list that reads just what is in
 * view. Answers how to stop.
 */
export function hearHints(listener: (hints: readonly LiveHint[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const listeners = new Set<(hints: readonly LiveHint[]) => void>();

/** The first hint is applied at once; those that come within this are applied together. */
const gatherMilliseconds = 60;
/** A break shorter than this is not worth telling. */
const patienceMilliseconds = 4_000;
/** How long after a refused connection another is tried; the browser retries broken ones by itself. */
const retryMilliseconds = 5_000;

/**
 * Keeps every shown page live: one stream for the whole page. A hint makes the queries it touches stale; after a
 * reconnect everything is, because hints of the meantime are gone. Answers whether the connection stands.
 */
export function useLiveHints(): boolean {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    let hints: LiveHint[] = [];
    let doubting: ReturnType<typeof setTimeout> | undefined;
    let retrying: ReturnType<typeof setTimeout> | undefined;
    let greeted = false;
    let stop: () => void;

    const applySoon = leadingEdge({
      work: async () => {
        // The lines of one moment come as one event each.
        await nextTask();
        const gathered = hints;
        hints = [];
        applyHints(client, gathered);
        for (const listener of listeners) listener(gathered);
      },
      pause: () => gatherMilliseconds,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    const onHello = () => {
      clearTimeout(doubting);
      doubting = undefined;
      setConnected(true);
      if (greeted) void client.invalidateQueries();
      greeted = true;
    };
    const onHint = (data: string) => {
      const hint = hintOf(data);
      if (hint === null) return;
      hints.push(hint);
      applySoon();
    };
    const onBroken = (refused: boolean) => {
      doubting ??= setTimeout(() => setConnected(false), patienceMilliseconds);
      if (!refused) return;
      // The server answered and refused. A session that is over shows itself by this.
      void client.invalidateQueries({ queryKey: ['me'] });
      retrying = setTimeout(connect, retryMilliseconds);
    };
    const connect = () => {
      stop = openEvents('/api/events', ['hello', 'hint'], {
        event: (name, data) => {
          if (name === 'hello') onHello();
          else if (name === 'hint') onHint(data);
        },
        broken: onBroken,
      });
    };
    connect();
    return () => {
      hints = [];
      clearTimeout(doubting);
      clearTimeout(retrying);
      stop();
    };
  }, [client]);
  return connected;
}

/** Behind what the browser has begun, without the delay that it gives to timers. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function hintOf(data: string): LiveHint | null {
  try {
    const hint: unknown = JSON.parse(data);
    return isHint(hint) ? hint : null;
  } catch {
    return null;
  }
}

/** Between two readings, however many hints come. Milliseconds. */
const BREATH = 1_500;

/**
 * Keeps a count fresh without asking for it at every hint: where a hint touches the topic, `counted` is made stale once in
 * a while. Both are made once, outside of the component.
 */
export function useFresh(topic: QueryKey, counted: QueryKey): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = hearHints((hints) => {
      if (!hints.some((hint) => isTouched(topic, hint))) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: counted });
      }, BREATH);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, topic, counted]);
}
