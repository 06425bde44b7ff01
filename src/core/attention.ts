import type { ReadAnswer } from './answer.ts';
import type { InboundContent, InboundContext } from './update.ts';

/**
 * Whether a customer's message wants a person. An answer to a Consent Template and a stop word do their work by
 * themselves; a reaction or a deletion says nothing new. What reads like a refusal has to be decided by somebody.
 */
export function wantsPerson(content: InboundContent, answer: ReadAnswer | null): boolean {
  if (content.kind === 'reaction' || content.kind === 'revoke') return false;
  return answer === null || answer.act.act === 'hold';
}

/** Types of messages by which a customer writes nothing, as WhatsApp calls them: ours for those we read are the same. */
const WORDLESS = new Set(['reaction', 'revoke', 'edit', 'unsupported', 'system', 'request_welcome']);

/**
 * Whether the customer wrote something of their own, which waives the limits on asking again (product.md §3.1). A reaction
 * or a deletion says nothing new, an edit is as old as what it edits, and a forward is somebody else's.
 */
export function isOwnWord({
  content,
  context,
}: {
  content: InboundContent;
  context: InboundContext | null;
}): boolean {
  const type = content.kind === 'other' ? content.type : content.kind;
  return context?.forwarded !== true && !WORDLESS.has(type);
}
