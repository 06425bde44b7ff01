import { callerHeaders, isFrame } from './frame.ts';

export interface StreamHandlers {
  event(name: string, data: string): void;
  /** The connection broke. `refused`: the server answered and would not; nobody tries again by itself. */
  broken(refused: boolean): void;
}

/** How long after a broken connection another is tried. */
const RETRY = 2_000;

/** Server-sent events of these names, connected again when they break. Answers how to stop. */
export function openEvents(path: string, names: readonly string[], handlers: StreamHandlers): () => void {
  return isFrame() ? byFetch(path, handlers) : byEventSource(path, names, handlers);
}

function byEventSource(path: string, names: readonly string[], handlers: StreamHandlers): () => void {
  const source = new EventSource(path);
  for (const name of names)
    source.addEventListener(name, ({ data }: MessageEvent) => {
      if (typeof data === 'string') handlers.event(name, data);
    });
  source.addEventListener('error', () => handlers.broken(source.readyState === EventSource.CLOSED));
  return () => source.close();
}

/** An EventSource cannot say who asks, and an address that holds a token is written down on its way. */
function byFetch(path: string, handlers: StreamHandlers): () => void {
  const abort = new AbortController();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const connect = async (): Promise<void> => {
    const refused = await readEvents(path, abort.signal, handlers).catch(() => false);
    if (abort.signal.aborted) return;
    handlers.broken(refused);
    if (!refused) waiting = setTimeout(() => void connect(), RETRY);
  };
  void connect();
  return () => {
    abort.abort();
    clearTimeout(waiting);
  };
}

/** Reads until the stream ends; answers whether it was refused. Throws where the network did. */
async function readEvents(path: string, signal: AbortSignal, handlers: StreamHandlers): Promise<boolean> {
  const headers = { accept: 'text/event-stream', ...callerHeaders() };
  const response = await fetch(path, { headers, signal, credentials: 'omit', cache: 'no-store' });
  // 204 says "no more", 5xx is a server or a proxy that restarts.
  if (!response.ok || response.body === null) return response.status < 500;
  const parse = createEventParser(handlers.event);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    parse(decoder.decode(value, { stream: true }));
  }
}

/** Takes a stream's text in pieces of any size. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function createEventParser(onEvent: (name: string, data: string) => void): (piece: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((one) => one.replace(/\r$/, ''))) {
      if (line === '') {
        if (data.length > 0) onEvent(name === '' ? 'message' : name, data.join('\n'));
        name = '';
        data = [];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'event') name = value;
      else if (field === 'data') data.push(value);
    }
  };
}
