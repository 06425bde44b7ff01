import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { z } from 'zod';
import { newIntentKey } from './intent.ts';

/** The message a draft answers, with what its bar shows. */
const Quoted = z.object({
  id: z.string(),
  direction: z.enum(['in', 'out']),
  kind: z.string(),
  text: z.string().optional(),
  actor: z.string().nullable().optional(),
});
export type QuotedDraft = z.infer<typeof Quoted>;

/**
 * What an agent has typed and not sent. `intent` is the key of a first try to send exactly this: a retry, even after a
 * reload, uses it again, so the server sends once; any change is a new intent.
 */
const Draft = z.object({
  text: z.string(),
  intent: z.string().nullable(),
  reply: Quoted.nullable().default(null),
});
type Draft = z.infer<typeof Draft>;

const empty: Draft = { text: '', intent: null, reply: null };
const storageKey = (id: string) => `assent-draft:${id}`;
const isEmpty = ({ text, reply }: Draft) => text === '' && reply === null;

function load(id: string): Draft {
  try {
    return Draft.parse(JSON.parse(localStorage.getItem(storageKey(id)) ?? 'null'));
  } catch {
    return empty;
  }
}

/** Keeps a draft in this browser; without storage (private mode, full) it lives as long as the page. */
function save(id: string, draft: Draft): void {
  try {
    if (isEmpty(draft)) localStorage.removeItem(storageKey(id));
    else localStorage.setItem(storageKey(id), JSON.stringify(draft));
  } catch {}
}

/**
 * The draft of one chat. `id` may change once, when a record's first message makes its conversation: a text typed
 * meanwhile goes along.
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
