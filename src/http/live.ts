import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { markSeen } from '../actions/presence.ts';
import { callerStands } from '../actions/sessions.ts';
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
  /** Person or key. */
  callerId: string;
  sessionId: string | null;
  /** A chat inside another application. */
  frame: string | null;
  /** Ids of the teams whose conversations they see; null: all. Whoever joins or leaves one gets a new stream. */
  teams: readonly string[] | null;
}

/** Who is told; everybody where there is none. */
type Audience = (stream: Stream) => boolean;

interface Pending {
  /** Of two with one key, the later is told. */
  key: string;
  hint: LiveHint;
  audience: Audience | null;
}

/** Proxies close what is silent for a minute. */
const HEARTBEAT = 20_000;
/** Hints of one moment go out as one write. */
const GATHER = 40;
/** Pages of a node that stops come back within this, ms. */
const RECONNECT_WITHIN = 1_500;
/** Bytes a page may leave unread. A hint is under 200. */
const MOST_UNREAD = 64 * 1024;
/** More hints at once than this are told as "everything of this topic". */
const MOST_HINTS = 200;

const Notice = z.object({
  conversations: z.array(z.string()),
  contacts: z.array(z.string()),
  topics: z.array(z.string()),
  access: z.array(z.string()).default([]),
  people: z.array(z.string()).default([]),
});
/** Written by actions/presence.ts. */
const PresenceNotice = z.object({
  presence: z.object({
    conversationId: z.string(),
    person: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(['viewing', 'typing', 'left']),
    at: z.number(),
    team: z.string(),
    people: z.array(z.string()),
  }),
});
type Notice = z.infer<typeof Notice>;

export function createLive(ctx: Context, options: { heartbeat?: number; gather?: number } = {}): Live {
  const streams = new Set<Stream>();
  let pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | undefined;
  let beat: NodeJS.Timeout | undefined;
  let stopListening: (() => Promise<void>) | undefined;
  let closed = false;

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
    const [toAll, toSome] = [[] as LiveHint[], [] as Pending[]];
    for (const one of pending.values()) one.audience === null ? toAll.push(one.hint) : toSome.push(one);
    pending = new Map();
    const hints = toAll.length > MOST_HINTS ? topicsOf(toAll) : toAll;
    const text = hints.map((hint) => eventText('hint', hint)).join('');
    for (const stream of [...streams]) {
      const own = toSome
        .filter(({ audience }) => audience?.(stream))
        .map(({ hint }) => eventText('hint', hint));
      if (text !== '' || own.length > 0) write(stream, text + own.join(''));
    }
  };
  const hear = (payload: string): void => {
    if (streams.size === 0) return;
    const notice = noticeOf(payload);
    // Who lost a right, or the session, must not hear another hint under it.
    if (notice !== null) endStreamsOf(notice.access);
    for (const one of pendingOf(payload, notice)) pending.set(one.key, one);
    timer ??= setTimeout(tellAll, options.gather ?? GATHER);
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
      clearTimeout(timer);
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
          reply.raw.writeHead(200, {
            'content-type': 'text/event-stream',
            'cache-control': 'no-store, no-transform',
            'x-accel-buffering': 'no',
            // Kept alive after its end, it would hold up a server that closes.
            connection: 'close',
          });
          const stream = {
            response: reply.raw,
            callerId: request.authenticated?.caller.id ?? '',
            sessionId: request.authenticated?.sessionId ?? null,
            frame: request.authenticated?.frame ?? null,
            teams: request.authenticated === null ? [] : request.authenticated.caller.teams,
          };
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

const eventText = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** What a notice means to pages, and to whom. */
function pendingOf(payload: string, notice: Notice | null): Pending[] {
  const presence = PresenceNotice.safeParse(jsonOf(payload));
  if (presence.success) return [presencePending(presence.data.presence)];
  const toAll = hintsOf(payload, notice).map((hint) => ({ key: JSON.stringify(hint), hint, audience: null }));
  return [...toAll, ...(notice?.people ?? []).map(notificationOf)];
}

const notificationOf = (personId: string): Pending => ({
  key: `notification/${personId}`,
  hint: { topic: 'notification' },
  audience: ({ callerId }) => callerId === personId,
});

/** Told to whoever may see the conversation, and not to the person's own pages. */
function presencePending(notice: z.infer<typeof PresenceNotice>['presence']): Pending {
  const { conversationId, person, state, at, team, people } = notice;
  return {
    key: `presence/${conversationId}/${person.id}`,
    hint: {
      topic: 'presence',
      conversationId,
      presence: { person, state, at: new Date(at).toISOString() },
    },
    audience: ({ callerId, teams }) =>
      callerId !== person.id && (teams === null || teams.includes(team) || people.includes(callerId)),
  };
}

/** What a notice means to every page. An empty one says that notices may have been missed: everything may be new. */
function hintsOf(payload: string, notice: Notice | null): LiveHint[] {
  if (payload === '')
    return LiveHint.shape.topic.options.flatMap((topic) => (topic === 'presence' ? [] : [{ topic }]));
  if (notice === null) return [];
  const topics = notice.topics.flatMap((name) => {
    const topic = LiveHint.shape.topic.safeParse(name);
    return topic.success ? [{ topic: topic.data }] : [];
  });
  return [
    ...notice.conversations.map((conversationId): LiveHint => ({ topic: 'conversation', conversationId })),
    ...notice.contacts.map((contactPointId): LiveHint => ({ topic: 'consent', contactPointId })),
    ...topics,
  ];
}

function topicsOf(hints: Iterable<LiveHint>): LiveHint[] {
  return [...new Set([...hints].map((hint) => hint.topic))].map((topic) => ({ topic }));
}

function noticeOf(payload: string): Notice | null {
  const notice = Notice.safeParse(jsonOf(payload));
  return notice.success ? notice.data : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
