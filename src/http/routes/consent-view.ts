import type { z } from 'zod';
import { loadConfiguration } from '../../actions/configuration.ts';
import type { Context } from '../../actions/context.ts';
import { gateFor, loadTarget } from '../../actions/gate-contact.ts';
import { findTarget, type To } from '../../actions/target.ts';
import { firstWaitingGrant } from '../../actions/waiting-grants.ts';
import type { Purpose } from '../../core/purpose.ts';
import { fieldOf } from '../../core/record-type.ts';
import { conversationWith, type Viewer } from '../../db/access.ts';
import { requestEvidence } from '../../db/consent.ts';
import { factsOf, historyOf } from '../../db/ledger.ts';
import type { ConsentOut } from '../schemas/consent.ts';
import { historyOut, isoOrNull, isoTime, phoneTextOf } from '../views.ts';

const DAY = 86_400_000;

/**
 * State, reason and history of one purpose, for a number, a chat or a record. Somebody unknown is `not-asked`. What was
 * decided is the person's and says what may be sent, so everybody sees it; what was said, and where, stays with those who
 * see the conversation.
 */
export async function consentOf(
  ctx: Context,
  to: To,
  purpose: Purpose,
  viewer: Viewer,
): Promise<z.infer<typeof ConsentOut>> {
  const { db } = ctx.database;
  const { settings, recordTypes } = await loadConfiguration(db, ctx);
  const target = await findTarget(db, ctx, to);
  const { contact } = target;
  const now = ctx.clock();
  const loaded = await loadTarget(db, target, now, settings, recordTypes);
  // As a send sees it: for one record of the number, another may hold.
  const view = (await gateFor(db, loaded, target.addressed, null))[purpose];
  const facts = contact === null ? [] : ((await factsOf(db, [contact.id])).get(contact.id) ?? []);
  const rows = contact === null ? [] : await historyOf(db, contact.id);
  const waiting = contact === null ? null : await firstWaitingGrant(db, ctx, contact.id, purpose);
  const evidence = await requestEvidence(db, [...new Set(rows.map((row) => row.contactPointId))]);
  const records = [];
  for (const record of loaded.records.filter((one) => one.messaging)) {
    const type = recordTypes.get(record.recordType);
    const column = type === undefined ? null : fieldOf(type, purpose);
    const values = column === null ? null : await ctx.crm.values(db, record.recordType, record.recordId);
    const value = column === null ? null : (values?.[column] ?? null);
    records.push({
      recordType: record.recordType,
      id: record.recordId,
      name: record.name,
      complianceValue: typeof value === 'boolean' ? value : null,
    });
  }
  const conversation =
    contact === null ? { id: null, another: false } : await conversationWith(db, contact.id, viewer);
  const own =
    target.addressed === null ? records[0] : records.find((one) => one.id === target.addressed?.recordId);
  return {
    phone: target.phone,
    ...phoneTextOf(target.phone),
    conversationId: conversation.id,
    withheld: conversation.another ? 'another-team' : null,
    purpose,
    state: view.state,
    requestOpen: view.openRequest !== null,
    onHold: view.onHold !== null,
    heldUntil: view.onHold === null ? null : isoOrNull(view.onHold.since + settings.holdDays * DAY),
    platformStopped: view.platformStopped,
    grantWaits:
      waiting === null
        ? null
        : { requestedBy: waiting.requestedBy, requestedAt: isoTime(waiting.requestedAt) },
    decidedAt: isoOrNull(view.decidedAt),
    source: view.source,
    complianceValue: own?.complianceValue ?? null,
    records,
    history: historyOut(rows, facts, evidence, {
      now,
      settings,
      records: loaded.records,
      withheld: conversation.another,
    }),
  };
}
