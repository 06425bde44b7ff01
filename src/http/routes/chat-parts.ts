import type { z } from 'zod';
import { actorOf } from '../../actions/apply-ownership.ts';
import type { Context } from '../../actions/context.ts';
import { loadSettings } from '../../actions/organisation.ts';
import type { Sender } from '../../actions/send-message.ts';
import { readSendable } from '../../actions/sendable.ts';
import type { To } from '../../actions/target.ts';
import { requestEvidence } from '../../db/consent.ts';
import { factsOf, historyOf } from '../../db/ledger.ts';
import { recordsOfContactPoints } from '../../db/records.ts';
import { tracePage } from '../../db/trace.ts';
import type { Caller } from '../auth.ts';
import { traceOut } from '../desk-views.ts';
import type { ConsentEvents, SendableOut } from '../schemas/chat.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { TracePage } from '../schemas/desk.ts';
import { historyOut, sendableOut } from '../views.ts';
import { numberCursor, toCursor } from './cursor.ts';

/** What an open chat shows beside its thread, as the API answers it: part by part, and all of it when the chat opens. */

export const senderOf = (caller: Caller): Sender => ({
  id: caller.id,
  name: caller.name,
  path: caller.kind === 'key' ? 'api' : 'person',
  rights: caller.rights,
  auditor: caller.kind === 'person' && caller.role === 'auditor',
  actor: caller.kind === 'person' ? actorOf(caller) : null,
});

/** What may be sent to somebody now. */
export async function sendablePart(
  ctx: Context,
  to: To,
  caller: Caller,
  language: string | null,
): Promise<SendableOut> {
  return sendableOut(await readSendable(ctx.database.db, ctx, to, senderOf(caller), language));
}

/** What happened to the consent of a customer. */
export async function consentEventsPart(ctx: Context, contactPointId: string): Promise<ConsentEvents> {
  const { db } = ctx.database;
  const rows = await historyOf(db, contactPointId);
  const facts = (await factsOf(db, [contactPointId])).get(contactPointId) ?? [];
  const evidence = await requestEvidence(db, [...new Set(rows.map((row) => row.contactPointId))]);
  const records = await recordsOfContactPoints(db, [contactPointId]);
  const settings = await loadSettings(db);
  return { items: historyOut(rows, facts, evidence, { now: ctx.clock(), settings, records }) };
}

/** What colleagues did in a conversation and noted about it, newest first. */
export async function tracePart(
  ctx: Context,
  conversationId: string,
  query: z.infer<typeof PageQuery>,
): Promise<TracePage> {
  const rows = await tracePage(ctx.database.db, conversationId, numberCursor(query.cursor), query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(traceOut),
    nextCursor: rows.length > query.limit && last !== undefined ? toCursor(last.position) : null,
  };
}
