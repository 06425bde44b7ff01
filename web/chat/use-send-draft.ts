import { useRef, useState } from 'react';
import { LONGEST_CAPTION } from '../../src/core/interactive.ts';
import type { SendMessage } from '../../src/http/schemas/chat.ts';
import { newIntentKey } from '../ui/intent.ts';
import { takesCaption } from './attachment-check.ts';
import type { Attachments } from './attachment-store.ts';
import type { Recipient } from './chat-queries.ts';
import type { useDraft } from './draft.ts';
import { isUncertain, useSend } from './use-send.ts';

/** One message of a draft: a file, or the text. */
type Part = { attachment: string | null; body: SendMessage; withText: boolean };

type Draft = Pick<ReturnType<typeof useDraft>, 'text' | 'reply'>;

/**
 * What a draft becomes: its files in their order, each a message. The text goes with the first file that takes one, or
 * after them where none does or it is too long for that. Only the first message quotes.
 */
export function partsOf(to: Recipient, draft: Draft, files: readonly ReadyFile[]): Part[] {
  const text = draft.text.trim();
  const carrier =
    text === '' || text.length > LONGEST_CAPTION ? undefined : files.find(({ kind }) => takesCaption(kind));
  const parts: Part[] = files.map(({ id, mediaId }) => {
    const withText = carrier?.id === id;
    return { attachment: id, body: { to, mediaId, ...(withText ? { text } : {}) }, withText };
  });
  if (text !== '' && carrier === undefined)
    parts.push({ attachment: null, body: { to, text }, withText: true });
  const [first] = parts;
  if (first !== undefined && draft.reply !== null) first.body.replyTo = draft.reply.id;
  return parts;
}

export type ReadyFile = { id: string; kind: Parameters<typeof takesCaption>[0]; mediaId: string };

/**
 * Sends a draft with its files, one after the other; what went through leaves the draft at once, so that a retry goes
 * on where it failed. Each message keeps its key until its outcome is known, so that nothing is ever sent twice.
 */
export function useSendDraft(to: Recipient, draft: ReturnType<typeof useDraft>, attachments: Attachments) {
  const { mutateAsync } = useSend();
  // A second click comes before the page knows of the first.
  const busy = useRef(false);
  const keys = useRef(new Map<string, { of: string; key: string }>());
  const [state, setState] = useState<{ sending: boolean; error: unknown }>({ sending: false, error: null });

  const keyOf = ({ attachment, body }: Part): string => {
    if (attachment === null) return draft.intentKey();
    const of = JSON.stringify(body);
    const known = keys.current.get(attachment);
    if (known?.of === of) return known.key;
    const key = newIntentKey();
    keys.current.set(attachment, { of, key });
    return key;
  };

  const send = async (): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setState({ sending: true, error: null });
    try {
      for (const part of partsOf(to, draft, readyFiles(attachments))) {
        try {
          await mutateAsync({ body: part.body, key: keyOf(part) });
        } catch (error) {
          if (!isUncertain(error)) {
            if (part.attachment === null) draft.endIntent();
            else keys.current.delete(part.attachment);
          }
          throw error;
        }
        if (part.attachment !== null) {
          attachments.remove(part.attachment);
          keys.current.delete(part.attachment);
        }
        if (part.withText) draft.clear();
        else draft.setReply(null);
      }
      setState({ sending: false, error: null });
      return true;
    } catch (error) {
      setState({ sending: false, error });
      return false;
    } finally {
      busy.current = false;
    }
  };

  return {
    ...state,
    send,
    /** The error is out of date once something else is to be sent. */
    reset: () => setState((now) => (now.error === null ? now : { ...now, error: null })),
  };
}

function readyFiles(attachments: Attachments): ReadyFile[] {
  return attachments.items.flatMap(({ id, kind, state }) =>
    state.at === 'uploaded' ? [{ id, kind, mediaId: state.media.id }] : [],
  );
}
