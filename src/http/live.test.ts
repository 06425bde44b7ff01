import { connect } from 'node:net';
import fastify from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../test/app.ts';
import { NOON } from '../../test/context.ts';
import { identify } from '../actions/identify.ts';
import { createHints } from '../actions/live.ts';
import { SANDBOX_PEOPLE } from '../actions/sign-in.ts';
import { inTransaction, LIVE } from '../actions/transaction.ts';
import { ensureConversations } from '../db/conversations.ts';
import { notify } from '../db/engine.ts';
import { createLive } from './live.ts';
import { LiveHint } from './schemas/administration.ts';

let test: TestApp;
let address: string;
beforeAll(async () => {
  test = await createTestApp();
  address = await test.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

/** Opens the stream as a page does; `next` answers what comes, event by event, and null at its end. */
async function open(headers: Record<string, string>, at = `${address}/api/events`) {
  const abort = new AbortController();
  const response = await fetch(at, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        return event;
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return null;
      text += chunk.value;
    }
  };
  return { response, next, close: () => abort.abort() };
}

const hintOf = (event: string | null): LiveHint => {
  const [, data = ''] = /^event: hint\ndata: (.*)$/.exec(event ?? '') ?? [];
  return LiveHint.parse(JSON.parse(data));
};

const change = (work: (hints: ReturnType<typeof createHints>) => void) =>
  inTransaction(test.ctx, async (tx) => {
    const hints = createHints();
    work(hints);
    await hints.send(tx);
  });

/** A conversation of the team that everybody is in. */
const conversation = (phone: string) =>
  inTransaction(test.ctx, async (tx) => {
    const { found } = await identify(tx, test.ctx, [{ identity: { phone }, name: 'Ana' }]);
    const contactPointId = found[0]?.[0] ?? '';
    const { id, channelId } = { id: test.ctx.make.id(), channelId: test.ctx.channel.id };
    await ensureConversations(tx, [{ id, contactPointId, channelId, at: NOON }]);
    return { id, contactPointId };
  });

describe('the stream of hints', () => {
  it('is for those who are signed in', async () => {
    const answer = await test.app.inject({ url: '/api/events' });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'signed-out']);
  });

  it('greets, then tells what a transaction changed', async () => {
    const stream = await open({ cookie: await test.signIn('agent') });
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await stream.next()).toBe('retry: 2000\nevent: hello\ndata: {}');
    const { id, contactPointId } = await conversation('+12025550101');
    await change((hints) => {
      hints.conversation(id, contactPointId);
      hints.topic('settings');
    });
    expect([hintOf(await stream.next()), hintOf(await stream.next()), hintOf(await stream.next())]).toEqual([
      { topic: 'conversation', conversationId: id },
      { topic: 'consent', contactPointId },
      { topic: 'settings' },
    ]);
    stream.close();
  });

  it('tells every page, and each of them once what changed several times in a moment', async () => {
    const streams = [await open(test.key), await open({ cookie: await test.signIn('auditor') })];
    for (const stream of streams) await stream.next();
    const { id } = await conversation('+12025550102');
    await inTransaction(test.ctx, async (tx) => {
      for (let n = 0; n < 5; n += 1) {
        const hints = createHints();
        hints.conversation(id);
        await hints.send(tx);
      }
    });
    await change((hints) => hints.topic('channel'));
    for (const stream of streams) {
      expect(hintOf(await stream.next())).toEqual({ topic: 'conversation', conversationId: id });
      expect(hintOf(await stream.next())).toEqual({ topic: 'channel' });
      stream.close();
    }
  });

  it('tells what wants one person’s attention to the pages of that person alone', async () => {
    const [agent, auditor] = [await test.signIn('agent'), await test.signIn('auditor')];
    const streams = [await open({ cookie: agent }), await open({ cookie: agent })];
    const other = await open({ cookie: auditor });
    for (const stream of [...streams, other]) await stream.next();
    await change((hints) => hints.person(SANDBOX_PEOPLE[1].id));
    for (const stream of streams) expect(hintOf(await stream.next())).toEqual({ topic: 'notification' });
    await change((hints) => hints.topic('channel'));
    expect(hintOf(await other.next())).toEqual({ topic: 'channel' });
    for (const stream of [...streams, other]) stream.close();
  });

  it('says "everything" when notices may have been missed', async () => {
    const stream = await open(test.key);
    await stream.next();
    await notify(test.ctx.database.db, LIVE, '');
    // Who is here is told by the one who is; nothing of it is kept that a page could ask for.
    const asked = LiveHint.shape.topic.options.filter((topic) => topic !== 'presence');
    const topics = [];
    for (const _ of asked) topics.push(hintOf(await stream.next()).topic);
    expect(topics).toEqual(asked);
    stream.close();
  });

  it('passes over a notice it cannot read', async () => {
    const stream = await open(test.key);
    await stream.next();
    await notify(test.ctx.database.db, LIVE, 'nonsense');
    await notify(test.ctx.database.db, LIVE, '{"topics":["weather"],"conversations":[],"contacts":[]}');
    await change((hints) => hints.topic('template'));
    expect(hintOf(await stream.next())).toEqual({ topic: 'template' });
    stream.close();
  });

  it('ends with the sign-out', async () => {
    const cookie = await test.signIn('agent');
    const stream = await open({ cookie });
    await stream.next();
    const own = { cookie, 'sec-fetch-site': 'same-origin' };
    await test.app.inject({ method: 'POST', url: '/api/sign-out', headers: own });
    expect(await stream.next()).toBeNull();
  });

  it('hands on a session’s next token, as any answer does', async () => {
    const cookie = await test.signIn('agent');
    test.setNow(NOON + 60 * 60_000);
    const stream = await open({ cookie });
    expect(stream.response.headers.get('set-cookie')).toMatch(/^assent_session=.*HttpOnly/);
    stream.close();
  });

  it('does not keep the server from closing', async () => {
    const own = await createTestApp({ context: test });
    const stream = await open(own.key, `${await own.app.listen({ port: 0, host: '127.0.0.1' })}/api/events`);
    await stream.next();
    await own.close();
    expect(await stream.next()).toMatch(/^retry: \d+$/);
    expect(await stream.next()).toBeNull();
  });
});

