import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { newIntentKey } from '../ui/intent.ts';
import { isObject } from '../ui/is-object.ts';
import * as kept from '../ui/kept.ts';

/** The message a draft answers, with what its bar shows. */
export type QuotedDraft = {
  id: string;
  direction: 'in' | 'out';
  kind: string;
  text?: string | undefined;
  actor?: string | null | undefined;
};

/**
 * What an agent has typed and not sent. `intent` is the key of a first try to send exactly this: a retry, even after a
 * reload, uses it again, so the server sends once; any change is a new intent.
 */
type Draft = { text: string; intent: string | null; reply: QuotedDraft | null };

const empty: Draft = { text: '', intent: null, reply: null };
const storageKey = (id: string) => `assent-draft:${id}`;
const isEmpty = ({ text, reply }: Draft) => text === '' && reply === null;

function load(id: string): Draft {
  const stored = kept.readKept(storageKey(id));
  return isDraft(stored) ? { ...stored, reply: stored.reply ?? null } : empty;
}

/** What this browser keeps may be of an older version of the page. */
function isDraft(stored: unknown): stored is Omit<Draft, 'reply'> & { reply?: QuotedDraft | null } {
  if (!isObject(stored) || typeof stored.text !== 'string') return false;
  if (stored.intent !== null && typeof stored.intent !== 'string') return false;
  return stored.reply === undefined || stored.reply === null || isQuoted(stored.reply);
}

function isQuoted(reply: unknown): reply is QuotedDraft {
  if (!isObject(reply)) return false;
  const { id, direction, kind, text = '', actor = null } = reply;
  return (
    typeof id === 'string' &&
    (direction === 'in' || direction === 'out') &&
    typeof kind === 'string' &&
    typeof text === 'string' &&
    (actor === null || typeof actor === 'string')
  );
}

const save = (id: string, draft: Draft): void => kept.keep(storageKey(id), isEmpty(draft) ? null : draft);

/**
 * The draft of one chat. `id` may change once, when a record's first message makes its conversation: a text typed
 * meanwhile goes along. All tabs of this browser hold the same draft, and its intent with it.
 */
export function useDraft(id: string) {
  const [state, setState] = useState(() => ({ id, draft: load(id) }));
  let { draft } = state;
  if (state.id !== id) {
    const stored = load(id);
    draft = isEmpty(stored) ? draft : stored;
    save(state.id, empty);
    save(id, draft);
    setState({ id, draft });
  }
  // What follows one change within a moment, as while files are sent one by one, builds on it.
  const latest = useRef(draft);
  useLayoutEffect(() => {
    latest.current = draft;
  }, [draft]);

  kept.useChangedElsewhere(storageKey(id), () => {
    const draft = load(id);
    latest.current = draft;
    setState({ id, draft });
  });

  const keep = useCallback(
    (change: Partial<Draft>) => {
      const next = { ...latest.current, ...change };
      latest.current = next;
      save(id, next);
      setState({ id, draft: next });
    },
    [id],
  );
  return {
    text: draft.text,
    reply: draft.reply,
    setText: (text: string) => keep({ text, intent: null }),
    setReply: (reply: QuotedDraft | null) => keep({ reply, intent: null }),
    /** The key to send the present text with. */
    intentKey: () => {
      const key = latest.current.intent ?? newIntentKey();
      keep({ intent: key });
      return key;
    },
    /** After a plain refusal: the next try is another intent. */
    endIntent: () => keep({ intent: null }),
    clear: () => keep(empty),
  };
}
