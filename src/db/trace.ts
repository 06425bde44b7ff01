import { sql } from 'kysely';
import type { Named } from '../core/ownership.ts';
import type { Tx } from './engine.ts';
import { iso } from './rows.ts';

/** What people did with a conversation, their private notes included. Append-only. */

export interface NewTrace {
  id: string;
  conversationId: string;
  at: number;
  kind: string;
  /** Null where Assent itself did it. A key has a name and no id. */
  actor: { id: string | null; name: string } | null;
  subject: Named | null;
  reason: string | null;
  text: string | null;
  /** Ids of people. */
  mentions: readonly string[];
}

/** What was done with conversations, or noted in them; an erasure alone takes it away. */
export async function insertTraces(tx: Tx, traces: readonly NewTrace[]): Promise<void> {
  if (traces.length === 0) return;
  const rows = traces.map((one) => ({
    ...one,
    at: iso(one.at),
    actorId: one.actor?.id ?? null,
    actorName: one.actor?.name ?? null,
    subjectId: one.subject?.id ?? null,
    subjectName: one.subject?.name ?? null,
  }));
  await sql`insert into trace (id, conversation_id, at, kind, actor_id, actor_name, subject_id, subject_name, reason, text, mentions)
    select id, "conversationId", at, kind, "actorId", "actorName", "subjectId", "subjectName", reason, text,
           array(select jsonb_array_elements_text(mentions)::uuid)
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r(id uuid, "conversationId" uuid, at timestamptz, kind text, "actorId" uuid, "actorName" text, "subjectId" uuid,
             "subjectName" text, reason text, text text, mentions jsonb)`.execute(tx);
}

export interface TraceRow {
  id: string;
  position: number;
  at: number;
  kind: string;
  actorId: string | null;
  actorName: string | null;
  subjectId: string | null;
  subjectName: string | null;
  reason: string | null;
  text: string | null;
  mentions: Named[] | null;
}

const COLUMNS = sql`t.id, t.position, t.at, t.kind, t.actor_id as "actorId", t.actor_name as "actorName",
  t.subject_id as "subjectId", t.subject_name as "subjectName", t.reason, t.text,
  (select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) order by p.name) from person p where p.id = any(t.mentions)) as mentions`;

export async function readTrace(tx: Tx, id: string): Promise<TraceRow | null> {
  const { rows } = await sql<TraceRow>`select ${COLUMNS} from trace t where t.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** How often somebody did this with the conversation. */
export async function countTraces(tx: Tx, conversationId: string, kind: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from trace where conversation_id = ${conversationId}::uuid and kind = ${kind}`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

/** Newest first; `before` is the position of the last row of the page before. */
export async function tracePage(
  tx: Tx,
  conversationId: string,
  before: number | null,
  limit: number,
): Promise<TraceRow[]> {
  const { rows } = await sql<TraceRow>`
    select ${COLUMNS}
      from trace t where t.conversation_id = ${conversationId}::uuid
       and (${before}::bigint is null or t.position < ${before}::bigint)
     order by t.position desc limit ${limit}`.execute(tx);
  return rows;
}
