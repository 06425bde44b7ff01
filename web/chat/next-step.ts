import type { SendableOut, SendableTemplate } from '../../src/http/schemas/chat.ts';

/**
 * The Consent Template the composer puts forward: one that may be sent now, else the first that exists. A Yes to marketing
 * opens no conversation, so what asks for it is chosen among the templates.
 */
export function consentTemplateOf(sendable: SendableOut): SendableTemplate | null {
  const all = sendable.templates.filter((template) => template.asksFor === 'service');
  return all.find((template) => template.allowed) ?? all[0] ?? null;
}

/** Nothing can be sent and nothing can be asked, because no Consent Template is published for this kind of record. */
export function cannotAsk(sendable: SendableOut): boolean {
  return (
    !sendable.freeText.allowed &&
    consentTemplateOf(sendable) === null &&
    !sendable.templates.some((template) => template.allowed)
  );
}
