import type { RequestRow } from '../db/consent.ts';
import type { Tx } from '../db/engine.ts';
import { tell } from './apply-ownership.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import type { Recorded } from './record-facts.ts';

/** A Consent Template that a person sent has its answer: they hear of it. */
export interface AnsweredQuestion {
  conversationId: string;
  person: string;
  answer: 'agreed' | 'refused';
  /** WhatsApp's id of the answer. */
  whatsappId: string;
}

/** Null where no person asked, or where the answer decided nothing: a tap on an old request. */
export function answeredQuestion(
  request: RequestRow,
  whatsappId: string,
  recorded: Recorded,
): Omit<AnsweredQuestion, 'conversationId'> | null {
  const { state, projects } = recorded.after[request.purpose];
  if (request.actorId === null || !projects || (state !== 'granted' && state !== 'denied')) return null;
  return { person: request.actorId, answer: state === 'granted' ? 'agreed' : 'refused', whatsappId };
}

/** Tells each who asked, once per answer, however often WhatsApp brings it. */
export async function tellWhoAsked(
  tx: Tx,
  ctx: Context,
  answered: readonly AnsweredQuestion[],
  hints: Hints,
): Promise<void> {
  for (const { conversationId, person, answer, whatsappId } of answered) {
    const notice = { kind: 'answered', person, by: null, text: answer };
    await tell(tx, ctx, conversationId, [{ ...notice, reasonKey: `answered:${whatsappId}` }], hints);
  }
}
