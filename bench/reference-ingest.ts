import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { SECRET } from './webhooks.ts';

/**
 * The reference ingest: what this machine can do for a signed webhook that is stored for good, and no more. Bare HTTP, HMAC
 * over the raw bytes, JSON.parse, one group-commit writer over four tables (message, conversation, ledger, outbox) locked in
 * id order, 200 after COMMIT. It decides nothing, has no second index and no page to tell.
 *
 * Its tables stand in a schema of their own in the database at DATABASE_URL; it listens on PORT.
 */
const TABLES = `
  create schema if not exists reference;
  create table if not exists reference.conversation (id text primary key, unread integer not null, last_text text not null, last_at timestamptz not null);
  create table if not exists reference.message (id text primary key, conversation_id text not null, text text not null, content jsonb not null, at timestamptz not null);
  create table if not exists reference.ledger (position bigint generated always as identity primary key, conversation_id text not null, message_id text not null, act text not null, at timestamptz not null);
  create table if not exists reference.outbox (position bigint generated always as identity primary key, message_id text not null, payload jsonb not null)`;

/** One statement, prepared, its own transaction: the conversations first, in id order. */
const STORE = `
  with news as (select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) as n(id, conversation_id, text, content, at)),
  locked as (
    insert into reference.conversation as c (id, unread, last_text, last_at)
    select conversation_id, count(*), max(text), max(at) from news group by conversation_id order by conversation_id
    on conflict (id) do update set unread = c.unread + excluded.unread, last_text = excluded.last_text, last_at = excluded.last_at),
  stored as (
    insert into reference.message (id, conversation_id, text, content, at)
    select id, conversation_id, text, content::jsonb, at from news on conflict (id) do nothing returning id, conversation_id, at, content),
  lines as (insert into reference.ledger (conversation_id, message_id, act, at) select conversation_id, id, 'message', at from stored)
  insert into reference.outbox (message_id, payload) select id, content from stored`;

/** As many as ours shares (src/actions/ingest.ts). */
const MOST_TOGETHER = 200;

interface Message {
  id: string;
  from: string;
  timestamp: string;
  text: { body: string };
}
interface Webhook {
  entry: { changes: { value: { messages: Message[] } }[] }[];
}

const database = new pg.Client({ connectionString: process.env.DATABASE_URL ?? '' });
await database.connect();
await database.query(TABLES);

let queue: { messages: Message[]; answer: ServerResponse }[] = [];
let writing = false;

async function write(): Promise<void> {
  writing = true;
  while (queue.length > 0) {
    const batch = queue.slice(0, MOST_TOGETHER);
    queue = queue.slice(MOST_TOGETHER);
    const messages = batch.flatMap((one) => one.messages);
    const columns = [
      messages.map((one) => one.id),
      messages.map((one) => one.from),
      messages.map((one) => one.text.body),
      messages.map((one) => JSON.stringify(one)),
      messages.map((one) => new Date(Number(one.timestamp) * 1_000).toISOString()),
    ];
    await database.query({ name: 'store', text: STORE, values: columns });
    for (const { answer } of batch) answer.writeHead(200).end();
  }
  writing = false;
}

function take(request: IncomingMessage, answer: ServerResponse): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    const wanted = Buffer.from(`sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`);
    const given = Buffer.from(String(request.headers['x-hub-signature-256']));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      answer.writeHead(401).end();
      return;
    }
    const { entry }: Webhook = JSON.parse(body.toString());
    const messages = entry.flatMap((one) => one.changes.flatMap((change) => change.value.messages));
    queue.push({ messages, answer });
    if (!writing) void write();
  });
}

createServer((request, answer) => {
  if (request.method === 'POST') take(request, answer);
  else answer.writeHead(200).end();
}).listen(Number(process.env.PORT), '127.0.0.1');
