import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { sessionStands } from '../actions/sign-in.ts';
import { LIVE } from '../actions/transaction.ts';
import { LiveHint } from './schemas/administration.ts';

/**
 * `GET /events`: hints for live pages as server-sent events. One listener per process hears what transactions changed
 * and tells every connected page. A page that falls behind is cut off: it reconnects and refetches everything.
 *
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export interface Live {
  plugin: FastifyPluginAsync;
  connections(): number;
  /** These sessions are over; their streams end at once. */
  endSessions(sessionIds: readonly string[]): void;
  close(): Promise<void>;
}

interface Stream {
  response: ServerResponse;
  sessionId: string | null;
}

/** Proxies close what is silent for a minute. */
const HEARTBEAT = 20_000;
/** Hints of one moment go out as one write. */
const GATHER = 40;
/** Bytes a page may leave unread. A hint is under 200. */
const MOST_UNREAD = 64 * 1024;
/** More hints at once than this are told as "everything of this topic". */
const MOST_HINTS = 200;

const Notice = z.object({
  conversations: z.array(z.string()),
  contacts: z.array(z.string()),
  topics: z.array(z.string()),
});

export function createLive(ctx: Context, options: { heartbeat?: number; gather?: number } = {}): Live {
  const streams = new Set<Stream>();
  let pending = new Map<string, LiveHint>();
  let timer: NodeJS.Timeout | undefined;
  let beat: NodeJS.Timeout | undefined;
  let stopListening: (() => Promise<void>) | undefined;

  const end = (stream: Stream): void => {
    streams.delete(stream);
    stream.response.end();
  };
  const write = (stream: Stream, text: string): void => {
    stream.response.write(text);
    if (stream.response.writableLength <= MOST_UNREAD) return;
    streams.delete(stream);
    stream.response.destroy();
  };
  const tellAll = (): void => {
    timer = undefined;
    const hints = pending.size > MOST_HINTS ? topicsOf(pending.values()) : [...pending.values()];
    pending = new Map();
    const text = hints.map((hint) => eventText('hint', hint)).join('');
    for (const stream of streams) write(stream, text);
  };
  const hear = (payload: string): void => {
    if (streams.size === 0) return;
    for (const hint of hintsOf(payload)) pending.set(JSON.stringify(hint), hint);
    timer ??= setTimeout(tellAll, options.gather ?? GATHER);
  };
  const endSessions = (sessionIds: readonly string[]): void => {
    for (const stream of [...streams])
      if (stream.sessionId !== null && sessionIds.includes(stream.sessionId)) end(stream);
  };
  let checking = false;
  const keepAlive = async (): Promise<void> => {
    for (const stream of [...streams]) write(stream, ': \n\n');
    if (checking) return;
    checking = true;
    for (const sessionId of new Set([...streams].map((stream) => stream.sessionId))) {
      // A database that is away says nothing about the session.
      const stands = sessionId === null || (await sessionStands(ctx, sessionId).catch(() => true));
      if (!stands) endSessions([sessionId]);
    }
    checking = false;
  };

  return {
    connections: () => streams.size,
    endSessions,
    async close() {
      clearTimeout(timer);
      clearInterval(beat);
      for (const stream of [...streams]) end(stream);
      const stop = stopListening;
      stopListening = undefined;
      // The database may be gone before us, and with it what we listened to.
      await stop?.().catch((error: unknown) => ctx.log.debug({ err: error }, 'nothing to stop listening to'));
    },
    plugin: async (app) => {
      stopListening = await ctx.database.listen(LIVE, hear);
      beat = setInterval(() => void keepAlive(), options.heartbeat ?? HEARTBEAT).unref();
      app.get('/events', { exposeHeadRoute: false, schema: { hide: true } }, (request, reply) => {
        // Headers that hooks have set go along: those of security, and a session's next token.
        for (const [name, value] of Object.entries(reply.getHeaders()))
          if (value !== undefined) reply.raw.setHeader(name, value);
        reply.hijack();
        reply.raw.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
        });
        const stream = { response: reply.raw, sessionId: request.authenticated?.sessionId ?? null };
        // The page may have gone while its session was read.
        if (reply.raw.destroyed) return;
        streams.add(stream);
        reply.raw.on('close', () => streams.delete(stream));
        reply.raw.on('error', () => streams.delete(stream));
        reply.raw.write(`retry: 2000\n${eventText('hello', {})}`);
      });
    },
  };
}

const eventText = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** What a notice means to pages. An empty one says that notices may have been missed: everything may be new. */
function hintsOf(payload: string): LiveHint[] {
  if (payload === '') return LiveHint.shape.topic.options.map((topic) => ({ topic }));
  const notice = Notice.safeParse(jsonOf(payload));
  if (!notice.success) return [];
  const topics = notice.data.topics.flatMap((name) => {
    const topic = LiveHint.shape.topic.safeParse(name);
    return topic.success ? [{ topic: topic.data }] : [];
  });
  return [
    ...notice.data.conversations.map(
      (conversationId): LiveHint => ({ topic: 'conversation', conversationId }),
    ),
    ...notice.data.contacts.map((contactPointId): LiveHint => ({ topic: 'consent', contactPointId })),
    ...topics,
  ];
}

function topicsOf(hints: Iterable<LiveHint>): LiveHint[] {
  return [...new Set([...hints].map((hint) => hint.topic))].map((topic) => ({ topic }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
