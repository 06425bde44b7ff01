import type { MessageTemplateDefinition, PublishedTemplate } from './message-template.ts';
import type { CrmColumn, RecordType } from './record-type.ts';
import type { ParameterFormat } from './template.ts';

/** What keeps a message template from being published, or what its administrator should know (`warning`). */
export interface PublishProblem {
  /** Stable. */
  code: string;
  /** One sentence that a person can act on. */
  message: string;
  severity: 'error' | 'warning';
  /** The screen where it is mended. */
  fix: 'whatsapp-templates' | 'record-types' | 'message-template';
  /** What the message names, for a page that says it in another language. */
  values?: Record<string, string>;
}

export interface PublishInput {
  /** Null for one that was never saved. */
  id: string | null;
  definition: MessageTemplateDefinition;
  /** Null: there is none for `definition.recordType`. */
  recordType: RecordType | null;
  /** Of the record type's table; null where the CRM has no such table. */
  columns: readonly CrmColumn[] | null;
  /** All languages of the WhatsApp template's name, in any status. */
  whatsappTemplates: readonly WhatsAppTemplate[];
  published: readonly PublishedTemplate[];
  /** As customers know it; null where it is not known, then it is not looked for. */
  businessName: string | null;
}

/** One language of a template as WhatsApp holds it. */
export interface WhatsAppTemplate {
  name: string;
  language: string;
  status: string;
  category: string;
  parameterFormat: ParameterFormat;
  components: unknown[];
}

export function error(
  code: string,
  message: string,
  values: Record<string, string> = {},
  fix: PublishProblem['fix'] = 'message-template',
): PublishProblem {
  return { code, message, severity: 'error', fix, ...(Object.keys(values).length === 0 ? {} : { values }) };
}

export function warning(
  code: string,
  message: string,
  values: Record<string, string> = {},
  fix: PublishProblem['fix'] = 'message-template',
): PublishProblem {
  return { ...error(code, message, values, fix), severity: 'warning' };
}
