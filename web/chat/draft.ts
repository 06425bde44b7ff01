import { useCallback, useState } from 'react';
import { z } from 'zod';
import { newIntentKey } from './intent.ts';

/**
 * What an agent has typed and not sent. `intent` is the key of a first try to send exactly this text: a retry, even
 * after a reload, uses it again, so the server sends once; any change of the text is a new intent.
 */
const Draft = z.object({ text: z.string(), intent: z.string().nullable() });
type Draft = z.infer<typeof Draft>;

const empty: Draft = { text: '', intent: null };
const storageKey = (id: string) => `assent-draft:${id}`;

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
    if (draft.text === '') localStorage.removeItem(storageKey(id));
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
    draft = stored.text === '' ? draft : stored;
    save(state.id, empty);
    save(id, draft);
    setState({ id, draft });
  }

  const keep = useCallback(
    (next: Draft) => {
      save(id, next);
      setState({ id, draft: next });
    },
    [id],
  );
  return {
    text: draft.text,
    setText: (text: string) => keep({ text, intent: null }),
    /** The key to send the present text with. */
    intentKey: () => {
      const key = draft.intent ?? newIntentKey();
      keep({ text: draft.text, intent: key });
      return key;
    },
    clear: () => keep(empty),
  };
}
