import { hasLeft } from '../core/left-number.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import { conversationWith, type Viewer } from '../db/access.ts';
import { lockContactPoints } from '../db/contact-points.ts';
import { dropRecords } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import {
  aliasesOfContact,
  chainsOf,
  deletePersonal,
  type ErasedRows,
  replaceAliases,
  underWayOf,
} from '../db/erasure.ts';
import { insertAudit } from '../db/organisation.ts';
import { recordsOfContactPoints } from '../db/records.ts';
import type { Context } from './context.ts';
import type { Views } from './gate-contact.ts';
import { markOf } from './identify.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { viewsOf } from './record-consent.ts';
import { type NewLine, recordFacts } from './record-facts.ts';
import { notFound, Refusal } from './refusal.ts';
import { findTarget, type To } from './target.ts';
import { inTransaction } from './transaction.ts';

export interface Erased extends ErasedRows {
  contactPointId: string;
  records: number;
  states: Record<Purpose, Views[Purpose]['state']>;
}

export interface ErasureRequest {
  to: To;
  /** Why; goes to the audit, so it should name nobody. */
  reason: string;
  /** Their records in the embedded CRM go too. Without, records that hold the number are an obstacle. */
  deleteRecords: boolean;
}

/**
 * Erases what is kept of one customer (GDPR Art. 17; docs/erasure.md): the chat with its files and notes, raw webhooks, names
 * and numbers, the personal part of every ledger line. The lines stay, which name nobody, and a keyed hash of each key, so that
 * whoever refused is refused when their number comes back. A Yes ends, as nothing proves it any more. A customer of another team
 * does not exist for who may not see them.
 */
export async function eraseCustomer(
  ctx: Context,
  { to, reason, deleteRecords }: ErasureRequest,
  actor: Viewer & { name: string },
): Promise<Erased> {
  return inTransaction(ctx, async (tx) => {
    const { contact: found } = await findTarget(tx, ctx, to);
    const [contact] = found === null ? [] : await lockContactPoints(tx, [found.id]);
    if (contact === undefined || (await conversationWith(tx, contact.id, actor)).another)
      throw notFound('customer');
    if (contact.erased)
      throw new Refusal(409, 'erased-already', 'What was known of this customer is erased already.');
    if (await underWayOf(tx, contact.id))
      throw new Refusal(
        409,
        'customer-busy',
        'A message to this customer is on its way, or one of theirs is being taken in. Try again in a minute.',
        { retryAfterSeconds: 60 },
      );
    const aliases = await aliasesOfContact(tx, contact.id);
    const records = await eraseRecords(tx, ctx, contact.id, deleteRecords);

    const now = ctx.clock();
    const rules = { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) };
    const before = await viewsOf(tx, ctx, contact.id);
    const unproven = PURPOSES.filter((purpose) => before[purpose].state === 'granted');
    const line = (act: NewLine['act'], purposes: Purpose[]): NewLine => ({
      act,
      purposes,
      at: now,
      receivedAt: now,
      source: 'erasure',
      actor: actor.name,
      detail: {},
      personal: {},
    });
    const lines = [line({ act: 'erased' }, [])];
    if (unproven.length > 0) lines.unshift(line({ act: 'expired', purposes: unproven }, unproven));
    const { after } = await recordFacts(tx, ctx, contact, lines, rules);

    const subjects = aliases.map(({ kind, value }) => `${kind}:${value}`);
    const marks = aliases.map(({ kind, value }) => (kind === 'phone' ? endOf(value) : value));
    const erased = await deletePersonal(tx, await chainsOf(tx, contact.id), subjects, marks, now);
    await replaceAliases(
      tx,
      contact.id,
      // A number that they had given up is no key of theirs.
      aliases
        .filter(({ kind, value }) => kind !== 'phone' || !hasLeft(contact, value))
        .map((alias) => markOf(ctx, alias)),
    );
    await insertAudit(tx, {
      at: now,
      actor: actor.name,
      action: 'customer.erase',
      subject: contact.id,
      before: null,
      after: { reason, ...erased, records },
    });
    const hints = createHints();
    hints.topic('conversation');
    hints.topic('record');
    await hints.send(tx);
    const states = Object.fromEntries(
      PURPOSES.map((purpose) => [purpose, after[purpose].state]),
    ) as Erased['states'];
    return { contactPointId: contact.id, ...erased, records, states };
  });
}

/** What all ways of writing a number with its country share: some countries have a digit more before it (`matchKey`). */
const endOf = (matchKey: string): string => matchKey.slice(-8);

/** Records name the customer, and would bring the number back. Answers how many were deleted. */
async function eraseRecords(
  tx: Tx,
  ctx: Context,
  contactPointId: string,
  deleteRecords: boolean,
): Promise<number> {
  const records = await recordsOfContactPoints(tx, [contactPointId]);
  if (records.length === 0) return 0;
  const named = records.map(({ recordType, recordId, name }) => ({
    code: 'record-holds-number',
    message: `“${name}” holds this number.`,
    path: `${recordType}/${recordId}`,
  }));
  if (ctx.crm.kind !== 'embedded')
    throw new Refusal(
      409,
      'records-hold-number',
      'Records of the CRM hold this number. Delete it there first, or the records; once Assent has read that, erase again.',
      { problems: named },
    );
  if (!deleteRecords)
    throw new Refusal(
      409,
      'records-hold-number',
      'Records hold this number. Erase them too, or take the number out of them first.',
      { problems: named },
    );
  for (const table of new Set(records.map((record) => record.recordType)))
    await dropRecords(
      tx,
      table,
      records.filter((record) => record.recordType === table).map((record) => record.recordId),
    );
  return records.length;
}
