import type { ReadAnswer } from './answer.ts';
import type { InboundContent } from './update.ts';

/**
 * Whether a customer's message wants a person. An answer to a Consent Template and a stop word do their work by
 * themselves; a reaction or a deletion says nothing new. What reads like a refusal has to be decided by somebody.
 */
export function wantsPerson(content: InboundContent, answer: ReadAnswer | null): boolean {
  if (content.kind === 'reaction' || content.kind === 'revoke') return false;
  return answer === null || answer.act.act === 'hold';
}
