import path from 'node:path';
import type { Context } from '../actions/context.ts';
import type { Config } from '../config.ts';
import { type Loop, startLoop } from '../workers/loop.ts';
import { keepBackup, newestBackupAt } from './files.ts';

/** Looks at the clock so often, ms: a machine that slept is late by no more. */
const LOOK_EVERY_MS = 60_000;
/** A new installation, or one that was restarted late, is left to start in peace. ms */
const SETTLE_MS = 600_000;

/**
 * The embedded database does not wait for the disk, so the server itself puts a whole copy there every few hours. Null
 * where the setting says none, and with PostgreSQL. A copy that fails is told in the log and tried again a minute later;
 * it does not make the node unready.
 */
export function startBackups(
  ctx: Context,
  { dataDir, backups }: Pick<Config, 'dataDir' | 'backups'>,
): Loop | null {
  const { dump } = ctx.database;
  if (dump === null || backups.everyMs === 0) return null;
  const folder = path.join(dataDir, 'backups');
  const startedAt = ctx.clock();
  return startLoop({
    name: 'backups',
    log: ctx.log,
    idleMs: LOOK_EVERY_MS,
    async turn() {
      try {
        const now = ctx.clock();
        const newest = await newestBackupAt(folder);
        ctx.metrics.backedUp(newest);
        const due = Math.max(startedAt + SETTLE_MS, newest === null ? 0 : newest + backups.everyMs);
        if (now < due) return null;
        const file = await keepBackup(folder, await dump(), { now, keep: backups.keep });
        ctx.metrics.backedUp(now);
        ctx.log.info({ file, ms: ctx.clock() - now }, 'a backup was made');
      } catch (error) {
        ctx.log.error({ err: error, folder }, 'the backup could not be made');
      }
      return null;
    },
  });
}
