import type { MessageTemplateDefinition } from './message-template.ts';
import { normalise } from './normalise.ts';
import {
  error,
  type PublishInput,
  type PublishProblem,
  type WhatsAppTemplate,
  warning,
} from './publish-problem.ts';
import { parseTemplate, renderedText, renderTemplate, unsupportedParts, variablesOf } from './template.ts';

/** What is wrong with the WhatsApp template that a Consent, utility or marketing template stands on, and its bindings. */
export function whatsappProblems(input: PublishInput): PublishProblem[] {
  const { definition, whatsappTemplates } = input;
  const chosen = definition.whatsappTemplate;
  if (chosen === null) return [error('whatsapp-template-not-chosen', 'Choose a WhatsApp template.')];
  const ofName = whatsappTemplates.filter(({ name }) => name === chosen.name);
  const template = ofName.find(({ language }) => language === chosen.language);
  if (template === undefined) {
    const message = `WhatsApp has no template “${chosen.name}” in ${chosen.language}: synchronise, or choose another.`;
    return [error('whatsapp-template-not-found', message, chosen, 'whatsapp-templates')];
  }
  return [
    ...statusProblems(template),
    ...categoryProblems(definition, template),
    ...contentProblems(definition, template),
    ...bindingProblems(input, template),
    ...nameProblems(input, template),
    ...otherLanguages(definition, ofName, template),
  ];
}

const STATUS_ADVICE: Readonly<Record<string, string>> = {
  PENDING: 'is still being reviewed by Meta: publish when it is approved.',
  IN_APPEAL: 'is being appealed at Meta: publish when it is approved.',
  REJECTED: 'was rejected by Meta: change it in WhatsApp Manager, or choose another.',
  PAUSED: 'was paused by Meta for low quality: change it in WhatsApp Manager, or wait.',
  DISABLED: 'was disabled by Meta for good: choose another.',
};

function statusProblems({ name, language, status }: WhatsAppTemplate): PublishProblem[] {
  if (status.toUpperCase() === 'APPROVED') return [];
  const advice =
    STATUS_ADVICE[status.toUpperCase()] ?? `has the status ${status} at Meta: choose an approved one.`;
  return [
    error(
      'whatsapp-template-not-approved',
      `“${name}” (${language}) ${advice}`,
      { name, language, status },
      'whatsapp-templates',
    ),
  ];
}

function categoryProblems({ type }: MessageTemplateDefinition, template: WhatsAppTemplate): PublishProblem[] {
  if (template.category.toUpperCase() !== 'MARKETING') return [];
  // An error: whoever sends it believes that the customer's consent to service is enough, and the gate says no.
  if (type === 'utility')
    return [
      error(
        'marketing-category',
        `Meta classes “${template.name}” as marketing: make this a marketing template.`,
        { name: template.name },
      ),
    ];
  if (type !== 'consent') return [];
  const message = `Meta classes “${template.name}” as marketing: it cannot reach customers who stopped marketing messages.`;
  return [warning('marketing-category', message, { name: template.name }, 'whatsapp-templates')];
}

function contentProblems({ type }: MessageTemplateDefinition, template: WhatsAppTemplate): PublishProblem[] {
  const unsupported = unsupportedParts(template.components).map((part) =>
    error('whatsapp-template-unsupported', `Assent cannot fill in ${part}: choose a template without it.`, {
      part,
    }),
  );
  if (type !== 'consent' || quickReplies(template) >= 2) return unsupported;
  const message =
    'A Consent Template needs two quick replies, one to agree and one to refuse: choose one that has them.';
  return [...unsupported, error('no-quick-replies', message)];
}

function quickReplies({ components, parameterFormat }: WhatsAppTemplate): number {
  return parseTemplate(components, parameterFormat).buttons.filter(({ kind }) => kind === 'QUICK_REPLY')
    .length;
}

function unbound({ bindings }: MessageTemplateDefinition, template: WhatsAppTemplate): string[] {
  const variables = variablesOf(parseTemplate(template.components, template.parameterFormat));
  return variables.filter((key) => !Object.hasOwn(bindings, key));
}

function bindingProblems(
  { definition, columns }: PublishInput,
  template: WhatsAppTemplate,
): PublishProblem[] {
  const variables = variablesOf(parseTemplate(template.components, template.parameterFormat));
  const missing = unbound(definition, template).map((key) =>
    error('variable-unbound', `Bind the variable {{${key}}} to a column or a fixed text.`, {
      variable: `{{${key}}}`,
    }),
  );
  const wrong = Object.entries(definition.bindings).flatMap(([key, binding]) => {
    if (!variables.includes(key))
      return [
        warning('binding-unused', `The template has no variable {{${key}}}: its binding does nothing.`, {
          variable: `{{${key}}}`,
        }),
      ];
    if (!('column' in binding) || columns === null) return [];
    const column = columns.find(({ name }) => name === binding.column);
    const bound = { variable: `{{${key}}}`, column: column?.label ?? binding.column };
    const of = `${bound.variable} is bound to “${bound.column}”`;
    if (column === undefined)
      return [error('binding-column-missing', `${of}, which is not there: choose another.`, bound)];
    if (column.kind !== 'boolean') return [];
    return [error('binding-not-text', `${of}, which holds Yes or No and no words: choose another.`, bound)];
  });
  return [...missing, ...wrong];
}

/** The customer must read who asks. https://developers.facebook.com/documentation/business-messaging/whatsapp/getting-opt-in */
function nameProblems(
  { definition, businessName }: PublishInput,
  template: WhatsAppTemplate,
): PublishProblem[] {
  const name = normalise(businessName ?? '');
  if (definition.type !== 'consent' || name === '') return [];
  const fixed = Object.entries(definition.bindings).flatMap(([key, binding]) =>
    'text' in binding ? [[key, binding.text] as const] : [],
  );
  const body = parseTemplate(template.components, template.parameterFormat);
  const wording = normalise(renderedText(renderTemplate(body, Object.fromEntries(fixed))));
  if (wording.includes(name)) return [];
  const message = `The text does not name “${businessName}”: the customer should read who asks.`;
  return [warning('no-business-name', message, { business: businessName ?? '' }, 'whatsapp-templates')];
}

/** The language is chosen per customer, so that what the other approved ones lack would show only when sent. */
function otherLanguages(
  definition: MessageTemplateDefinition,
  ofName: readonly WhatsAppTemplate[],
  chosen: WhatsAppTemplate,
): PublishProblem[] {
  return ofName
    .filter((other) => other !== chosen && other.status.toUpperCase() === 'APPROVED')
    .flatMap((other) => {
      const lacks = [
        ...unbound(definition, other).map((key) => `{{${key}}} is not bound`),
        ...(definition.type === 'consent' && quickReplies(other) < 2
          ? ['two quick replies are missing']
          : []),
        ...unsupportedParts(other.components).map((part) => `Assent cannot fill in ${part}`),
      ];
      if (lacks.length === 0) return [];
      const message = `In ${other.language} this template cannot be sent: ${lacks.join(', ')}.`;
      return [warning('language-not-usable', message, { language: other.language }, 'whatsapp-templates')];
    });
}
