import type { MessageTemplateDefinition, PublishedTemplate } from '../core/message-template.ts';
import { fieldsOf, RECORD_TYPE_DEFAULTS, type RecordType } from '../core/record-type.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import type { FieldColumn } from '../db/crm-writes.ts';
import type { Tx } from '../db/engine.ts';
import { listRecordTypes, readSetting } from '../db/organisation.ts';
import { listMessageTemplates } from '../db/templates.ts';

/** The organisation's configuration as rules read it: few rows, read fresh in each transaction. */

export async function loadSettings(tx: Tx): Promise<Settings> {
  const stored = await readSetting(tx, 'organisation');
  return { ...DEFAULT_SETTINGS, ...(typeof stored === 'object' ? stored : {}) };
}

export async function loadRecordTypes(tx: Tx): Promise<Map<string, RecordType>> {
  const rows = await listRecordTypes<Omit<RecordType, 'table'>>(tx);
  return new Map(
    rows.map((row) => [row.table, { ...RECORD_TYPE_DEFAULTS, ...row.config, table: row.table }]),
  );
}

/** All columns that decisions are written to. */
export const fieldColumns = (recordTypes: ReadonlyMap<string, RecordType>): FieldColumn[] =>
  [...recordTypes.values()].flatMap((type) =>
    fieldsOf(type).map((column) => ({ table: type.table, column })),
  );

/** Published templates with their live definitions. */
export async function loadPublished(tx: Tx): Promise<PublishedTemplate[]> {
  const rows = await listMessageTemplates<MessageTemplateDefinition>(tx);
  return rows.flatMap((row) =>
    row.status === 'published' && row.live !== null
      ? [{ id: row.id, version: row.version, definition: row.live, wording: row.wording }]
      : [],
  );
}
