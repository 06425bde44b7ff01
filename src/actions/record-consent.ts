import { PURPOSES, type Purpose } from '../core/purpose.ts';
import type { Role } from '../core/rights.ts';
import type { Viewer } from '../db/access.ts';
import {
  decidePendingGrant,
  type GrantToApprove,
  insertPendingGrant,
  type PendingGrant,
  readPendingGrant,
} from '../db/consent.ts';
import { type ContactPoint, lockContactPoints, setShared } from '../db/contact-points.ts';
import { conversationOf, readConversation } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { insertLedgerFile, readWaitingFile, type WaitingFile } from '../db/evidence-files.ts';
import { factsOf } from '../db/ledger.ts';
import { insertAudit } from '../db/organisation.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import { fold, type Views, viewsByRecord } from './gate-contact.ts';
import { letHandoversPass } from './handovers.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { projectDecision } from './project-decision.ts';
import { recordFacts } from './record-facts.ts';
import { notFound, Refusal } from './refusal.ts';
import { lockTarget, type To } from './target.ts';
import { inTransaction } from './transaction.ts';
import { isVoid, mustBeFirst, type PendingEvidence, waitedSince } from './waiting-grants.ts';

/** A person records what a customer decided elsewhere, settles a hold, or marks a number as shared. */

export interface Evidence {
  text?: string | undefined;
  file?: WaitingFile | undefined;
}

export interface DecisionRequest {
  to: To;
  purpose: Purpose;
  decision: 'granted' | 'denied';
  evidence?: Evidence | undefined;
  reason?: string | undefined;
}

export interface Actor {
  id: string;
  name: string;
}

/** Who records or approves: a person in a role, or a key; what Assent's own programs record has neither. */
export type Recorder = Actor & { kind?: 'person' | 'key'; role?: Role };

/** As a line keeps it: names are not unique and change, ids do neither. */
const roleOf = ({ kind, role }: Recorder): string | null => (kind === 'key' ? 'key' : (role ?? null));

const MOST_FILE_BYTES = 5 * 1024 * 1024;

/**
 * Records a refusal (one click, anyone) or a grant (evidence needed). With the setting `grantNeedsSecondPerson` a grant
 * waits for somebody else. Answers the contact point, and whether it waits.
 */
export async function recordDecision(
  ctx: Context,
  request: DecisionRequest,
  actor: Recorder,
): Promise<{ contactPointId: string; pending: boolean }> {
  const evidenceText = request.evidence?.text?.trim() ?? '';
  if (request.decision === 'granted' && evidenceText === '')
    throw new Refusal(
      422,
      'evidence-needed',
      'Say how and when the customer agreed, so that it can be shown later.',
    );
  const file = readFile(request.evidence);
  const recorded = await inTransaction(ctx, async (tx) => {
    const settings = await loadSettings(tx);
    const contact = await lockedContact(tx, ctx, request.to);
    if (request.decision === 'granted') refuseForShared(contact);
    if (request.decision === 'granted' && settings.grantNeedsSecondPerson) {
      await mustBeFirst(tx, ctx, contact.id, request.purpose);
      await insertPendingGrant(tx, {
        id: ctx.make.id(),
        contactPointId: contact.id,
        purpose: request.purpose,
        evidence: {
          text: evidenceText,
          reason: request.reason ?? null,
          file: request.evidence?.file ?? null,
          knowsSeq: contact.ledgerSeq,
          requestedByRole: roleOf(actor),
        } satisfies PendingEvidence,
        requestedBy: actor.name,
        requestedById: actor.id,
        requestedAt: ctx.clock(),
      });
      await tellLive(tx, contact.id);
      return { contactPointId: contact.id, pending: true };
    }
    await write(tx, ctx, contact, {
      ...request,
      evidenceText,
      file,
      actor: actor.name,
      actorId: actor.id,
      actorRole: roleOf(actor),
      approver: null,
    });
    return { contactPointId: contact.id, pending: false };
  });
  if (request.decision === 'denied') await letHandoversPass(ctx, [recorded.contactPointId]);
  return recorded;
}

/** On a shared number nothing would show whose a recorded grant is, and no record would have it. */
function refuseForShared({ shared }: ContactPoint): void {
  if (shared)
    throw new Refusal(
      409,
      'number-shared',
      'Several people use this number, and a grant belongs to whoever was asked. Send a Consent Template from their record instead.',
    );
}

interface DecisionToWrite {
  purpose: Purpose;
  decision: 'granted' | 'denied';
  evidenceText: string;
  reason?: string | undefined;
  file: DecodedFile | null;
  actor: string;
  /** The person or key behind `actor`, where it is known. */
  actorId: string | null;
  actorRole: string | null;
  approver: Recorder | null;
  /** For a grant that waited: when it was recorded, and the last line known then. A refusal since then stands. */
  waitedSince?: { at: number; knowsSeq: number };
}

