import type { Change } from '../core/ownership.ts';
import { closed, timeOut } from '../core/ownership.ts';
import { SERVICE_WINDOW_MS } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import { closedPeriod } from '../core/working-hours.ts';
import type { Tx } from '../db/engine.ts';
import { pruneNotifications } from '../db/notifications.ts';
import {
  closingWindows,
  expiredOffers,
  type OwnershipRow,
  ownedByAbsent,
  quietSince,
  takeOverdueWaits,
  tryLockOwnership,
} from '../db/ownership.ts';
import { applyChange, tell } from './apply-ownership.ts';
import { answeringRoles } from './colleagues.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { loadSettings } from './organisation.ts';
import { inRounds } from './rounds.ts';
import { inTransaction } from './transaction.ts';
import { loadWorkingHours } from './working-hours.ts';

/**
 * What time does to conversations: offers run out, quiet ones close, owners who left give theirs back, and people are
 * reminded of customers who wait. Consent and the service window know nothing of it.
 */

const HOUR = 3_600_000;
const MINUTE = 60_000;
const KEPT_DAYS = 30;
const AT_ONCE = 100;

/** One round of it, for the upkeep of every minute. */
export async function keepUpDesk(ctx: Context): Promise<void> {
  const settings = await loadSettings(ctx.database.db);
  const now = ctx.clock();
  await changeEach(
    ctx,
    settings,
    (tx) => expiredOffers(tx, now, AT_ONCE),
    (row) => timeOut(row, now),
  );
  const answering = await answeringRoles(ctx.database.db);
  await changeEach(
    ctx,
    settings,
    (tx) => ownedByAbsent(tx, answering, AT_ONCE),
    ({ owner, offer }) =>
      owner === null
        ? null
        : {
            owner: null,
            ...(offer === null ? {} : { offer: 'withdrawn' }),
            traces: [{ kind: 'released', subject: { id: owner.id, name: owner.name } }],
            notify: [],
          },
  );
  const { closeAfterHours } = settings;
  if (closeAfterHours !== null)
    await changeEach(
      ctx,
      settings,
      (tx) => quietSince(tx, now - closeAfterHours * HOUR, AT_ONCE),
      (row) => (row.status === 'closed' ? null : closed(row)),
    );
  await remindOfWaits(ctx, settings, answering);
  await remindOfWindows(ctx, settings, answering);
  await inTransaction(ctx, (tx) => pruneNotifications(tx, now - KEPT_DAYS * 24 * HOUR, 10_000));
}

/** Finds some, changes each under its lock, until there are no more. One that somebody holds waits for the next turn. */
async function changeEach(
  ctx: Context,
  settings: Settings,
  find: (tx: Tx) => Promise<string[]>,
  decide: (row: OwnershipRow) => Change | null,
): Promise<void> {
  await inRounds(ctx, AT_ONCE, async (tx) => {
    const ids = await find(tx);
    const hints = createHints();
    let changed = 0;
    for (const id of [...ids].sort()) {
      const row = await tryLockOwnership(tx, id);
      const change = row === null ? null : decide(row);
      if (row === null || change === null) continue;
      await applyChange(tx, ctx, row, change, { by: null, reason: null, settings, hints });
      changed += 1;
    }
    await hints.send(tx);
    return changed === 0 ? 0 : ids.length;
  });
}

/** Once per wait, to the owner or, where nobody owns it, to the team. Nobody is reminded while nobody is at work. */
async function remindOfWaits(ctx: Context, settings: Settings, answering: readonly string[]): Promise<void> {
  const { waitingReminderMinutes } = settings;
  if (waitingReminderMinutes === null) return;
  const now = ctx.clock();
  if (closedPeriod(await loadWorkingHours(ctx.database.db), now) !== null) return;
  await inRounds(ctx, AT_ONCE, async (tx) => {
    const hints = createHints();
    const due = await takeOverdueWaits(tx, now - waitingReminderMinutes * MINUTE, answering, AT_ONCE);
    for (const { id, since, people } of due) {
      const reasonKey = `waiting:${id}:${since}`;
      const telling = people.map((person) => ({ kind: 'waiting', person, by: null, text: null, reasonKey }));
      await tell(tx, ctx, id, telling, hints);
    }
    await hints.send(tx);
    return due.length;
  });
}

/** Before the customer service window closes on somebody unanswered: once per window, to those who would answer. */
async function remindOfWindows(
  ctx: Context,
  settings: Settings,
  answering: readonly string[],
): Promise<void> {
  const { windowReminderMinutes } = settings;
  if (windowReminderMinutes === null) return;
  const opened = ctx.clock() - SERVICE_WINDOW_MS;
  await inRounds(ctx, AT_ONCE, async (tx) => {
    const hints = createHints();
    const until = opened + windowReminderMinutes * MINUTE;
    const due = await closingWindows(tx, opened, until, answering, AT_ONCE);
    for (const { id, lastInboundAt, people } of due) {
      const reasonKey = `window-closing:${id}:${lastInboundAt}`;
      const telling = people.map((person) => ({
        kind: 'window-closing',
        person,
        by: null,
        text: null,
        reasonKey,
      }));
      await tell(tx, ctx, id, telling, hints);
    }
    await hints.send(tx);
    return due.length;
  });
}
