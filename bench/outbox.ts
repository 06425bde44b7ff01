import { sql } from 'kysely';
import type { Context } from '../src/actions/context.ts';
import { makers } from '../src/actions/keys.ts';
import { outboxFigures } from '../src/db/outbox.ts';
import { startOutbox } from '../src/workers/outbox.ts';

/** Draining the outbox through the gate, beside a loop that claims, posts and marks without asking anybody. */

/** Queues `count` texts to as many granted customers, as `send-message` stores them. */
export async function fillOutbox(ctx: Context, count: number, run: string): Promise<void> {
  const { db } = ctx.database;
  const rows = Array.from({ length: count }, (_, n) => ({
    contact: makers.id(),
    conversation: makers.id(),
    message: makers.id(),
    phone: `+1303${String(2_000_000 + n).padStart(7, '0')}`,
    alias: `${run}${n}`,
  }));
  for (let first = 0; first < rows.length; first += 1_000) {
    const part = JSON.stringify(rows.slice(first, first + 1_000));
    await sql`insert into contact_point (id, phone, last_inbound_at) select contact, phone, now() from jsonb_to_recordset(${part}::jsonb) as r(contact uuid, phone text)`.execute(
      db,
    );
    await sql`insert into contact_point_alias (kind, value, contact_point_id) select 'phone', alias, contact from jsonb_to_recordset(${part}::jsonb) as r(alias text, contact uuid)`.execute(
      db,
    );
    await sql`insert into conversation (id, contact_point_id, channel_id, created_at) select conversation, contact, ${ctx.channel.id}, now() from jsonb_to_recordset(${part}::jsonb) as r(conversation uuid, contact uuid)`.execute(
      db,
    );
    await sql`insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, path, at, next_attempt_at)
      select message, conversation, contact, ${ctx.channel.id}, 'out', 'text', 'Hello', '{"kind":"text","text":"Hello"}'::jsonb, 'queued', 'api', now(), now()
        from jsonb_to_recordset(${part}::jsonb) as r(message uuid, conversation uuid, contact uuid)`.execute(
      db,
    );
  }
}

export async function drainGated(ctx: Context): Promise<number> {
  const started = performance.now();
  const loop = startOutbox(ctx, { perSecond: 100_000 });
  ctx.wake.outbox = loop.wake;
  while ((await outboxFigures(ctx.database.db, Date.now())).pending > 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await loop.stop();
  return (performance.now() - started) / 1_000;
}

/** Claim 200, post 32 at a time, mark: what the same machine does without a gate. */
export async function drainUngated(ctx: Context): Promise<number> {
  const { db } = ctx.database;
  const started = performance.now();
  for (;;) {
    const { rows } = await sql<{ id: string; phone: string }>`
      update message m set status = 'handing-over', handed_at = now() from contact_point c
       where m.id in (select id from message where status = 'queued' order by position limit 200 for update skip locked) and c.id = m.contact_point_id
       returning m.id, c.phone`.execute(db);
    if (rows.length === 0) return (performance.now() - started) / 1_000;
    const waiting = [...rows];
    const post = async (): Promise<void> => {
      for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
        const message = {
          phoneNumberId: ctx.channel.phoneNumberId,
          to: { phone: row.phone },
          callbackData: row.id,
          content: { kind: 'text', text: 'Hello' } as const,
        };
        const outcome = await ctx.provider.send(message, () => true);
        const id = outcome.kind === 'accepted' ? outcome.whatsappId : null;
        await sql`update message set status = 'sent', whatsapp_id = ${id} where id = ${row.id}::uuid`.execute(
          db,
        );
      }
    };
    await Promise.all(Array.from({ length: 32 }, post));
  }
}