async function write(tx: Tx, ctx: Context, contact: ContactPoint, decision: DecisionToWrite): Promise<void> {
  const now = ctx.clock();
  const sha256 = decision.file === null ? null : ctx.keys.sha256(decision.file.content);
  const { seqs } = await recordFacts(
    tx,
    ctx,
    contact,
    [
      {
        act: {
          act: 'recorded',
          decision: decision.decision,
          purposes: [decision.purpose],
          knowsSeq: 0,
          holdSeq: null,
        },
        purposes: [decision.purpose],
        at: decision.waitedSince?.at ?? now,
        receivedAt: now,
        ...(decision.waitedSince === undefined ? {} : { knowsSeq: decision.waitedSince.knowsSeq }),
        source: 'recorded',
        actor: decision.actor,
        actorId: decision.actorId,
        detail: {
          actorId: decision.actorId,
          actorRole: decision.actorRole,
          approvedBy: decision.approver?.name ?? null,
          ...(decision.approver === null
            ? {}
            : { approvedById: decision.approver.id, approvedByRole: roleOf(decision.approver) }),
          fileSha256: sha256,
        },
        personal: {
          phone: contact.phone,
          userId: contact.userId,
          text: decision.evidenceText === '' ? null : decision.evidenceText,
          reason: decision.reason ?? null,
          fileName: decision.file?.name ?? null,
        },
      },
    ],
    { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) },
  );
  const [seq] = seqs;
  if (decision.file !== null && sha256 !== null && seq !== undefined)
    await insertLedgerFile(tx, {
      contactPointId: contact.id,
      seq,
      name: decision.file.name,
      mimeType: decision.file.mimeType,
      sha256,
      content: decision.file.content,
    });
  await tellLive(tx, contact.id);
}

async function tellLive(tx: Tx, contactPointId: string): Promise<void> {
  const hints = createHints();
  const conversationId = await conversationOf(tx, contactPointId);
  if (conversationId !== null) hints.conversation(conversationId, contactPointId);
  hints.contact(contactPointId);
  await hints.send(tx);
}

interface DecodedFile {
  name: string;
  mimeType: string;
  content: Buffer;
}

function readFile(evidence: Evidence | undefined): DecodedFile | null {
  const file = evidence?.file;
  if (file === undefined) return null;
  const content = Buffer.from(file.base64, 'base64');
  if (content.length === 0)
    throw new Refusal(422, 'file-empty', 'The evidence file is empty or not readable.');
  if (content.length > MOST_FILE_BYTES)
    throw new Refusal(413, 'too-large', 'An evidence file may have 5 MB at most.');
  return { name: file.name, mimeType: file.mimeType, content };
}

async function lockedContact(tx: Tx, ctx: Context, to: To): Promise<ContactPoint> {
  const { contact } = await lockTarget(tx, ctx, to);
  if (contact === null)
    throw new Refusal(
      422,
      'contact-point-unknown',
      'This record has no phone number that WhatsApp could know.',
    );
  return contact;
}

/**
 * A second person decides a grant that waits. The one who asked may not approve it, nor who made the key that did, and no key may:
 * whoever made it holds it, and would be their own second person.
 */
export async function decideGrant(
  ctx: Context,
  id: string,
  decision: 'approved' | 'rejected',
  actor: Recorder & Viewer & { kind: 'person' | 'key' },
): Promise<void> {
  if (decision === 'approved' && actor.kind === 'key')
    throw new Refusal(
      403,
      'second-person-needed',
      'A key is no person. Somebody has to sign in and approve this grant.',
    );
  await inTransaction(ctx, async (tx) => {
    const grant = isUuid(id) ? await readPendingGrant(tx, id, actor) : null;
    if (grant === null) throw notFound('pending grant');
    if (decision === 'approved') refuseOwn(grant);
    const file = grant.fileName === null ? null : await readWaitingFile(tx, id, actor);
    if (!(await decidePendingGrant(tx, id, decision, actor.name, ctx.clock())))
      throw notFound('pending grant');
    if (decision === 'rejected') return tellLive(tx, grant.contactPointId);
    const [contact] = await lockContactPoints(tx, [grant.contactPointId]);
    if (contact === undefined) throw notFound('contact point');
    const evidence = grant.evidence as PendingEvidence;
    refuseForShared(contact);
    await refuseIfOutrun(tx, ctx, grant);
    await write(tx, ctx, contact, {
      purpose: grant.purpose,
      decision: 'granted',
      evidenceText: evidence.text ?? '',
      reason: evidence.reason ?? undefined,
      file: readFile(file === null ? undefined : { file }),
      actor: grant.requestedBy,
      actorId: grant.requestedById,
      actorRole: evidence.requestedByRole ?? null,
      approver: actor,
      waitedSince: waitedSince(grant),
    });
  });
}

