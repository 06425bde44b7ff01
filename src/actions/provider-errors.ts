import type { ProviderError } from '../core/update.ts';

/** What WhatsApp's error means to an agent; the codes an agent meets. Reference: Meta, support/error-codes. */
const SENTENCES: Record<number, string> = {
  131026: 'WhatsApp could not deliver it: the number may not use WhatsApp, or an old version of it.',
  131047: 'More than 24 hours have passed since the customer’s last message. Send a template instead.',
  131049: 'WhatsApp did not deliver it to keep the customer’s inbox healthy. Wait at least 24 hours.',
  131050: 'The customer stopped marketing messages from your business in WhatsApp.',
  130472: 'WhatsApp did not deliver it: the customer is part of an experiment.',
  131053: 'WhatsApp could not take the file.',
  131042: 'There is a problem with the payment method of the WhatsApp account.',
  131056: 'Too many messages to this customer in a short time.',
  130429: 'Too many messages from this number in a short time.',
  132001: 'WhatsApp does not know this template in this language, or has not approved it.',
  132015: 'WhatsApp has paused this template.',
  132016: 'WhatsApp has disabled this template.',
};

export function explainProviderError(error: ProviderError | undefined): string {
  if (error === undefined) return 'WhatsApp says that it failed, and not why.';
  return SENTENCES[error.code] ?? `WhatsApp refused it: ${error.details ?? error.title} (${error.code}).`;
}
