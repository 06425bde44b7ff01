import { type KeyboardEvent, useId, useState } from 'react';
import {
  fillQuickReply,
  matchingReplies,
  type QuickReplyValues,
  slashWordAt,
} from '../../src/core/quick-reply.ts';
import type { QuickReplyOut } from '../../src/http/schemas/desk.ts';
import { useQuickReplies } from './quick-reply-queries.ts';

const none: QuickReplyOut[] = [];

/**
 * Choosing a quick reply by a slash in a text box. `insert` puts a text in the place of the word after the slash and
 * the caret behind it.
 */
export function useQuickReply(
  text: string,
  values: QuickReplyValues,
  insert: (from: number, to: number, text: string) => void,
) {
  const listId = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  /** The text at which it was dismissed by Escape; typing on opens it again. */
  const [dismissed, setDismissed] = useState<string | null>(null);
  const word = caret === null || dismissed === text ? null : slashWordAt(text, caret);
  const query = useQuickReplies(word !== null);
  const found = word === null ? none : matchingReplies(query.data ?? none, word.typed);
  const at = Math.min(active, Math.max(0, found.length - 1));

  const take = (reply: QuickReplyOut) => {
    if (word === null) return;
    insert(word.from, word.to, fillQuickReply(reply.text, values));
    setActive(0);
    setCaret(null);
  };
  return {
    open: word !== null,
    query,
    found,
    active: at,
    listId,
    optionId: (index: number) => `${listId}-${index}`,
    take,
    /** The caret moved, or the text changed under it; null where the box lost the focus. */
    moved: (position: number | null) => {
      setCaret(position);
      setActive(0);
    },
    /** True where the key was for the list. */
    onKey: (event: KeyboardEvent): boolean => {
      if (word === null) return false;
      const chosen = found[at];
      switch (event.key) {
        case 'ArrowDown':
        case 'ArrowUp':
          if (found.length === 0) return false;
          setActive((at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
          return true;
        case 'Enter':
        case 'Tab':
          if (event.shiftKey) return false;
          // What was meant as a short name, and fits none, is no message to the customer; Escape makes it one.
          if (chosen === undefined) return event.key === 'Enter' && !query.isError;
          take(chosen);
          return true;
        case 'Escape':
          setDismissed(text);
          return true;
        default:
          return false;
      }
    },
  };
}

export type QuickReplyChoice = ReturnType<typeof useQuickReply>;
