import pg from 'pg';
import { makers } from '../src/actions/keys.ts';
import { quantile } from './webhooks.ts';

/**
 * The machine's own limit for one webhook's rows, as pgbench would measure it: one transaction per webhook with the same
 * four writes (inbox row, message, conversation, contact point), each client in a loop.
 */
export async function databaseLimit(
  url: string,
  seconds: number,
  clients: number,
): Promise<{ perSecond: number; p99: number }> {
  const setup = new pg.Client({ connectionString: url });
  await setup.connect();
  const people: { contact: string; conversation: string }[] = [];
  for (let n = 0; n < 200; n += 1) {
    const one = { contact: makers.id(), conversation: makers.id() };
    await setup.query('insert into contact_point (id, phone) values ($1, $2)', [
      one.contact,
      `+limit${n}${one.contact}`,
    ]);
    await setup.query(
      'insert into conversation (id, contact_point_id, channel_id, created_at) select $1, $2, id, now() from channel limit 1',
      [one.conversation, one.contact],
    );
    people.push(one);
  }
  await setup.end();
  const until = performance.now() + seconds * 1_000;
  const times: number[] = [];
  let counter = 0;
  const client = async (): Promise<void> => {
    const connection = new pg.Client({ connectionString: url });
    await connection.connect();
    while (performance.now() < until) {
      counter += 1;
      const key = `limit.${process.pid}.${counter}`;
      const one = people[counter % people.length];
      if (one === undefined) break;
      const started = performance.now();
      await connection.query('begin');
      await connection.query(
        `insert into inbox (subject, event_key, kind, contact_point_id, update, raw, body_sha256, received_at, status)
         values ($1, $2, 'message', $3, $4, $5, '', now(), 'applied')`,
        [key, key, one.contact, ROW, ROW],
      );
      await connection.query(
        `insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, whatsapp_id, at)
         values ($1, $2, $3, 'x', 'in', 'text', 'Hello', $4, 'received', $5, now())`,
        [makers.id(), one.conversation, one.contact, ROW, key],
      );
      await connection.query(
        'update conversation set unread = unread + 1, last_message_at = now() where id = $1',
        [one.conversation],
      );
      await connection.query('update contact_point set last_inbound_at = now() where id = $1', [one.contact]);
      await connection.query('commit');
      times.push(performance.now() - started);
    }
    await connection.end();
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { perSecond: times.length / seconds, p99: quantile(times, 0.99) };
}

/** A stored update and its raw item have about this size. */
const ROW = JSON.stringify({
  kind: 'message',
  text: 'x'.repeat(240),
  from: { phone: '+12025550143' },
  id: 'y'.repeat(120),
});
