import { matchKey, parsePhone } from '../core/phone.ts';
import { type ContactPoint, lockContactPoints, readContactPoint } from '../db/contact-points.ts';
import { readConversation } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { firstToName } from '../db/record-order.ts';
import { linksOfRecords, readRecord } from '../db/records.ts';
import { carrierOf } from '../db/related-records.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import type { Addressed } from './gate-contact.ts';
import { contactPointOfPhone, findOwners } from './identify.ts';
import { notFound, Refusal } from './refusal.ts';

/** Whom a send, or a question about one, is about: a record, a number or a chat. */
export type To = { recordType: string; recordId: string } | { phone: string } | { conversationId: string };

export interface Target {
  contact: ContactPoint | null;
  phone: string | null;
  /** Whose number it is, and whose field decides. */
  addressed: Addressed | null;
  /** What the chat was opened from, where that takes its number from `addressed`: an opportunity of a contact. */
  opened: Addressed | null;
}

/** Resolves without making anything; `contact` is null for a valid number nobody knows yet. */
export async function findTarget(tx: Tx, ctx: Context, to: To): Promise<Target> {
  const parsed = await parseTo(tx, to);
  if (parsed.contactPointId !== null) {
    const contact = await readContactPoint(tx, parsed.contactPointId);
    return { contact, phone: contact?.phone ?? null, addressed: null, opened: null };
  }
  const { addressed, opened } = parsed;
  if (parsed.phone === null) return { contact: null, phone: null, addressed, opened };
  const [alias] = await findOwners(tx, ctx, [{ kind: 'phone', value: matchKey(parsed.phone) }]);
  const contact = alias === undefined ? null : await readContactPoint(tx, alias.contactPointId);
  return { contact, phone: contact?.phone ?? parsed.phone, addressed, opened };
}

/**
 * Throws 404 where a record is named that is not here, or whose table is no record type: it has no number, and nobody could
 * give it one.
 */
export async function needKnownRecord(
  tx: Tx,
  to: To,
  { phone }: Pick<Target, 'phone'>,
  recordTypes: ReadonlyMap<string, unknown>,
): Promise<void> {
  if (phone !== null || !('recordType' in to)) return;
  if (!recordTypes.has(to.recordType)) throw notFound('record type');
  if (!isUuid(to.recordId) || (await readRecord(tx, to.recordType, to.recordId)) === null)
    throw notFound('record');
}

/** Resolves and locks the contact point, made where the number is new; null where a record has no number. */
export async function lockTarget(tx: Tx, ctx: Context, to: To): Promise<Target> {
  const parsed = await parseTo(tx, to);
  if (parsed.contactPointId !== null) {
    const survivor = await readContactPoint(tx, parsed.contactPointId);
    const [contact] = survivor === null ? [] : await lockContactPoints(tx, [survivor.id]);
    if (contact?.erased) throw notFound('conversation');
    return { contact: contact ?? null, phone: contact?.phone ?? null, addressed: null, opened: null };
  }
  const { addressed, opened } = parsed;
  if (parsed.phone === null) return { contact: null, phone: null, addressed, opened };
  const contact = await contactPointOfPhone(tx, ctx, parsed.phone);
  return { contact, phone: contact.phone ?? parsed.phone, addressed, opened };
}

interface ParsedTo {
  contactPointId: string | null;
  phone: string | null;
  addressed: Addressed | null;
  opened: Addressed | null;
}

async function parseTo(tx: Tx, to: To): Promise<ParsedTo> {
  if ('conversationId' in to) {
    const conversation = isUuid(to.conversationId) ? await readConversation(tx, to.conversationId) : null;
    if (conversation === null) throw notFound('conversation');
    return { contactPointId: conversation.contactPointId, phone: null, addressed: null, opened: null };
  }
  if ('phone' in to) {
    const phone = parsePhone(to.phone);
    if (phone === null)
      throw new Refusal(
        422,
        'phone-invalid',
        `“${to.phone}” is not a phone number. Write it with its country code, like +44 20 7946 0958.`,
      );
    return { contactPointId: null, phone: phone.e164, addressed: null, opened: null };
  }
  const named = { recordType: to.recordType, recordId: to.recordId };
  const carrier = isUuid(to.recordId) ? await carrierOf(tx, named) : null;
  const links = carrier === null ? [] : await linksOfRecords(tx, carrier.recordType, [carrier.recordId]);
  const messaging = links.find((link) => link.messaging);
  return {
    contactPointId: null,
    phone: messaging?.e164 ?? null,
    addressed: carrier ?? named,
    opened: carrier === null || carrier.recordType === named.recordType ? null : named,
  };
}

/**
 * The record types whose templates fit: the addressed record's and that of what the chat was opened from, else those of the
 * records with the number.
 */
export function typesFor(
  target: Target,
  records: readonly { recordType: string; messaging: boolean }[],
): string[] {
  const named = [target.opened, target.addressed].filter((record) => record !== null);
  if (named.length > 0) return named.map((record) => record.recordType);
  return [...new Set(records.filter((record) => record.messaging).map((record) => record.recordType))];
}

/** The record whose values fill the variables: the one named, by the template's type, else the first by priority. */
export async function recordFor(
  tx: Tx,
  target: Target,
  records: readonly { recordType: string; recordId: string; messaging: boolean }[],
  preferred: string | null,
): Promise<Addressed | null> {
  if (target.opened !== null && target.opened.recordType === preferred) return target.opened;
  if (target.addressed !== null) return target.addressed;
  return firstToName(
    tx,
    records.filter((record) => record.messaging && (preferred === null || record.recordType === preferred)),
  );
}

/** For the evidence: where the chat was open, where that is not the record whose number it is. */
export const openedFrom = ({ opened }: Target): { openedFrom?: string } =>
  opened === null ? {} : { openedFrom: `${opened.recordType}/${opened.recordId}` };
