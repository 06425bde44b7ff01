import { NO_WORKING_HOURS, type WorkingHours, workingHoursProblems } from '../core/working-hours.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit, readSetting, saveSetting } from '../db/organisation.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** When people are here, and what is said when they are not. */

const NAME = 'working-hours';

export async function loadWorkingHours(tx: Tx): Promise<WorkingHours> {
  const stored = await readSetting(tx, NAME);
  return { ...NO_WORKING_HOURS, ...(typeof stored === 'object' ? stored : {}) };
}

export async function saveWorkingHours(ctx: Context, hours: WorkingHours, actor: string): Promise<void> {
  const [problem] = workingHoursProblems(hours);
  if (problem !== undefined) throw new Refusal(422, 'invalid-working-hours', problem);
  await inTransaction(ctx, async (tx) => {
    const before = await loadWorkingHours(tx);
    const now = ctx.clock();
    await saveSetting(tx, NAME, hours, now);
    await insertAudit(tx, {
      at: now,
      actor,
      action: 'working-hours.save',
      subject: NAME,
      before,
      after: hours,
    });
    const hints = createHints();
    hints.topic('settings');
    await hints.send(tx);
  });
}
