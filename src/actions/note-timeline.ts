import { meaningOf } from '../core/consent.ts';
import type { Purpose } from '../core/purpose.ts';
import { toldVerdict } from '../core/timeline.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { askersOf, type NewConsentEntry, queueConsentEntries } from '../db/crm-entries.ts';
import { addToSessions, endSession } from '../db/crm-sessions.ts';
import type { Tx } from '../db/engine.ts';
import { recordsOfContactPoints } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import type { Views } from './gate-contact.ts';
import { loadSettings } from './organisation.ts';

/**
 * What the timelines of a remote CRM will be told, noted in the transaction of what they tell. Nothing is asked of the CRM
 * here, and with the embedded one nothing is noted.
 */

/** A chat is told so long after its last message, and at the latest so long after the first that was not told. */
const QUIET_MS = 3 * 60_000;
const LATE_MS = 15 * 60_000;
/** Who writes after that begins a new session, and none is longer than this. */
export const SESSION_GAP_MS = 24 * 3_600_000;
const LONGEST_SESSION_MS = 7 * 24 * 3_600_000;
/** A switchboard's number can be that of hundreds. */
export const MOST_RECORDS = 10;

/** Messages that were just stored; `authorId` is the person who wrote them. */
export async function noteMessages(
  tx: Tx,
  ctx: Context,
  messageIds: readonly string[],
  authorId: string | null = null,
): Promise<void> {
  if (ctx.crm.remote === null || messageIds.length === 0) return;
  if (!(await loadSettings(tx)).timelineChats) return;
  const now = ctx.clock();
  await addToSessions(tx, messageIds, authorId !== null && isUuid(authorId) ? authorId : null, {
    now,
    idleSince: now - SESSION_GAP_MS,
    startedSince: now - LONGEST_SESSION_MS,
    quietMs: QUIET_MS,
    lateMs: LATE_MS,
  });
}

/** The conversation was closed: its session is told to a CRM behind a network. */
export async function noteClosed(tx: Tx, ctx: Context, conversationId: string): Promise<void> {
  if (ctx.crm.remote !== null) await endSession(tx, conversationId, ctx.clock());
}

/** A new line of the ledger, as far as the timeline needs it. */
export interface NotedLine {
  seq: number;
  act: string;
  purposes: readonly Purpose[];
  /** The request it is, or answers by its own word. */
  requestId: string | null;
  /** Who wrote it, where that is a person. */
  actorId: string | null;
}

/** Lines that were just written, for every record with the number as its messaging number. */
export async function noteConsent(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  lines: readonly NotedLine[],
  after: Views,
  on: boolean,
): Promise<void> {
  if (ctx.crm.remote === null || !on) return;
  const told = lines.flatMap((line) => {
    const meaning = meaningOf(after, { ...line, chain: contact.id });
    const verdict = toldVerdict(line.act, meaning?.verdict);
    return verdict === null ? [] : [{ ...line, verdict }];
  });
  if (told.length === 0) return;
  const records = (await recordsOfContactPoints(tx, [contact.id])).filter((one) => one.messaging);
  if (records.length === 0) return;
  const requests = await askersOf(tx, contact.id, [
    ...new Set(
      [
        ...told.map((line) => line.requestId),
        ...(contact.shared ? [after.service.decidedOn, after.marketing.decidedOn] : []),
      ].filter((id) => id !== null),
    ),
  ]);
  const entries = told.flatMap((line): NewConsentEntry[] => {
    const request = requests.get(line.requestId ?? decidedOn(line, after) ?? '');
    // On a shared number what one person was asked and agreed to is theirs; a refusal is everybody's.
    const theirs = contact.shared && ASKED_ALONE.has(line.verdict);
    return records
      .filter((one) => !theirs || (one.recordType === request?.table && one.recordId === request.recordId))
      .slice(0, MOST_RECORDS)
      .flatMap(({ recordType, recordId }) =>
        isUuid(recordId)
          ? [
              {
                table: recordType,
                recordId,
                contactPointId: contact.id,
                seq: line.seq,
                verdict: line.verdict,
                authorId: line.actorId ?? (line.act === 'requested' ? (request?.actorId ?? null) : null),
              },
            ]
          : [],
      );
  });
  await queueConsentEntries(tx, entries, ctx.clock());
}

const ASKED_ALONE: ReadonlySet<string> = new Set(['requested', 'request-failed', 'granted']);

const decidedOn = (line: NotedLine, after: Views): string | null =>
  line.purposes.includes('service') ? after.service.decidedOn : after.marketing.decidedOn;
