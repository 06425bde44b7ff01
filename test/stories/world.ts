import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Emulator } from '../../emulators/whatsapp-cloud/emulator.ts';
import { escapeNonAscii, signatureOf } from '../../emulators/whatsapp-cloud/signature.ts';
import type { Context } from '../../src/actions/context.ts';
import { LEASE_MS } from '../../src/actions/media-work.ts';
import { createSignInLink, SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { LIVE } from '../../src/actions/transaction.ts';
import { keepUp } from '../../src/actions/upkeep.ts';
import { readConfig } from '../../src/config.ts';
import { dueInLane } from '../../src/db/outbox.ts';
import { MessageOut, SendableOut, type SendMessage } from '../../src/http/schemas/chat.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { ConsentOut } from '../../src/http/schemas/consent.ts';
import { RecordOut, type RecordTypeInput } from '../../src/http/schemas/records.ts';
import { type MessageTemplateInput, MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { startAssent } from '../../src/start.ts';
import { createOnServer, preparePGlite } from '../db/database.ts';

/**
 * The product as it runs: `startAssent` in this process with a database of its own, the sandbox's emulator on the other
 * side, real HTTP between all of them. Stories act through the API, signed webhooks and the customer's phone alone.
 */
export interface World {
  url: string;
  ctx: Context;
  emulator: Emulator;
  /** What the Graph API takes from us. */
  accessToken: string;
  /** A call with the administrator's key, or with the given headers in its place. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The same for a person who opened a sign-in link. */
  as(role: Role): Promise<World['api']>;
  /** A call that must succeed; answers its body, parsed. */
  ok<T extends z.ZodType>(schema: T, method: string, path: string, body?: unknown): Promise<z.infer<T>>;
  /** A call that must be refused with this status; answers the problem. */
  refused(status: number, method: string, path: string, body?: unknown): Promise<z.infer<typeof Problem>>;
  /** What the server and the emulator take for now, ms. */
  now(): number;
  /** Moves both clocks and lets the loops and upkeep see the new time. */
  advance(ms: number): Promise<void>;
  /** Moves both clocks; upkeep does not look yet. */
  pass(ms: number): Promise<void>;
  /** A US number nobody used in this world. */
  newPhone(): string;

  setUpRecordType(table: string, input?: Partial<RecordTypeInput>): Promise<TypeSetUp>;
  setUpContactType(input?: Partial<RecordTypeInput>): Promise<TypeSetUp>;
  template(input: MessageTemplateInput): Promise<MessageTemplateOut>;
  publish(template: { id: string }): Promise<void>;

  record(table: string, values: Values): Promise<RecordOut>;
  readRecord(record: { recordType: string; id: string }): Promise<RecordOut>;
  consent(phone: string, purpose?: 'service' | 'marketing'): Promise<z.infer<typeof ConsentOut>>;
  sendable(query: string): Promise<SendableOut>;
  /** `POST /api/messages` with a key of its own; answers without waiting for the hand-over. */
  send(message: SendMessage, headers?: Record<string, string>): Promise<Answer>;
  /** Sends the published consent template of the record's type; answers the message once WhatsApp took it. */
  sendConsent(record: RecordOut): Promise<MessageOut>;
  message(id: string): Promise<MessageOut>;
  /** The customer taps a button of a message, by default of the last one that has any; resolves when all came of it. */
  tap(phone: string, answer: 'yes' | 'no', options?: TapOptions): Promise<void>;
  /** The customer writes; resolves when all came of it. */
  says(phone: string, text: string, options?: { replyTo?: string; timestamp?: number }): Promise<void>;
  /** Resolves when every webhook so far was delivered and applied, and nothing waits to be sent. */
  settled(): Promise<void>;
  /** Posts a webhook as Meta does. `signed: false` leaves the signature out; a text signs with that secret. */
  postWebhook(
    body: unknown,
    options?: { signed?: boolean | string; headers?: Record<string, string> },
  ): Promise<Answer>;
  close(): Promise<void>;
}

export type Role = 'administrator' | 'agent' | 'auditor';
export type Values = Record<string, string | number | boolean | null>;
export interface Answer {
  status: number;
  headers: Headers;
  /** JSON where the answer is JSON, else its text. */
  body: unknown;
}
export interface TapOptions {
  /** WhatsApp id of the message tapped. */
  buttonOf?: string;
  withoutContext?: boolean;
  /** Unix seconds. */
  timestamp?: number;
}
/** Ids of the published message templates of a record type. */
export interface TypeSetUp {
  consent: string;
  optIn: string;
  optOut: string;
  utility: string;
}
export interface WorldOptions {
  env?: NodeJS.ProcessEnv;
  /** Where the clock stands at first, ms; it runs from there. Default: now. */
  startAt?: number;
  logTo?: { write(line: string): void };
}

export const ADMIN_API_KEY = 'a-key-for-stories-0123456789-0123456789x';
export const APP_SECRET = 'app-secret-for-stories';
export const VERIFY_TOKEN = 'verify-token-for-stories';
export const REPLY_YES = 'Thank you. You can write to us here at any time.';
export const REPLY_NO = 'Understood. We will not write to you again.';

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const directory = mkdtempSync(path.join(tmpdir(), 'assent-story-'));
  const database = await createDatabase(directory);
  const read = readConfig({
    PORT: '0',
    DATA_DIR: directory,
    ADMIN_API_KEY,
    WHATSAPP_APP_SECRET: APP_SECRET,
    WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...(database.url === null ? {} : { DATABASE_URL: database.url }),
    ...options.env,
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  let offset = options.startAt === undefined ? 0 : options.startAt - Date.now();
  const clock = (): number => Date.now() + offset;
  const assent = await startAssent(read.config, {
    demo: false,
    clock,
    ...(options.logTo === undefined ? {} : { logTo: options.logTo }),
    emulator: { statusDelayMs: 0, retry: { firstMs: 5, maxMs: 100, giveUpMs: 60_000 } },
  });
  const { url, ctx, emulator } = assent;
  if (emulator === null) throw new Error('a story needs the sandbox');
  const changes = await watchChanges(ctx);

  const key = { authorization: `Bearer ${ADMIN_API_KEY}` };
  const api: World['api'] = (method, at, body, headers = key) => call(url + at, method, body, headers);
  const ok: World['ok'] = async (schema, method, at, body) => {
    const answer = await api(method, at, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${at} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return schema.parse(answer.body);
  };
  const refused: World['refused'] = async (status, method, at, body) => {
    const answer = await api(method, at, body);
    if (answer.status !== status)
      throw new Error(
        `${method} ${at} answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`,
      );
    return Problem.parse(answer.body);
  };
  const settled = (): Promise<void> => settle(ctx, emulator, changes);
  const consentTemplates = new Map<string, string>();
  let phones = 0;

  const template: World['template'] = (input) =>
    ok(MessageTemplateOut, 'POST', '/api/message-templates', input);
  const publish: World['publish'] = async ({ id }) => {
    await ok(z.unknown(), 'POST', `/api/message-templates/${id}/publish`);
  };
  const setUpRecordType: World['setUpRecordType'] = async (table, input = {}) => {
    await ok(z.unknown(), 'POST', '/api/whatsapp-templates/sync');
    await ok(z.unknown(), 'PUT', `/api/record-types/${table}`, { ...recordType(table), ...input });
    const nameColumn = table === 'account' ? 'name' : 'fullname';
    const make = async (more: Partial<MessageTemplateInput> & { type: MessageTemplateInput['type'] }) => {
      const made = await template({
        name: `${table} ${more.type}`,
        recordType: table,
        session: 'utility',
        ...more,
      });
      await publish(made);
      return made.id;
    };
    const optIn = await make({
      type: 'opt-in',
      keywords: [{ text: 'Yes, I Agree', language: 'en' }],
      reply: { text: REPLY_YES },
    });
    const optOut = await make({
      type: 'opt-out',
      keywords: [{ text: 'No, Thank You', language: 'en' }],
      reply: { text: REPLY_NO },
    });
    const consent = await make({
      type: 'consent',
      whatsappTemplate: { name: 'consent_request', language: 'en' },
      bindings: { '1': { column: nameColumn, fallback: 'there' } },
    });
    const utility = await make({
      type: 'utility',
      whatsappTemplate: { name: 'order_update', language: 'en' },
      bindings: {
        '1': { column: nameColumn, fallback: 'there' },
        '2': { text: 'A-1042' },
        '3': { text: '12 May' },
      },
    });
    consentTemplates.set(table, consent);
    return { consent, optIn, optOut, utility };
  };

  const world: World = {
    url,
    ctx,
    emulator,
    accessToken: assent.config.whatsapp.accessToken,
    api,
    async as(role) {
      const person = SANDBOX_PEOPLE.find((one) => one.role === role);
      const link = await createSignInLink(ctx, person?.id ?? '', url);
      const answer = await fetch(link, { redirect: 'manual' });
      const [cookie] = answer.headers.getSetCookie();
      if (cookie === undefined) throw new Error(`the sign-in link answered ${answer.status}`);
      let session = { cookie: cookie.split(';')[0] ?? '', origin: url };
      return async (method, at, body, headers = {}) => {
        const got = await api(method, at, body, { ...session, ...headers });
        // As a browser: the token changes every hour of use, and the one before ends.
        const [next] = got.headers.getSetCookie();
        if (next !== undefined) session = { ...session, cookie: next.split(';')[0] ?? '' };
        return got;
      };
    },
    ok,
    refused,
    now: clock,
    async advance(ms) {
      offset += ms;
      await keepUp(ctx);
      ctx.wake.outbox();
      ctx.wake.inbox();
      ctx.wake.media();
      await settled();
    },
    async pass(ms) {
      offset += ms;
      ctx.wake.outbox();
      ctx.wake.inbox();
      ctx.wake.media();
      await settled();
    },
    newPhone() {
      phones += 1;
      const area = ['202', '212', '213', '312', '415', '503', '617', '702'][Math.floor(phones / 99)];
      return `+1${area}55501${String((phones % 99) + 1).padStart(2, '0')}`;
    },
    setUpRecordType,
    setUpContactType: (input) => setUpRecordType('contact', input),
    template,
    publish,
    record: (table, values) => ok(RecordOut, 'POST', `/api/records/${table}`, { values }),
    readRecord: ({ recordType: table, id }) => ok(RecordOut, 'GET', `/api/records/${table}/${id}`),
    consent: (phone, purpose = 'service') =>
      ok(ConsentOut, 'GET', `/api/consent?phone=${encodeURIComponent(phone)}&purpose=${purpose}`),
    sendable: (query) => ok(SendableOut, 'GET', `/api/sendable?${query}`),
    send: (message, headers = {}) =>
      api('POST', '/api/messages', message, { ...key, 'idempotency-key': randomUUID(), ...headers }),
    async sendConsent(record) {
      const messageTemplateId = consentTemplates.get(record.recordType);
      const answer = await world.send({
        to: { recordType: record.recordType, recordId: record.id },
        ...(messageTemplateId === undefined ? {} : { messageTemplateId }),
      });
      if (answer.status !== 202) throw new Error(`not sent: ${JSON.stringify(answer.body)}`);
      await settled();
      return world.message(MessageOut.parse(answer.body).id);
    },
    message: (id) => ok(MessageOut, 'GET', `/api/messages/${id}`),
    async tap(phone, answer, { buttonOf, ...more } = {}) {
      const last = emulator.messagesOf(phone).findLast((message) => message.buttons.length > 0);
      const tapped = buttonOf ?? last?.id;
      if (tapped === undefined) throw new Error(`${phone} has no message with buttons`);
      emulator.customerSends(phone, { buttonOf: tapped, button: answer === 'yes' ? 0 : 1, ...more });
      await settled();
    },
    async says(phone, text, more = {}) {
      emulator.customerSends(phone, { text, ...more });
      await settled();
    },
    settled,
    async postWebhook(body, { signed = true, headers = {} } = {}) {
      const bytes = typeof body === 'string' ? body : escapeNonAscii(JSON.stringify(body));
      const secret = signed === true ? APP_SECRET : signed;
      return call(`${url}/webhooks/whatsapp`, 'POST', bytes, {
        'content-type': 'application/json',
        ...(secret === false ? {} : { 'x-hub-signature-256': signatureOf(bytes, secret) }),
        ...headers,
      });
    },
    async close() {
      await changes.stop();
      await assent.stop();
      await database.leave();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return world;
}

function recordType(table: string): Partial<RecordTypeInput> {
  return {
    displayName: table.charAt(0).toUpperCase() + table.slice(1),
    phoneColumns: table === 'account' ? ['telephone1', 'telephone2'] : ['mobilephone', 'telephone1'],
    nameColumn: table === 'account' ? 'name' : 'fullname',
    complianceField: 'assent_allowwhatsapp',
    defaultCountry: 'US',
  };
}

async function call(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(text === undefined ? {} : { body: text }),
    redirect: 'manual',
  });
  const answer = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(answer) : answer };
}

interface Changes {
  /** Resolves at the next thing that changes. */
  next(): Promise<void>;
  stop(): Promise<void>;
}

/** What changes says so by a live notice; what does not (an update that waits) is looked at again after a moment. */
async function watchChanges(ctx: Context): Promise<Changes> {
  let wake = (): void => {};
  const stop = await ctx.database.listen(LIVE, () => wake());
  return {
    stop,
    next: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, 20);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

/** What is not done within this is stuck, ms. */
const STUCK_MS = 20_000;

async function settle(ctx: Context, emulator: Emulator, changes: Changes): Promise<void> {
  const until = performance.now() + STUCK_MS;
  const idleNow = (): Promise<boolean> =>
    Promise.race([
      emulator.idle().then(() => true),
      new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
    ]);
  while (performance.now() < until) {
    await emulator.idle();
    if ((await underWay(ctx)) === 0 && (await idleNow())) return;
    await changes.next();
  }
  throw new Error(`not settled after ${STUCK_MS} ms: ${await underWay(ctx)} things are under way`);
}

/**
 * Updates due now, messages due within seconds that wait for no file, and files on their way; what waits for longer waits
 * for something else to happen. A file's claim moves its next try on by the lease, where no try after a failure comes.
 */
async function underWay(ctx: Context): Promise<number> {
  const at = (ms: number): string => new Date(ctx.clock() + ms).toISOString();
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from inbox where status = 'pending' and next_attempt_at <= ${at(0)}::timestamptz)
         + (select count(*) from message m where status = 'handing-over'
              or (status = 'queued' and (next_attempt_at <= ${at(3_000)}::timestamptz
                   or path = 'campaign' and next_attempt_at <= ${new Date(dueInLane('campaign', ctx.clock() + 3_000)).toISOString()}::timestamptz)
                 and not exists (
                select 1 from message w where w.contact_point_id = m.contact_point_id and w.waits_for_media
                   and w.status = 'queued' and w.position <= m.position)))
         + (select count(*) from campaign where state in ('running', 'cancelling') and waits_for is null)
         + (select count(*) from media where work is not null
              and (next_attempt_at <= ${at(0)}::timestamptz
                or next_attempt_at between ${at(LEASE_MS - 10_000)}::timestamptz and ${at(LEASE_MS)}::timestamptz)) as count`.execute(
    ctx.database.db,
  );
  return rows[0]?.count ?? 0;
}

interface StoryDatabase {
  url: string | null;
  leave(): Promise<void>;
}

/** PGlite in the data directory, or a new database on the server of `TEST_DATABASE_URL`. */
async function createDatabase(directory: string): Promise<StoryDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (server !== undefined && server !== '') {
    return createOnServer(server);
  }
  preparePGlite(path.join(directory, 'db'));
  return { url: null, leave: async () => {} };
}
