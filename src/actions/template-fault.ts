import { canonicalJson } from '../core/evidence.ts';
import type { TemplateFault } from '../core/gate.ts';
import { type PublishedTemplate, wordingChanged } from '../core/message-template.ts';
import { type AnswerKeyword, labelMeanings } from '../core/publish.ts';
import { parseTemplate, type Rendered, renderTemplate, valuesOf } from '../core/template.ts';
import type { WhatsAppTemplateRow } from '../db/templates.ts';

/** What stands in the way of a template itself, whoever it goes to: asked when it is sent and again at hand-over. */

/** What WhatsApp's side of a template stands in the way of: its status, and a wording that was not published. */
export function whatsappFault(
  published: Pick<PublishedTemplate, 'wording'>,
  template: WhatsAppTemplateRow | undefined,
): TemplateFault | null {
  if (template === undefined) return 'template-not-published';
  if (template.status === 'APPROVED')
    return template.componentsChangedAt !== null || wordingChanged(published, template)
      ? 'template-not-published'
      : null;
  return template.status === 'PAUSED' || template.status === 'DISABLED'
    ? 'template-paused'
    : 'template-not-published';
}

/**
 * Whether WhatsApp would serve another wording than the one that a message, and the ledger of a request, was stored with; also
 * when that wording was published since. What was queued by a version that kept none is left alone.
 */
export function servesAnother(content: Record<string, unknown>, template: WhatsAppTemplateRow): boolean {
  const stored = content as { rendered?: Rendered } & Partial<Parameters<typeof valuesOf>[1]>;
  if (stored.rendered === undefined) return false;
  const body = parseTemplate(template.components, template.parameterFormat);
  const values = valuesOf(body, { header: stored.header ?? [], body: stored.body ?? [] });
  return canonicalJson(renderTemplate(body, values)) !== canonicalJson(stored.rendered);
}

/** Whether the customer can say yes and no: both by a button that a published Opt-In or Opt-Out Template knows. */
export function isAnswerable(
  template: Pick<WhatsAppTemplateRow, 'components' | 'parameterFormat' | 'language'>,
  keywords: readonly AnswerKeyword[],
): boolean {
  const meanings = labelMeanings(quickReplies(template), keywords, template.language);
  return meanings.includes('yes') && meanings.includes('no');
}

export const quickReplies = (
  template: Pick<WhatsAppTemplateRow, 'components' | 'parameterFormat'>,
): string[] =>
  parseTemplate(template.components, template.parameterFormat)
    .buttons.filter((button) => button.kind === 'QUICK_REPLY')
    .map((button) => button.label);
