import type { TemplateFault } from '../core/gate.ts';
import { chooseLanguage } from '../core/language.ts';
import type { PublishedTemplate } from '../core/message-template.ts';
import { labelMeanings } from '../core/publish.ts';
import type { Purpose } from '../core/purpose.ts';
import type { Settings } from '../core/settings.ts';
import {
  bindingValues,
  parametersOf,
  parseTemplate,
  type Rendered,
  renderTemplate,
  variablesOf,
} from '../core/template.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { WhatsAppTemplateRow } from '../db/templates.ts';
import type { TemplateParameter } from '../ports.ts';
import { answerKeywords, isAnswerable, whatsappFault } from './template-fault.ts';

/** A message template made ready for one customer: language chosen, variables filled, buttons understood. */
export interface Composed {
  template: PublishedTemplate;
  whatsapp: WhatsAppTemplateRow | undefined;
  languages: string[];
  language: string;
  purpose: Purpose;
  fault: TemplateFault | null;
  missing: string[];
  rendered: Rendered;
  header: TemplateParameter[];
  body: TemplateParameter[];
  /** What each quick reply means, frozen in its token when sent. */
  buttons: { label: string; meaning: 'yes' | 'no' | null }[];
}

export interface ComposeFor {
  contact: Pick<ContactPoint, 'language' | 'country'> | null;
  /** The record's values, for bindings; null for a number without a record. */
  values: Record<string, string | number | boolean | null> | null;
  recordTypes: readonly string[];
  /** What the record says of the customer's language. */
  recordLanguage: string | null;
  given: Record<string, string>;
  language: string | null;
  settings: Settings;
}

export function composeTemplate(
  template: PublishedTemplate,
  whatsappTemplates: readonly WhatsAppTemplateRow[],
  published: readonly PublishedTemplate[],
  to: ComposeFor,
): Composed {
  const { definition } = template;
  const siblings = whatsappTemplates.filter((one) => one.name === definition.whatsappTemplate?.name);
  const keywords = answerKeywords(published, definition.recordType);
  const approved = siblings.filter((one) => one.status === 'APPROVED');
  // A question is only asked in a language whose buttons both have a meaning.
  const understood = approved.filter((one) => definition.type !== 'consent' || isAnswerable(one, keywords));
  const languages = firstFilled(understood, approved, siblings).map((one) => one.language);
  const fallback = definition.whatsappTemplate?.language ?? to.settings.defaultLanguage;
  const wanted = to.language !== null && languages.includes(to.language) ? to.language : null;
  const language =
    wanted ??
    chooseLanguage({
      available: languages,
      lastAnswered: to.contact?.language ?? null,
      recordLanguage: to.recordLanguage,
      country: to.contact?.country ?? null,
      fallback,
    }) ??
    fallback;
  const whatsapp = siblings.find((one) => one.language === language);
  const parsed = parseTemplate(whatsapp?.components ?? [], whatsapp?.parameterFormat ?? 'POSITIONAL');
  const { values, missing } = bindingValues(bindingsOf(template, variablesOf(parsed)), to.values, to.given);
  const labels = parsed.buttons
    .filter((button) => button.kind === 'QUICK_REPLY')
    .map((button) => button.label);
  const meanings = labelMeanings(labels, keywords, language);
  return {
    template,
    whatsapp,
    languages,
    language,
    purpose: definition.session === 'marketing' ? 'marketing' : 'service',
    fault: faultOf(template, whatsapp, meanings, to),
    missing,
    rendered: renderTemplate(parsed, values),
    ...parametersOf(parsed, values),
    buttons: labels.map((label, index) => ({ label, meaning: meanings[index] ?? null })),
  };
}

function firstFilled<T>(...lists: T[][]): T[] {
  return lists.find((list) => list.length > 0) ?? [];
}

/** Every variable of the wording needs a value; one nobody bound is asked from the sender. */
function bindingsOf(
  template: PublishedTemplate,
  variables: readonly string[],
): Parameters<typeof bindingValues>[0] {
  const { bindings } = template.definition;
  return Object.fromEntries(
    variables.map((key) => {
      const binding = bindings[key];
      if (binding === undefined) return [key, { column: '' }];
      if ('text' in binding) return [key, binding];
      return [
        key,
        { column: binding.column, ...(binding.fallback === undefined ? {} : { fallback: binding.fallback }) },
      ];
    }),
  );
}

function faultOf(
  template: PublishedTemplate,
  whatsapp: WhatsAppTemplateRow | undefined,
  meanings: readonly ('yes' | 'no' | null)[],
  to: ComposeFor,
): TemplateFault | null {
  const fault = whatsappFault(whatsapp);
  if (fault !== null) return fault;
  if (template.definition.type === 'consent' && !(meanings.includes('yes') && meanings.includes('no')))
    return 'template-waiting';
  // A number without a record takes any record type's templates; a record only its own.
  if (to.recordTypes.length > 0 && !to.recordTypes.includes(template.definition.recordType))
    return 'template-of-another-record-type';
  return null;
}
