import { createServer } from 'node:http';
import { createPostgresState } from '@chat-adapter/state-pg';
import { createWhatsAppAdapter } from '@chat-adapter/whatsapp';
import { Chat } from 'chat';
import pg from 'pg';

/**
 * A server on Vercel's Chat SDK with its WhatsApp adapter and its state in PostgreSQL, whose handler stores each message by one
 * INSERT. It listens on PORT and keeps everything in the database at DATABASE_URL. ANSWER says when it answers:
 *
 * - `at-once`: as the adapter's README has it. The handler goes on behind the answer. Messages of one customer that overlap are
 *   queued (`queue`, which its pages advise for customer support: "Never lose messages").
 * - `when-stored`: it waits for what `waitUntil` was given, and answers 500 where a handler failed, as its pages on errors show.
 *   Each message has a handler of its own (`concurrent`), so that none is left in a queue behind a 200.
 */
const waits = process.env.ANSWER === 'when-stored';
const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await database.query(
  'create table if not exists stored (position bigint generated always as identity primary key, message_id text not null, phone text, text text, content jsonb not null, at timestamptz not null)',
);

const bot = new Chat({
  userName: 'bench',
  adapters: {
    whatsapp: createWhatsAppAdapter({
      accessToken: 'bench-token',
      appSecret: process.env.WHATSAPP_APP_SECRET,
      phoneNumberId: process.env.WHATSAPP_PHONE_NUMBER_ID,
      verifyToken: 'bench-verify-token',
      // Nobody is there: nothing is sent.
      apiUrl: 'http://127.0.0.1:9',
    }),
  },
  state: createPostgresState({ client: database }),
  concurrency: waits ? 'concurrent' : 'queue',
  // An `info` line for every message that waits would be measured too.
  logger: 'error',
});

bot.onDirectMessage(async (_thread, message, _channel, context) => {
  for (const one of [...(context?.skipped ?? []), message])
    await database.query({
      name: 'store',
      text: 'insert into stored (message_id, phone, text, content, at) values ($1, $2, $3, $4, $5)',
      values: [one.id, one.author.userId, one.text, JSON.stringify(one.raw), one.metadata.dateSent],
    });
});
await bot.initialize();

/** What Node's server got as a Request of the web. */
async function asRequest(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new Request(`http://127.0.0.1${request.url}`, {
    method: request.method,
    headers: request.headers,
    ...(request.method === 'POST' ? { body: Buffer.concat(parts) } : {}),
  });
}

async function take(request) {
  if (!waits) return bot.webhooks.whatsapp(request);
  const tasks = [];
  const answer = await bot.webhooks.whatsapp(request, {
    waitUntil: (task) => tasks.push(task),
    propagateHandlerErrors: true,
  });
  const results = await Promise.allSettled(tasks);
  return results.some((result) => result.status === 'rejected')
    ? new Response('Handler failed', { status: 500 })
    : answer;
}

createServer(async (request, answer) => {
  if (request.method !== 'POST') return answer.writeHead(200).end();
  const given = await take(await asRequest(request));
  answer.writeHead(given.status).end(await given.text());
}).listen(Number(process.env.PORT), '127.0.0.1');
