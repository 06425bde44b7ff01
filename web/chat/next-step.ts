import type { SendableOut, SendableTemplate } from '../../src/http/schemas/chat.ts';

/** The Consent Template the composer puts forward: one that may be sent now, else the first that exists. */
export function consentTemplateOf(sendable: SendableOut): SendableTemplate | null {
  const all = sendable.templates.filter((template) => template.type === 'consent');
  return all.find((template) => template.allowed) ?? all[0] ?? null;
}

/** What the agent can do now, in one sentence; the server's banner says why. */
export function nextStep(sendable: SendableOut): string {
  const consent = consentTemplateOf(sendable);
  const other = sendable.templates.some((template) => template.allowed && template.type !== 'consent');
  if (sendable.onHold) return 'Read what the customer wrote, then decide.';
  if (sendable.freeText.allowed) return 'You can write.';
  if (other) return 'You can send a template; writing opens when the customer answers.';
  if (consent === null)
    return 'There is no published Consent Template to ask with. Ask an administrator to add one.';
  if (!consent.allowed) return consent.reason?.message ?? '';
  if (sendable.consent.service === 'denied') return 'You may ask again with the Consent Template below.';
  return 'Ask with a Consent Template; what the customer answers decides what goes on.';
}
