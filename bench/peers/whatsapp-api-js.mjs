import { createServer } from 'node:http';
import pg from 'pg';
import { WhatsAppAPI } from 'whatsapp-api-js/middleware/node-http';

/**
 * A server on whatsapp-api-js as the documentation of its middleware for node:http shows one, which stores each message by one
 * INSERT and answers when that is done. It listens on PORT and keeps its table in the database at DATABASE_URL.
 */
const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await database.query(
  'create table if not exists stored (position bigint generated always as identity primary key, message_id text not null, phone text, text text, content jsonb not null, at timestamptz not null)',
);

const whatsapp = new WhatsAppAPI({
  token: 'bench-token',
  v: 'v26.0',
  appSecret: process.env.WHATSAPP_APP_SECRET,
  webhookVerifyToken: 'bench-verify-token',
});

whatsapp.on.message = async ({ contact, message }) => {
  await database.query({
    name: 'store',
    text: 'insert into stored (message_id, phone, text, content, at) values ($1, $2, $3, $4, to_timestamp($5))',
    values: [message.id, contact.wa_id, message.text?.body, JSON.stringify(message), message.timestamp],
  });
};

createServer(async (request, answer) => {
  answer.statusCode = request.method === 'POST' ? await whatsapp.handle_post(request) : 200;
  answer.end();
}).listen(Number(process.env.PORT), '127.0.0.1');
