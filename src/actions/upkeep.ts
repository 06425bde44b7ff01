import { PURPOSES } from '../core/purpose.ts';
import { grantsOlderThan, heldRows } from '../db/consent.ts';
import { lockContactPoints } from '../db/contact-points.ts';
import { purgeRaw } from '../db/inbox.ts';
import type { Context } from './context.ts';
import { keepSearchable } from './keep-searchable.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { settleHolds } from './record-consent.ts';
import { recordFacts } from './record-facts.ts';
import { keepUpDesk } from './reminders.ts';
import { deleteStaleSignIns } from './sign-in.ts';
import { inTransaction } from './transaction.ts';

const DAY = 86_400_000;
const AT_ONCE = 50;

/**
 * What time decides: holds nobody settled, grants that expire, what becomes of conversations, what may be searched, raw
 * webhooks that served their purpose.
 */
export async function keepUp(ctx: Context): Promise<void> {
  await elapseHolds(ctx);
  await expireGrants(ctx);
  await keepUpDesk(ctx);
  await keepSearchable(ctx);
  // A notice of another node's may have been lost.
  await ctx.secrets.reload();
  await inTransaction(ctx, async (tx) => {
    const settings = await loadSettings(tx);
    await purgeRaw(tx, ctx.clock() - settings.rawWebhookDays * DAY, 1_000);
    await deleteStaleSignIns(tx, ctx.clock());
  });
}

/** Undecided after the setting's days, what reads like a refusal is one (product.md §3.3 rule 5). */
async function elapseHolds(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const settings = await loadSettings(tx);
    const held = await heldRows(tx, ctx.clock() - settings.holdDays * DAY, AT_ONCE);
    const hints = createHints();
    for (const contact of await lockContactPoints(tx, [...new Set(held.map((row) => row.contactPointId))])) {
      await settleHolds(tx, ctx, contact, 'refusal', null, null);
      hints.contact(contact.id);
    }
    await hints.send(tx);
  });
}

async function expireGrants(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const settings = await loadSettings(tx);
    const recordTypes = await loadRecordTypes(tx);
    const now = ctx.clock();
    const hints = createHints();
    for (const purpose of PURPOSES) {
      const days = purpose === 'service' ? settings.serviceExpiresDays : settings.marketingExpiresDays;
      if (days === null) continue;
      const old = await grantsOlderThan(tx, purpose, now - days * DAY, AT_ONCE);
      for (const contact of await lockContactPoints(tx, old)) {
        await recordFacts(
          tx,
          ctx,
          contact,
          [
            {
              act: { act: 'expired', purposes: [purpose] },
              purposes: [purpose],
              at: now,
              receivedAt: now,
              source: 'expiry',
              actor: null,
              detail: { days },
              personal: {},
            },
          ],
          { settings, recordTypes },
        );
        hints.contact(contact.id);
      }
    }
    await hints.send(tx);
  });
}
