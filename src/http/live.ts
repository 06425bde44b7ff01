import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { markSeen } from '../actions/presence.ts';
import { callerStands } from '../actions/sessions.ts';
import { LIVE } from '../actions/transaction.ts';
import { leadingEdge } from '../core/leading-edge.ts';
import { type Audience, audiencesOf } from '../db/access.ts';
import { type Hearer, isHeardBy, namedBy, readNotice, type Telling, Waiting } from './live-hints.ts';

/**
 * `GET /events`: hints for live pages as server-sent events. One listener per process hears what transactions changed
 * and tells every connected page whose holder may see it. A page that falls behind is cut off: it reconnects and
 * refetches everything.
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

interface Stream extends Hearer {
  response: ServerResponse;
  sessionId: string | null;
  /** A chat inside another application. */
  frame: string | null;
  /** The same for all who hear the same unless they are named. Whoever joins or leaves a team gets a new stream. */
  group: string;
}

/** Proxies close what is silent for a minute. */
const HEARTBEAT = 20_000;
/** The first hint goes out at once; those that come within this, ms, go out together. */
const GATHER = 4;
/** Telling takes at most one part in so many of the node's time: with more streams, more is gathered. */
const SHARE = 3;
/** Pages of a node that stops come back within this, ms. */
const RECONNECT_WITHIN = 1_500;
/** Bytes a page may leave unread. A hint is under 200. */
const MOST_UNREAD = 64 * 1024;

export function createLive(ctx: Context, options: { heartbeat?: number; gather?: number } = {}): Live {
  const streams = new Set<Stream>();
  let waiting = new Waiting();
  let beat: NodeJS.Timeout | undefined;
  let stopListening: (() => Promise<void>) | undefined;
  let closed = false;

  const end = (stream: Stream): void => {
    streams.delete(stream);
    stream.response.end();
  };
  const write = (stream: Stream, text: string | Buffer): void => {
    stream.response.write(text);
    if (stream.response.writableLength <= MOST_UNREAD) return;
    streams.delete(stream);
    stream.response.destroy();
  };
  /** Who may see what is read when it is told; null where the database is away. */
  const audiences = async (of: Waiting): Promise<Audience[] | null> => {
    const asks = of.asks();
    if (asks.conversationIds.length + asks.contactPointIds.length === 0) return [];
    return audiencesOf(ctx.database.keyed, asks).catch((error: unknown) => {
      ctx.log.debug({ err: error }, 'whom hints are for could not be read');
      return null;
    });
  };
  /** Milliseconds that telling took last. */
  let took = 0;
  const tell = async (): Promise<void> => {
    const told = waiting;
    waiting = new Waiting();
    const tellings = told.tellings(await audiences(told));
    const started = performance.now();
    for (const [stream, text] of textsFor(streams, tellings)) write(stream, text);
    took = performance.now() - started;
  };
  const soon = leadingEdge({
    work: tell,
    pause: () => Math.max(options.gather ?? GATHER, took * (SHARE - 1)),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
    failed: (error) => ctx.log.error({ err: error }, 'hints could not be told'),
  });
  const hear = (payload: string): void => {
    if (streams.size === 0) return;
    const { noticed, access } = readNotice(payload);
    // Who lost a right, or the session, must not hear another hint under it.
    endStreamsOf(access);
    for (const one of noticed) waiting.add(one);
    if (noticed.length > 0) soon();
  };
  const endStreamsOf = (callers: readonly string[]): void => {
    const all = callers.includes('everybody');
    for (const stream of [...streams]) if (all || callers.includes(stream.callerId)) end(stream);
  };
  const endSessions = (sessionIds: readonly string[]): void => {
    for (const stream of [...streams])
      if (stream.sessionId !== null && sessionIds.includes(stream.sessionId)) end(stream);
  };
  const check = async (stream: Stream): Promise<void> => {
    // A database that is away says nothing about the session.
    if (!(await callerStands(ctx, stream).catch(() => true))) end(stream);
  };
  /** Whoever has a live page is here. A database that is away notes nobody. */
  const noteSeen = async (seen: readonly Stream[]): Promise<void> => {
    await markSeen(
      ctx,
      seen.map((stream) => stream.callerId),
    ).catch((error: unknown) => ctx.log.debug({ err: error }, 'who is here could not be noted'));
  };
  let checking = false;
  const keepAlive = async (): Promise<void> => {
    for (const stream of [...streams]) write(stream, ': \n\n');
    if (checking) return;
    checking = true;
    for (const stream of [...streams]) await check(stream);
    await noteSeen([...streams]);
    checking = false;
  };

  return {
    connections: () => streams.size,
    endSessions,
    async close() {
      clearInterval(beat);
      closed = true;
      for (const stream of [...streams]) {
        // Not all at once at the node that is left.
        stream.response.write(`retry: ${Math.round(500 + Math.random() * RECONNECT_WITHIN)}\n\n`);
        end(stream);
      }
      const stop = stopListening;
      stopListening = undefined;
      // The database may be gone before us, and with it what we listened to.
      await stop?.().catch((error: unknown) => ctx.log.debug({ err: error }, 'nothing to stop listening to'));
    },
    plugin: async (app) => {
      stopListening = await ctx.database.listen(LIVE, hear);
      beat = setInterval(() => void keepAlive(), options.heartbeat ?? HEARTBEAT).unref();
      const schema = {
        tags: ['Live'],
        description: 'Server-sent events: `hello`, then `hint` for whatever changes.',
        response: { 200: z.string().describe('text/event-stream') },
      };
      app.get(
        '/events',
        { exposeHeadRoute: false, config: { right: 'signed-in' }, schema },
        (request, reply) => {
          // Headers that hooks have set go along: those of security, and a session's next token.
          for (const [name, value] of Object.entries(reply.getHeaders()))
            if (value !== undefined) reply.raw.setHeader(name, value);
          reply.hijack();
          // The stream ends with its connection. In chunks, each hint would be four buffers and a third dearer to write.
          reply.raw.useChunkedEncodingByDefault = false;
          reply.raw.writeHead(200, {
            'content-type': 'text/event-stream',
            'cache-control': 'no-store, no-transform',
            'x-accel-buffering': 'no',
            // Kept alive after its end, it would hold up a server that closes.
            connection: 'close',
          });
          const stream = streamOf(request, reply.raw);
          // The page may have gone while its session was read.
          if (reply.raw.destroyed) return;
          // By a connection that was open when the server began to close: the page comes back, to another node.
          if (closed) return void reply.raw.end('retry: 1000\n\n');
          streams.add(stream);
          // Its end may have been told between the look at the session and now.
          void check(stream);
          void noteSeen([stream]);
          reply.raw.on('close', () => streams.delete(stream));
          reply.raw.on('error', () => streams.delete(stream));
          reply.raw.write(`retry: 2000\n${eventText('hello', {})}`);
        },
      );
    },
  };
}

