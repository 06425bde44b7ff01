import type { PublishedTemplate } from '../core/message-template.ts';
import type { RecordType } from '../core/record-type.ts';
import type { Settings } from '../core/settings.ts';
import type { WorkingHours } from '../core/working-hours.ts';
import type { Db, Tx } from '../db/engine.ts';
import { configurationVersion } from '../db/organisation.ts';
import { listWhatsAppTemplates, type WhatsAppTemplateRow } from '../db/templates.ts';
import { loadPublished, loadRecordTypes, loadSettings } from './organisation.ts';
import { loadWorkingHours } from './working-hours.ts';

/** What an administrator set up, as rules read it. */
export interface Configuration {
  settings: Settings;
  recordTypes: Map<string, RecordType>;
  published: PublishedTemplate[];
  whatsappTemplates: WhatsAppTemplateRow[];
  workingHours: WorkingHours;
}

/**
 * Kept per database, and good as long as the database says the same version: whoever reads the version in their own
 * transaction has the configuration of that moment, as if they had read it all. Reading and parsing it was a quarter of a
 * webhook's cost.
 */
const kept = new WeakMap<Db, { version: string; configuration: Configuration }>();

/**
 * The configuration at `version`, which the caller read in this transaction. Not for a transaction that changes
 * configuration itself: what it keeps might be undone.
 */
export async function configurationAt(
  tx: Tx,
  ctx: { database: { db: Db } },
  version: string,
): Promise<Configuration> {
  const { db } = ctx.database;
  const known = kept.get(db);
  if (known?.version === version) return known.configuration;
  // Read after the version: newer than it at most, and then the next caller sees another version and reads again.
  const configuration: Configuration = {
    settings: await loadSettings(tx),
    recordTypes: await loadRecordTypes(tx),
    published: await loadPublished(tx),
    whatsappTemplates: await listWhatsAppTemplates(tx),
    workingHours: await loadWorkingHours(tx),
  };
  kept.set(db, { version, configuration });
  return configuration;
}

/** The same where nothing else is read that could bring the version along. */
export async function loadConfiguration(tx: Tx, ctx: { database: { db: Db } }): Promise<Configuration> {
  return configurationAt(tx, ctx, await configurationVersion(tx));
}
