import type { ConversationOpening } from '../../src/http/schemas/chat.ts';
import { answerOf, api, chatPath } from './api.ts';

/** One who wants a part of what a chat shows. */
interface Asker {
  /** Asks for this part by itself. */
  alone: () => void;
  answer: (opening: ConversationOpening) => void;
}

let askers: Asker[] | null = null;
/** By conversation: resolves when the answer is here, or there will be none. */
const underWay = new Map<string, Promise<void>>();

/** What a chat shows is being asked for: resolves when it is here, or there will be none. Null where it is not. */
export const openingOf = (conversationId: string): Promise<void> | null =>
  underWay.get(conversationId) ?? null;

/**
 * Runs what asks for parts of a chat: it is about to be shown, or something happened in it. What is asked for together comes
 * in one answer, and so is drawn at once; one or two come by themselves, as the answer holds all five. Nobody joins a question
 * that was asked before: a hint may have come since.
 */
export function opening(conversationId: string, ask: () => void): void {
  const together: Asker[] = [];
  askers = together;
  try {
    ask();
  } finally {
    askers = null;
  }
  // Where one answer for all is refused, each part says by itself what is wrong with it.
  const apart = () => {
    for (const { alone } of together) alone();
  };
  if (together.length < 3) {
    apart();
    return;
  }
  const answered = api
    .get(chatPath(conversationId, 'opening'), answerOf<ConversationOpening>())
    .then((all) => {
      for (const { answer } of together) answer(all);
    }, apart)
    .finally(() => underWay.delete(conversationId));
  underWay.set(conversationId, answered);
}

/** A part of an open chat: with the others, where they are being asked for, else as `alone` asks for it. */
export function partOf<Part extends keyof ConversationOpening>(
  part: Part,
  alone: () => Promise<ConversationOpening[Part]>,
): Promise<ConversationOpening[Part]> {
  const together = askers;
  if (together === null) return alone();
  return new Promise((resolve) => {
    together.push({ alone: () => resolve(alone()), answer: (all) => resolve(all[part]) });
  });
}
