import type { Right } from './rights.ts';

/**
 * Which rights one send takes. A Consent Template takes the right to ask, and after a refusal the right to ask again;
 * the first message of a conversation takes the right to begin one; everything else is chatting.
 */
export function rightsToSend(send: {
  consentTemplate: boolean;
  /** The newest decision for the purpose that is asked about is a refusal. */
  refused: boolean;
  /** A conversation stands that is not closed. */
  conversationOpen: boolean;
}): Right[] {
  const rights: Right[] = [];
  if (!send.conversationOpen) rights.push('initiate');
  if (send.consentTemplate) rights.push('ask-consent');
  if (send.consentTemplate && send.refused) rights.push('ask-after-refusal');
  return rights.length === 0 ? ['chat'] : rights;
}
