import { useState } from 'react';
import { isObject } from '../ui/is-object.ts';
import { keep, readKept, useChangedElsewhere } from '../ui/kept.ts';

type Named = { id: string; name: string };
/** A note that is being written, and whom its mentions were picked for. */
type NoteDraft = { text: string; picked: readonly Named[] };

const empty: NoteDraft = { text: '', picked: [] };
const storageKey = (conversationId: string) => `assent-note:${conversationId}`;

function load(conversationId: string): NoteDraft {
  const stored = readKept(storageKey(conversationId));
  if (!isObject(stored) || typeof stored.text !== 'string' || !Array.isArray(stored.picked)) return empty;
  return { text: stored.text, picked: stored.picked.filter(isNamed) };
}

const isNamed = (one: unknown): one is Named =>
  isObject(one) && typeof one.id === 'string' && typeof one.name === 'string';

/** The unsaved note of one chat: it survives a look at another chat and a reload, and all tabs hold the same. */
export function useNoteDraft(conversationId: string) {
  const [draft, setDraft] = useState(() => load(conversationId));
  useChangedElsewhere(storageKey(conversationId), () => setDraft(load(conversationId)));
  const change = (next: NoteDraft) => {
    keep(storageKey(conversationId), next.text === '' ? null : next);
    setDraft(next);
  };
  return {
    ...draft,
    setText: (text: string) => change({ ...draft, text }),
    /** The text with a mention of this person in it. */
    mention: (text: string, { id, name }: Named) => change({ text, picked: [...draft.picked, { id, name }] }),
    clear: () => change(empty),
  };
}