describe('each stream', () => {
  /** The streams alone, with heartbeats that come at once. */
  async function streams(sessionId: string | null) {
    const live = createLive(test.ctx, { heartbeat: 5, gather: 0 });
    const app = fastify();
    app.setSerializerCompiler(serializerCompiler);
    app.decorateRequest('authenticated', null);
    app.addHook('onRequest', async (request) => {
      request.authenticated = {
        caller: {
          kind: 'key',
          id: 'admin-api-key',
          name: 'API key',
          role: 'administrator',
          rights: new Set(['see-chats']),
          teams: null,
        },
        sessionId,
        session: null,
        frame: null,
      };
    });
    await app.register(live.plugin);
    app.addHook('preClose', () => live.close());
    return { live, app, at: await app.listen({ port: 0, host: '127.0.0.1' }) };
  }

  it('is kept open by comments, and counted while it is', async () => {
    const { live, app, at } = await streams(null);
    const stream = await open({}, `${at}/events`);
    await stream.next();
    expect(await stream.next()).toBe(': ');
    expect(live.connections()).toBe(1);
    stream.close();
    await expect.poll(() => live.connections()).toBe(0);
    await app.close();
  });

  it('ends when its session does', async () => {
    const token = (await test.signIn('agent')).split('=')[1] ?? '';
    const { app, at } = await streams(test.ctx.keys.sha256(token));
    const stream = await open({}, `${at}/events`);
    await stream.next();
    expect(await stream.next()).toBe(': ');
    test.setNow(NOON + 12 * 60 * 60_000);
    let last = await stream.next();
    while (last === ': ') last = await stream.next();
    expect(last).toBeNull();
    await app.close();
  });

  it('is cut off when its page does not read, and the others go on', async () => {
    const { live, app, at } = await streams(null);
    const good = await open({}, `${at}/events`);
    const { hostname, port } = new URL(at);
    const stuck = connect(Number(port), hostname);
    stuck.pause();
    stuck.write(`GET /events HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await expect.poll(() => live.connections()).toBe(2);
    const reading = (async () => {
      for (let event = await good.next(); event !== null; event = await good.next());
    })();
    // The kernel takes some megabytes before the server sees that nobody reads.
    const conversations = Array.from({ length: 180 }, (_, n) => `${n}`.padStart(36, 'c'));
    const notice = JSON.stringify({ conversations, contacts: [], topics: [] });
    const tell = async (): Promise<number> => {
      await notify(test.ctx.database.db, LIVE, notice);
      return live.connections();
    };
    await expect.poll(tell, { timeout: 25_000, interval: 0 }).toBe(1);
    stuck.destroy();
    await app.close();
    await reading;
  });
});
