import type { TemplateFault } from '../core/gate.ts';
import { chooseLanguage } from '../core/language.ts';
import { type PublishedTemplate, tenantKeywords } from '../core/message-template.ts';
import { type AnswerKeyword, labelMeanings } from '../core/publish.ts';
import type { Purpose } from '../core/purpose.ts';
import type { Settings } from '../core/settings.ts';
import {
  type Binding,
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
import { Refusal } from './refusal.ts';
import { isAnswerable, whatsappFault } from './template-fault.ts';

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
  /** What each quick reply means, frozen in its token when sent; `index` is its place among all buttons. */
  buttons: { index: number; label: string; meaning: 'yes' | 'no' | null }[];
}

/** What a message keeps of its template; `tokens` are its buttons', in order. */
export function templateParts(composed: Composed, tokens: readonly string[]) {
  const { template, whatsapp, language, header, body, rendered } = composed;
  return {
    content: {
      kind: 'template',
      name: whatsapp?.name,
      language,
      header,
      body,
      buttonPayloads: tokens,
      buttonIndexes: composed.buttons.map((button) => button.index),
      rendered,
    },
    messageTemplateId: template.id,
    templateType: template.definition.type,
    templatePurpose: composed.purpose,
    templateName: whatsapp?.name ?? null,
    templateLanguage: language,
  };
}

/** The same of a message without one. */
export const NO_TEMPLATE = {
  messageTemplateId: null,
  templateType: null,
  templatePurpose: null,
  templateName: null,
  templateLanguage: null,
} as const;

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

/** What one customer would read, with what is missing or wrong. */
export function composeTemplate(
  template: PublishedTemplate,
  whatsappTemplates: readonly WhatsAppTemplateRow[],
  published: readonly PublishedTemplate[],
  to: ComposeFor,
): Composed {
  return templateComposer(template, whatsappTemplates, published)(to);
}

/** The same for many customers: what does not depend on them is found out once. */
export function templateComposer(
  template: PublishedTemplate,
  whatsappTemplates: readonly WhatsAppTemplateRow[],
  published: readonly PublishedTemplate[],
): (to: ComposeFor) => Composed {
  const { definition } = template;
  const siblings = siblingsOf(template, whatsappTemplates);
  const keywords = tenantKeywords(published, [definition.recordType]);
  const languages = inLanguages(template, siblings, keywords).map((one) => one.language);
  const purpose = definition.session === 'marketing' ? 'marketing' : 'service';

  const wordingIn = kept((language: string) => {
    const whatsapp = siblings.find((one) => one.language === language);
    const parsed = parseTemplate(whatsapp?.components ?? [], whatsapp?.parameterFormat ?? 'POSITIONAL');
    const replies = parsed.buttons.flatMap(({ kind, label }, index) =>
      kind === 'QUICK_REPLY' ? [{ index, label }] : [],
    );
    const meanings = labelMeanings(
      replies.map((reply) => reply.label),
      keywords,
      language,
    );
    return {
      whatsapp,
      parsed,
      bindings: bindingsOf(template, variablesOf(parsed)),
      buttons: replies.map((reply, n) => ({ ...reply, meaning: meanings[n] ?? null })),
      fault: ownFault(template, whatsapp, meanings),
    };
  });
  const languageFor = kept((wishes: string): string => {
    const [wanted, lastAnswered, recordLanguage, country, fallback]: [
      string | null,
      string | null,
      string | null,
      string | null,
      string,
    ] = JSON.parse(wishes);
    if (wanted !== null && languages.includes(wanted)) return wanted;
    return (
      chooseLanguage({ available: languages, lastAnswered, recordLanguage, country, fallback }) ?? fallback
    );
  });

  return (to) => {
    const fallback = definition.whatsappTemplate?.language ?? to.settings.defaultLanguage;
    const { language: lastAnswered = null, country = null } = to.contact ?? {};
    const language = languageFor(
      JSON.stringify([to.language, lastAnswered, to.recordLanguage, country, fallback]),
    );
    const { whatsapp, parsed, bindings, buttons, fault } = wordingIn(language);
    const { values, missing } = bindingValues(bindings, to.values, to.given);
    return {
      template,
      whatsapp,
      languages,
      language,
      purpose,
      fault: fault ?? (fitsRecordTypes(template, to.recordTypes) ? null : 'template-of-another-record-type'),
      missing,
      rendered: renderTemplate(parsed, values),
      ...parametersOf(parsed, values),
      buttons,
    };
  };
}

