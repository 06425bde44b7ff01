import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { createSignInLink } from '../../src/actions/sign-in.ts';
import { LIVE } from '../../src/actions/transaction.ts';
import { notify } from '../../src/db/engine.ts';
import { ensurePerson, setTeamsOf } from '../../src/db/people.ts';
import { insertTeam, setMembers } from '../../src/db/teams.ts';
import { LiveHint } from '../../src/http/schemas/administration.ts';
import { ConversationOut } from '../../src/http/schemas/chat.ts';
import { NotificationPage, TracePage } from '../../src/http/schemas/desk.ts';
import { createEventParser } from '../../web/ui/event-stream.ts';
import type { Answer, Role, World } from './world.ts';

/** People at their desks in a story: each signed in, with calls that must end in a certain way. */

export interface Person {
  id: string;
  name: string;
  api: World['api'];
  /** Does something to a conversation; answers it. Throws unless the call succeeds. */
  does(act: string, conversationId: string, body?: unknown): Promise<ConversationOut>;
  /** The same call, refused: status and code. */
  cannot(act: string, conversationId: string, body?: unknown): Promise<[number, string, string]>;
  sees(conversationId: string): Promise<boolean>;
  /** Writes to the customer. */
  writes(conversationId: string, text: string): Promise<Answer>;
  /** Kinds of what wants their attention, newest first. */
  notices(): Promise<string[]>;
  notifications(): Promise<z.infer<typeof NotificationPage>>;
  /** Opens a live page. */
  listens(): Promise<Listening>;
}

export interface Listening {
  /** Every hint that came since the last time, up to what has been told by now. */
  heard(): Promise<LiveHint[]>;
  close(): void;
}

export async function hire(world: World, name: string, role: Role, teams?: string[]): Promise<Person> {
  const { db } = world.ctx.database;
  const id = randomUUID();
  await ensurePerson(db, { id, name, role });
  if (teams !== undefined) {
    await setMembersOf(world, id, teams);
  }
  return signIn(world, id, name);
}

/** Puts a person into just these teams. */
export async function setMembersOf(world: World, personId: string, teams: string[]): Promise<void> {
  await setTeamsOf(world.ctx.database.db, personId, teams);
}

export async function team(world: World, name: string, members: string[] = []): Promise<string> {
  const { db } = world.ctx.database;
  const id = randomUUID();
  await insertTeam(db, id, name, world.now());
  await setMembers(db, id, members);
  return id;
}

/** A night between two calls: the session is over, and the person signs in anew. */
const NIGHT = 10 * 3_600_000;

/** A session of their own, by a new link; it keeps the newest token it was given, as a browser does. */
export async function signIn(world: World, id: string, name: string): Promise<Person> {
  let session = await cookieOf(world, id);
  let usedAt = world.now();
  const api: World['api'] = async (method, at, body, headers = {}) => {
    if (world.now() - usedAt > NIGHT) session = await cookieOf(world, id);
    usedAt = world.now();
    const answer = await world.api(method, at, body, { cookie: session, origin: world.url, ...headers });
    session = answer.headers.getSetCookie()[0]?.split(';')[0] ?? session;
    return answer;
  };
  const act = (path: string, conversationId: string, body?: unknown): Promise<Answer> => {
    const [method, at] = path.includes(' ') ? path.split(' ') : ['POST', path];
    return api(method ?? '', `/api/conversations/${conversationId}/${at}`, body);
  };
  const notifications = async () =>
    NotificationPage.parse((await api('GET', '/api/notifications?limit=100')).body);
  return {
    id,
    name,
    api,
    async does(path, conversationId, body) {
      const done = await act(path, conversationId, body);
      if (done.status >= 300)
        throw new Error(`${name}: ${path} answered ${done.status}: ${JSON.stringify(done.body)}`);
      return ConversationOut.parse(done.body);
    },
    async cannot(path, conversationId, body) {
      const refused = await act(path, conversationId, body);
      const problem = refused.body as { code?: string; detail?: string };
      return [refused.status, problem.code ?? '', problem.detail ?? ''];
    },
    sees: async (conversationId) => (await api('GET', `/api/conversations/${conversationId}`)).status === 200,
    writes: (conversationId, text) =>
      api('POST', '/api/messages', { to: { conversationId }, text }, { 'idempotency-key': randomUUID() }),
    notifications,
    notices: async () => (await notifications()).items.map((one) => one.kind),
    listens: () => listen(world, session),
  };
}

/** Notices are told in their order, so what comes before a word of our own is all there was. */
async function listen(world: World, cookie: string): Promise<Listening> {
  const abort = new AbortController();
  const answer = await fetch(`${world.url}/api/events`, { headers: { cookie }, signal: abort.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const waiting: LiveHint[] = [];
  const parse = createEventParser((name, data) => {
    if (name === 'hint') waiting.push(LiveHint.parse(JSON.parse(data)));
  });
  return {
    async heard() {
      const word = randomUUID();
      const notice = { conversations: [], contacts: [word], topics: [] };
      await notify(world.ctx.database.db, LIVE, JSON.stringify(notice));
      for (;;) {
        const end = waiting.findIndex(({ contactPointId }) => contactPointId === word);
        if (end !== -1) return waiting.splice(0, end + 1).slice(0, -1);
        const chunk = await reader?.read();
        if (chunk?.value === undefined) throw new Error('the stream ended');
        parse(chunk.value);
      }
    },
    close: () => abort.abort(),
  };
}

async function cookieOf(world: World, personId: string): Promise<string> {
  const answer = await fetch(await createSignInLink(world.ctx, personId, world.url), { redirect: 'manual' });
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`the sign-in link answered ${answer.status}`);
  return cookie.split(';')[0] ?? '';
}

/** The conversation of a customer, as the key sees it. */
export async function conversationOf(world: World, phone: string): Promise<ConversationOut> {
  const page = await world.api('GET', `/api/conversations?phone=${encodeURIComponent(phone)}`);
  const items = (page.body as { items: unknown[] }).items;
  return ConversationOut.parse(items[0]);
}

/** A customer nobody knows writes for the first time: an unowned conversation. */
export async function someoneWrites(world: World, text = 'Hello, is anybody there?'): Promise<Conversation> {
  const phone = world.newPhone();
  await world.says(phone, text);
  return { ...(await conversationOf(world, phone)), phone };
}
export type Conversation = ConversationOut & { phone: string };

export const codeOf = (answer: Answer): [number, unknown] => [
  answer.status,
  (answer.body as { code?: unknown } | null)?.code,
];

/** Kinds of the trace, oldest first. */
export async function traceOf(world: World, conversationId: string): Promise<string[]> {
  const page = await world.ok(TracePage, 'GET', `/api/conversations/${conversationId}/trace?limit=100`);
  return page.items.map((one) => one.kind).reverse();
}
