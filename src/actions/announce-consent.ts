import { consentEvents } from '../core/consent-event.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { notify, type Tx } from '../db/engine.ts';
import { insertEvents } from '../db/webhook-deliveries.ts';
import type { Context } from './context.ts';
import type { Views } from './gate-contact.ts';
import { WORK } from './transaction.ts';

/** Tells other systems what changed, in the transaction of the ledger line: a commit without its events cannot be. */
export async function announceConsent(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  before: Views,
  after: Views,
): Promise<void> {
  const at = ctx.clock();
  const events = consentEvents(before, after).map(({ type, decidedAt, ...rest }) => ({
    id: ctx.make.id(),
    contactPointId: contact.id,
    type,
    at,
    data: {
      ...rest,
      decidedAt: decidedAt === null ? null : new Date(decidedAt).toISOString(),
      // The line after which it was so: of two events about one person and purpose, the one with the higher number is true.
      ledger: { seq: contact.ledgerSeq, hash: contact.ledgerHead },
    },
  }));
  if ((await insertEvents(tx, events)) > 0) await notify(tx, WORK, '');
}