/** The WhatsApp template that it is built on, in each of its languages. */
function siblingsOf(
  template: PublishedTemplate,
  whatsappTemplates: readonly WhatsAppTemplateRow[],
): WhatsAppTemplateRow[] {
  return whatsappTemplates.filter((one) => one.name === template.definition.whatsappTemplate?.name);
}

/** Those of them that it can be sent in. */
function inLanguages(
  { definition }: PublishedTemplate,
  siblings: WhatsAppTemplateRow[],
  keywords: readonly AnswerKeyword[],
): WhatsAppTemplateRow[] {
  const approved = siblings.filter((one) => one.status === 'APPROVED');
  // A question is only asked in a language whose buttons both have a meaning.
  const understood = approved.filter((one) => definition.type !== 'consent' || isAnswerable(one, keywords));
  return firstFilled(understood, approved, siblings);
}

/**
 * Throws 422 for a language that the template cannot be sent in, and for a variable that it has in none: passed over, either
 * would send something else than was asked for. Where WhatsApp has no such template, the gate says so.
 */
export function mustKnow(
  template: PublishedTemplate,
  whatsappTemplates: readonly WhatsAppTemplateRow[],
  published: readonly PublishedTemplate[],
  asked: { variables?: Record<string, string> | undefined; language?: string | undefined },
): void {
  const siblings = siblingsOf(template, whatsappTemplates);
  if (siblings.length === 0) return;
  const keywords = tenantKeywords(published, [template.definition.recordType]);
  const sendable = inLanguages(template, siblings, keywords);
  const languages = sendable.map((one) => one.language);
  if (asked.language !== undefined && !languages.includes(asked.language))
    throw new Refusal(
      422,
      'template-language-unknown',
      `This template cannot be sent in “${asked.language}”, but in: ${languages.join(', ')}.`,
    );
  const known = new Set(
    sendable.flatMap((one) => variablesOf(parseTemplate(one.components, one.parameterFormat))),
  );
  const unknown = Object.keys(asked.variables ?? {}).find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new Refusal(
    422,
    'template-variable-unknown',
    known.size === 0
      ? `This template has no variable “${unknown}”: it has none.`
      : `This template has no variable “${unknown}”. It has: ${[...known].join(', ')}.`,
  );
}

/** A function that works each answer out once. */
export function kept<T>(work: (of: string) => T): (of: string) => T {
  const known = new Map<string, T>();
  return (of) => {
    const found = known.get(of);
    if (found !== undefined) return found;
    const made = work(of);
    known.set(of, made);
    return made;
  };
}

function firstFilled<T>(...lists: T[][]): T[] {
  return lists.find((list) => list.length > 0) ?? [];
}

/** Every variable of the wording needs a value; one nobody bound is asked from the sender. */
function bindingsOf(template: PublishedTemplate, variables: readonly string[]): Record<string, Binding> {
  const { bindings } = template.definition;
  return Object.fromEntries(variables.map((key) => [key, bindings[key] ?? { column: '' }]));
}

/** What is wrong with the template in one language, whoever gets it. */
function ownFault(
  template: PublishedTemplate,
  whatsapp: WhatsAppTemplateRow | undefined,
  meanings: readonly ('yes' | 'no' | null)[],
): TemplateFault | null {
  const fault = whatsappFault(template, whatsapp);
  if (fault !== null) return fault;
  return template.definition.type === 'consent' && !(meanings.includes('yes') && meanings.includes('no'))
    ? 'template-waiting'
    : null;
}

/** A number without a record takes any record type's templates; a record only its own. */
export const fitsRecordTypes = ({ definition }: PublishedTemplate, recordTypes: readonly string[]): boolean =>
  recordTypes.length === 0 || recordTypes.includes(definition.recordType);

/** Of an Opt-In or Opt-Out Template: it recognises answers, and is never sent. */
export const recognisesAnswers = ({ definition: { type } }: PublishedTemplate): boolean =>
  type === 'opt-in' || type === 'opt-out';

/** Throws 422 for one that recognises answers. */
export function needSendable(template: PublishedTemplate): void {
  if (recognisesAnswers(template))
    throw new Refusal(
      422,
      'template-not-sendable',
      'Opt-In and Opt-Out Templates recognise answers; they are not sent.',
    );
}
