import type { Update } from '../core/update.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { applyChannelUpdate } from './apply-channel-update.ts';
import { applyEcho } from './apply-echo.ts';
import { applyMessages } from './apply-messages.ts';
import { applyStatuses } from './apply-statuses.ts';
import type { Context } from './context.ts';
import { type NewLine, type Rules, recordFacts } from './record-facts.ts';
import { shownSender } from './shown-sender.ts';
import type { Applying, StoredMessage, StoredUpdate } from './stored-update.ts';

export interface Applied {
  applied: number[];
  /** Statuses of messages we do not know yet: they wait. */
  waiting: number[];
  /** Kinds we do not act on: kept and counted. */
  unknown: number[];
  /** Something may wait in the outbox. */
  queued: boolean;
}

/**
 * Applies stored updates whose contact points are locked. Applying the same update again changes nothing: messages are
 * unique, statuses only move forward, and ledger lines are written for new messages alone.
 */
export async function applyUpdates(
  tx: Tx,
  ctx: Context,
  stored: readonly StoredUpdate[],
  applying: Applying,
): Promise<Applied> {
  const { contacts, configuration, hints } = applying;
  const result: Applied = { applied: [], waiting: [], unknown: [], queued: false };
  const messages = stored.filter(
    (one): one is StoredMessage => one.update.kind === 'message' && one.contactPointId !== null,
  );
  // What we said comes first: an answer is read by what stood last before it.
  for (const one of stored) {
    const contact = contacts.get(one.contactPointId ?? '');
    if (one.update.kind === 'echo' && contact !== undefined)
      await applyEcho(tx, ctx, contact, one, one.update, applying);
  }
  result.queued = await applyMessages(tx, ctx, messages, applying);
  const statuses = await applyStatuses(tx, ctx, stored, applying);
  for (const one of stored) {
    const { update } = one;
    switch (update.kind) {
      case 'message':
        result.applied.push(one.inboxId);
        break;
      case 'status':
        (statuses.waiting.has(one.inboxId) ? result.waiting : result.applied).push(one.inboxId);
        break;
      case 'unknown':
        result.unknown.push(one.inboxId);
        break;
      case 'preference': {
        const contact = contacts.get(one.contactPointId ?? '');
        if (contact !== undefined) await applyPreference(tx, ctx, contact, one, update, configuration);
        hints.contact(one.contactPointId);
        result.applied.push(one.inboxId);
        break;
      }
      case 'identity-change':
        // The keys were joined when the update was stored (actions/update-owners).
        hints.contact(one.contactPointId);
        result.applied.push(one.inboxId);
        break;
      case 'echo':
        result.applied.push(one.inboxId);
        break;
      default:
        await applyChannelUpdate(tx, ctx, update, contacts, hints);
        result.applied.push(one.inboxId);
    }
  }
  return result;
}

async function applyPreference(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  one: StoredUpdate,
  update: Extract<Update, { kind: 'preference' }>,
  rules: Rules,
): Promise<void> {
  const line: NewLine = {
    act: update.value === 'signup' ? { act: 'signup' } : { act: 'platform', value: update.value },
    purposes: ['marketing'],
    at: update.at,
    receivedAt: one.receivedAt,
    source: update.value === 'signup' ? 'in-app-signup' : 'platform',
    actor: 'customer',
    detail: {
      bodySha256: one.bodySha256,
      signatureVerified: true,
      sender: shownSender(ctx, rules.settings, null),
    },
    personal: {
      phone: update.from.phone ?? null,
      userId: update.from.userId ?? null,
      signupId: update.signupId ?? null,
    },
  };
  await recordFacts(tx, ctx, contact, [line], rules);
}
