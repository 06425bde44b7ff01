import { matchKey, parsePhone } from '../core/phone.ts';
import type { RecordType } from '../core/record-type.ts';
import { type ContactPoint, findAliases, lockContactPoints, readContactPoint } from '../db/contact-points.ts';
import { readConversation } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { linksOfRecords } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import type { Addressed } from './gate-contact.ts';
import { contactPointOfPhone } from './identify.ts';
import { notFound, Refusal } from './refusal.ts';

/** Whom a send, or a question about one, is about: a record, a number or a chat. */
export type To = { recordType: string; recordId: string } | { phone: string } | { conversationId: string };

export interface Target {
  contact: ContactPoint | null;
  phone: string | null;
  addressed: Addressed | null;
}

/** Resolves without making anything; `contact` is null for a valid number nobody knows yet. */
export async function findTarget(tx: Tx, to: To): Promise<Target> {
  const parsed = await parseTo(tx, to);
  if (parsed.contactPointId !== null) {
    const contact = await readContactPoint(tx, parsed.contactPointId);
    return { contact, phone: contact?.phone ?? null, addressed: null };
  }
  if (parsed.phone === null) return { contact: null, phone: null, addressed: parsed.addressed };
  const [alias] = await findAliases(tx, [{ kind: 'phone', value: matchKey(parsed.phone) }]);
  const contact = alias === undefined ? null : await readContactPoint(tx, alias.contactPointId);
  return { contact, phone: contact?.phone ?? parsed.phone, addressed: parsed.addressed };
}

/** Resolves and locks the contact point, made where the number is new; null where a record has no number. */
export async function lockTarget(tx: Tx, ctx: Context, to: To): Promise<Target> {
  const parsed = await parseTo(tx, to);
  if (parsed.contactPointId !== null) {
    const survivor = await readContactPoint(tx, parsed.contactPointId);
    const [contact] = survivor === null ? [] : await lockContactPoints(tx, [survivor.id]);
    return { contact: contact ?? null, phone: contact?.phone ?? null, addressed: null };
  }
  if (parsed.phone === null) return { contact: null, phone: null, addressed: parsed.addressed };
  const contact = await contactPointOfPhone(tx, ctx, parsed.phone);
  return { contact, phone: contact.phone ?? parsed.phone, addressed: parsed.addressed };
}

interface ParsedTo {
  contactPointId: string | null;
  phone: string | null;
  addressed: Addressed | null;
}

async function parseTo(tx: Tx, to: To): Promise<ParsedTo> {
  if ('conversationId' in to) {
    const conversation = isUuid(to.conversationId) ? await readConversation(tx, to.conversationId) : null;
    if (conversation === null) throw notFound('conversation');
    return { contactPointId: conversation.contactPointId, phone: null, addressed: null };
  }
  if ('phone' in to) {
    const phone = parsePhone(to.phone);
    if (phone === null)
      throw new Refusal(
        422,
        'phone-invalid',
        `“${to.phone}” is not a phone number. Write it with its country code, like +44 20 7946 0958.`,
      );
    return { contactPointId: null, phone: phone.e164, addressed: null };
  }
  const links = isUuid(to.recordId) ? await linksOfRecords(tx, to.recordType, [to.recordId]) : [];
  const messaging = links.find((link) => link.messaging);
  return {
    contactPointId: null,
    phone: messaging?.e164 ?? null,
    addressed: { recordType: to.recordType, recordId: to.recordId },
  };
}

/** The record types whose templates fit: the addressed record's, else those of the records with the number. */
export function typesFor(
  target: Target,
  records: readonly { recordType: string; messaging: boolean }[],
): string[] {
  if (target.addressed !== null) return [target.addressed.recordType];
  return [...new Set(records.filter((record) => record.messaging).map((record) => record.recordType))];
}

/** The record whose values fill the variables: the addressed one, else the first by priority. */
export function recordFor(
  target: Target,
  records: readonly { recordType: string; recordId: string; messaging: boolean }[],
  recordTypes: Map<string, RecordType>,
  preferred: string | null,
): Addressed | null {
  if (target.addressed !== null) return target.addressed;
  const fitting = records
    .filter((record) => record.messaging && (preferred === null || record.recordType === preferred))
    .sort(
      (a, b) =>
        (recordTypes.get(a.recordType)?.priority ?? 1000) - (recordTypes.get(b.recordType)?.priority ?? 1000),
    );
  const [first] = fitting;
  return first === undefined ? null : { recordType: first.recordType, recordId: first.recordId };
}