function refuseOwn({ own }: GrantToApprove): void {
  if (own === 'person')
    throw new Refusal(403, 'second-person-needed', 'Somebody else has to approve a grant that you recorded.');
  if (own === 'key')
    throw new Refusal(
      403,
      'second-person-needed',
      'Somebody else has to approve a grant that a key you made has recorded.',
    );
}

/** What was recorded before a refusal cannot undo it, whenever it is approved. */
async function refuseIfOutrun(tx: Tx, ctx: Context, grant: PendingGrant): Promise<void> {
  if (await isVoid(tx, ctx, grant))
    throw new Refusal(
      409,
      'refused-meanwhile',
      'The customer refused after this grant was recorded. Reject it, and ask the customer again.',
    );
}

/** An agent says what a message that reads like a refusal is. */
export async function decideHold(
  ctx: Context,
  conversationId: string,
  decision: 'refusal' | 'not-refusal',
  reason: string | undefined,
  actor: Actor,
): Promise<string> {
  if (decision === 'not-refusal' && (reason === undefined || reason.trim() === ''))
    throw new Refusal(
      422,
      'reason-needed',
      'Say why this message is no refusal, so that it can be shown later.',
    );
  return inTransaction(ctx, async (tx) => {
    const conversation = isUuid(conversationId) ? await readConversation(tx, conversationId) : null;
    if (conversation === null) throw notFound('conversation');
    const [contact] = await lockContactPoints(tx, [conversation.contactPointId]);
    if (contact === undefined) throw notFound('conversation');
    const settled = await settleHolds(tx, ctx, contact, decision, actor.name, reason ?? null);
    if (settled === 0) throw new Refusal(409, 'not-on-hold', 'This chat is not on hold any more.');
    await tellLive(tx, contact.id);
    return contact.id;
  });
}

/** Settles every hold in force of a locked contact point; answers how many. Time decides as `refusal` too. */
export async function settleHolds(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  decision: 'refusal' | 'not-refusal',
  actor: string | null,
  reason: string | null,
): Promise<number> {
  const settings = await loadSettings(tx);
  const recordTypes = await loadRecordTypes(tx);
  let settled = 0;
  for (;;) {
    const views = await viewsOf(tx, ctx, contact.id);
    const held = PURPOSES.filter((purpose) => views[purpose].onHold !== null);
    const hold = held.map((purpose) => views[purpose].onHold).find((one) => one !== null);
    if (hold === undefined || hold === null) return settled;
    const isIt = (one: Views[Purpose]['onHold']): boolean =>
      one?.seq === hold.seq && one.chain === hold.chain;
    const purposes = held.filter((purpose) => isIt(views[purpose].onHold));
    const now = ctx.clock();
    const base = {
      purposes,
      at: now,
      receivedAt: now,
      source: actor === null ? 'hold-elapsed' : 'hold',
      actor,
      detail: {},
      personal: { reason },
    };
    await recordFacts(
      tx,
      ctx,
      contact,
      [
        decision === 'refusal'
          ? {
              ...base,
              act: {
                act: 'recorded',
                decision: 'denied',
                purposes,
                knowsSeq: 0,
                holdSeq: hold.seq,
                holdChain: hold.chain,
              },
            }
          : { ...base, act: { act: 'released', holdSeq: hold.seq, holdChain: hold.chain } },
      ],
      { settings, recordTypes },
    );
    settled += 1;
  }
}

/** The fold of a contact point's ledger as it stands now. */
export async function viewsOf(tx: Tx, ctx: Context, contactPointId: string): Promise<Views> {
  const facts = (await factsOf(tx, [contactPointId])).get(contactPointId) ?? [];
  return fold(facts, ctx.clock(), await loadSettings(tx));
}

/** A number several people use: a grant then belongs to the record that was asked, a refusal to all. */
export async function markShared(
  ctx: Context,
  conversationId: string,
  shared: boolean,
  actor: Actor,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const conversation = isUuid(conversationId) ? await readConversation(tx, conversationId) : null;
    if (conversation === null) throw notFound('conversation');
    const [contact] = await lockContactPoints(tx, [conversation.contactPointId]);
    if (contact === undefined) throw notFound('conversation');
    await setShared(tx, contact.id, shared);
    await insertAudit(tx, {
      at: ctx.clock(),
      actor: actor.name,
      action: 'number.shared',
      subject: conversationId,
      before: { shared: contact.shared },
      after: { shared },
    });
    const facts = (await factsOf(tx, [contact.id])).get(contact.id) ?? [];
    const settings = await loadSettings(tx);
    const views = fold(facts, ctx.clock(), settings);
    const ofRecords = (as: boolean) => viewsByRecord({ shared: as }, views, facts, ctx.clock(), settings);
    // A Yes that came to a record from somebody else's answer goes from it.
    const types = await loadRecordTypes(tx);
    await projectDecision(tx, ctx, contact, ofRecords(contact.shared), ofRecords(shared), types);
    await tellLive(tx, contact.id);
  });
}
