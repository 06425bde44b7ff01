import {
  type Actor,
  type Change,
  type Decision,
  type Named,
  type Ownership,
  timeOut,
} from '../core/ownership.ts';
import type { Role } from '../core/rights.ts';
import type { Settings } from '../core/settings.ts';
import type { Tx } from '../db/engine.ts';
import { insertNotifications, settleNotification } from '../db/notifications.ts';
import {
  insertOffer,
  lockOwnership,
  type OwnershipRow,
  setClosed,
  setOpen,
  setOwner,
  setTeam,
  settleOffer,
} from '../db/ownership.ts';
import { insertTraces } from '../db/trace.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import { noteClosed } from './note-timeline.ts';
import { notFound, Refusal } from './refusal.ts';
import { nobodyWaits } from './settle-reminders.ts';

/** Makes true what `core/ownership.ts` decided: the row, the offer, the trace, and who hears of it. */

/** Who acts, as a request knows them. */
export interface Acting {
  kind: 'person' | 'key';
  id: string;
  name: string;
  role: Role;
  teams: readonly string[] | null;
}

/** Who acts, as core/ownership.ts knows them. */
export const actorOf = ({ kind, id, name, role, teams }: Acting): Actor => ({
  kind,
  id,
  name,
  decides: kind === 'key' || role === 'administrator',
  teams,
});

/** The person an act is put down to; a key has a name alone. Null: Assent itself. */
export type By = { id: string | null; name: string } | null;

/** To whom an act of this actor is put down. */
export const byOf = (actor: Actor): By => ({
  id: actor.kind === 'person' ? actor.id : null,
  name: actor.name,
});

/** Locks a conversation, with an offer that ran out settled first. */
export async function lockForChange(
  tx: Tx,
  ctx: Context,
  conversationId: string,
  settings: Settings,
  hints: Hints,
): Promise<OwnershipRow> {
  const row = await lockOwnership(tx, conversationId);
  if (row === null) throw notFound('conversation');
  const late = timeOut(row, ctx.clock());
  return late === null ? row : applyChange(tx, ctx, row, late, { by: null, reason: null, settings, hints });
}

export interface Applying {
  by: By;
  reason: string | null;
  settings: Settings;
  hints: Hints;
}

/** Answers what stands afterwards. */
export async function applyChange(
  tx: Tx,
  ctx: Context,
  row: OwnershipRow,
  change: Change,
  { by, reason, settings, hints }: Applying,
): Promise<OwnershipRow> {
  const now = ctx.clock();
  const after: OwnershipRow = { ...row };
  if (change.status === 'closed') {
    await setClosed(tx, row.id, row.owner?.id ?? null, now);
    await noteClosed(tx, ctx, row.id);
    await nobodyWaits(tx, ctx, [row.id], hints);
    Object.assign(after, { status: 'closed', owner: null, ownerActiveAt: null, discussing: [] });
  } else {
    if (change.status === 'open') await setOpen(tx, row.id);
    if (change.team !== undefined) await setTeam(tx, row.id, change.team.id);
    if (change.owner !== undefined) await setOwner(tx, row.id, change.owner?.id ?? null, now);
    Object.assign(after, stateAfter(row, change, now));
  }
  if (change.offer !== undefined && row.offer !== null) {
    await settleOffer(tx, row.offer.id, change.offer, reason, now);
    for (const person of await settleNotification(tx, row.offer.to.id, offerKey(row.offer.id), now))
      hints.person(person);
    after.offer = null;
  }
  let offerId: string | null = null;
  if (change.offerTo !== undefined) {
    const { assignmentMinutes } = settings;
    offerId = ctx.make.id();
    const expiresAt = assignmentMinutes === null ? null : now + assignmentMinutes * 60_000;
    const fromId = by?.id ?? null;
    const toId = change.offerTo.id;
    await insertOffer(tx, { id: offerId, conversationId: row.id, fromId, toId, reason, at: now, expiresAt });
    const from = by === null || fromId === null ? null : { id: fromId, name: by.name };
    after.offer = { id: offerId, from, to: change.offerTo, expiresAt };
  }
  await leaveTrace(tx, ctx, row.id, change.traces, by, reason);
  await tell(
    tx,
    ctx,
    row.id,
    change.notify.map((one) => ({
      ...one,
      by: by?.name ?? null,
      text: reason,
      reasonKey: offerId === null ? `${one.kind}:${ctx.make.id()}` : offerKey(offerId),
    })),
    hints,
  );
  hints.conversation(row.id, row.contactPointId);
  const seeing = seersOf(after);
  hints.left(
    row.id,
    seersOf(row).filter((id) => !seeing.includes(id)),
  );
  return after;
}

/** Who sees a conversation: its team, and people by name (db/access.ts has the rule). */
const seersOf = ({ team, owner, offer, discussing }: OwnershipRow): string[] =>
  [team.id, owner?.id, offer?.to.id, ...discussing].filter((id) => id !== undefined);

/** What makes the notice of an offer one, and settles it when the offer is decided. */
export const offerKey = (offerId: string): string => `offer:${offerId}`;

function stateAfter(row: OwnershipRow, change: Change, now: number): Partial<Ownership> {
  const owner = change.owner === undefined ? row.owner : change.owner;
  return {
    status: change.status ?? row.status,
    team: change.team ?? row.team,
    owner: owner === null ? null : { active: true, ...owner },
    ownerActiveAt: change.owner === undefined ? row.ownerActiveAt : owner === null ? null : now,
  };
}

/** Notes in a conversation what was done with it, one line each, as its people see it between the messages. */
export async function leaveTrace(
  tx: Tx,
  ctx: Context,
  conversationId: string,
  traces: readonly { kind: string; subject: Named | null }[],
  by: By,
  reason: string | null,
): Promise<void> {
  const rows = traces.map(({ kind, subject }) => ({
    id: ctx.make.id(),
    conversationId,
    at: ctx.clock(),
    kind,
    actor: by,
    subject,
    reason,
    text: null,
    mentions: [],
  }));
  await insertTraces(tx, rows);
}

export interface Telling {
  kind: string;
  person: string;
  by: string | null;
  text: string | null;
  reasonKey: string;
}

/** Notifies people about a conversation; the same reason only once. */
export async function tell(
  tx: Tx,
  ctx: Context,
  conversationId: string,
  telling: readonly Telling[],
  hints: Hints,
): Promise<void> {
  const at = ctx.clock();
  const rows = telling.map((one) => ({
    id: ctx.make.id(),
    personId: one.person,
    kind: one.kind,
    conversationId,
    at,
    actorName: one.by,
    text: one.text,
    reasonKey: one.reasonKey,
  }));
  for (const person of await insertNotifications(tx, rows)) hints.person(person);
}

/** Throws what was refused; answers the change, or null where there is nothing to do. */
export function changeOf(decision: Decision): Change | null {
  switch (decision.kind) {
    case 'change':
      return decision.change;
    case 'nothing':
      return null;
    case 'refused':
      throw new Refusal(
        decision.code === 'not-a-colleague' ? 422 : 409,
        decision.code,
        decision.text,
        decision.until === undefined ? {} : { until: decision.until },
      );
  }
}