function streamOf({ authenticated }: FastifyRequest, response: ServerResponse): Stream {
  const caller = authenticated?.caller;
  const teams = caller === undefined ? [] : caller.teams;
  const seesChats = caller?.rights.has('see-chats') ?? false;
  return {
    response,
    callerId: caller?.id ?? '',
    sessionId: authenticated?.sessionId ?? null,
    frame: authenticated?.frame ?? null,
    seesChats,
    teams,
    group: `${seesChats} ${teams === null ? 'all' : [...teams].sort().join()}`,
  };
}

/**
 * What each stream is told. A hint becomes text once, and the text of all of them is put together once for those who
 * hear the same: however many streams there are, each costs one write.
 */
function* textsFor(
  streams: ReadonlySet<Stream>,
  tellings: readonly Telling[],
): Generator<[Stream, string | Buffer]> {
  const lines = tellings.map(({ hint, hears }) => ({ hears, text: eventText('hint', hint) }));
  const named = new Set(tellings.flatMap(({ hears }) => namedBy(hears)));
  const textOf = (stream: Stream): string =>
    lines
      .filter(({ hears }) => isHeardBy(hears, stream))
      .map(({ text }) => text)
      .join('');
  const byGroup = new Map<string, Buffer>();
  for (const stream of [...streams]) {
    let text: string | Buffer | undefined;
    if (named.has(stream.callerId)) text = textOf(stream);
    else {
      text = byGroup.get(stream.group) ?? Buffer.from(textOf(stream));
      byGroup.set(stream.group, text);
    }
    if (text.length > 0) yield [stream, text];
  }
}

const eventText = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
