import type { PublishedTemplate } from '../core/message-template.ts';
import type { RecordType } from '../core/record-type.ts';
import type { Tx } from '../db/engine.ts';
import { type Composed, composeTemplate, kept } from './compose-template.ts';
import type { Configuration } from './configuration.ts';
import type { Context } from './context.ts';
import type { Addressed, LoadedContact } from './gate-contact.ts';
import { recordFor, type Target, typesFor } from './target.ts';

type Values = Awaited<ReturnType<Context['crm']['values']>>;

/**
 * Composes templates for a target from what its records hold; each record is read once, however many templates there are.
 * `given`: values of variables that the caller sets; `language`: theirs, or null to choose one.
 */
export function targetComposer(
  tx: Tx,
  ctx: Context,
  target: Target,
  loaded: LoadedContact | null,
  { settings, recordTypes, published, whatsappTemplates }: Configuration,
): (
  template: PublishedTemplate,
  given: Record<string, string>,
  language: string | null,
) => Promise<Composed> {
  const records = loaded?.records ?? [];
  const recordOf = kept((recordType) => recordFor(tx, target, records, recordType));
  const read = new Map<string, Promise<Values>>();
  const valuesOf = ({ recordType, recordId }: Addressed): Promise<Values> => {
    const key = `${recordType}/${recordId}`;
    const values = read.get(key) ?? ctx.crm.values(tx, recordType, recordId);
    read.set(key, values);
    return values;
  };
  const languageOf = async (record: Addressed): Promise<string | null> =>
    languageIn(await valuesOf(record), recordTypes.get(record.recordType));
  /** What an opportunity does not say, its contact may. */
  const languageOfCustomer = async (): Promise<string | null> =>
    target.opened === null || target.addressed === null ? null : languageOf(target.addressed);

  return async (template, given, language) => {
    const record = await recordOf(template.definition.recordType);
    return composeTemplate(template, whatsappTemplates, published, {
      contact: loaded?.contact ?? null,
      values: record === null ? null : await valuesOf(record),
      recordTypes: typesFor(target, records),
      recordLanguage: (record === null ? null : await languageOf(record)) ?? (await languageOfCustomer()),
      given,
      language,
      settings,
    });
  };
}

/** What a record says of its customer's language, in the CRM's own words; null where it says nothing. */
export function languageIn(values: Values, type: RecordType | undefined): string | null {
  const value = type?.languageColumn == null ? null : values?.[type.languageColumn];
  return typeof value === 'string' && value !== '' ? value : null;
}
