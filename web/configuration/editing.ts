import { useState } from 'react';
import { ApiProblem } from '../ui/api.ts';

/**
 * What a form holds while somebody else may save the same thing: what it began with, what is typed, and what was saved by
 * another hand since. The tag of the first goes with a save (`If-Match`), so the server refuses where it is not what stands
 * there, however late this page hears of it.
 */
export type Editing<T> = {
  /** What the draft is a change of. */
  base: Saved<T>;
  draft: T;
  /** The tag of what the page showed last: only what comes after it is news. */
  seen: string | null;
  /** What somebody else saved, where the draft does not go with it; null where nobody did. */
  theirs: Saved<T> | null;
};

/** Values as they are stored, with their entity tag; null for what is not stored yet. */
export type Saved<T> = { etag: string | null; values: T };

type Rules<T> = {
  /** Whether two drafts save the same. */
  same: (a: T, b: T) => boolean;
  /** The draft on what somebody else saved, where both go together; null where not. Left out where they never do. */
  merge?: (base: T, draft: T, theirs: T) => T | null;
};

export function beginEditing<T>(saved: Saved<T>): Editing<T> {
  return { base: saved, draft: saved.values, seen: saved.etag, theirs: null };
}

/** What becomes of the form when the page shows another state: what was not touched follows, what was typed stays. */
export function seeing<T>(editing: Editing<T>, saved: Saved<T>, { same, merge }: Rules<T>): Editing<T> {
  const { base, draft } = editing;
  const seen = saved.etag;
  if (seen === base.etag) return { ...editing, seen, theirs: null };
  if (same(draft, base.values) || same(draft, saved.values)) return beginEditing(saved);
  const merged = merge?.(base.values, draft, saved.values) ?? null;
  return merged === null ? { ...editing, seen, theirs: saved } : { ...beginEditing(saved), draft: merged };
}

/** After a save of this form. The page may show for a moment still what was there before, which is no news. */
export function afterSave<T>(editing: Editing<T>, saved: Saved<T>, draft: T): Editing<T> {
  return { ...editing, base: saved, draft, theirs: null };
}

/** The typed values stay, as a change of what somebody else saved: the next save puts them in its place. */
export function keepingMine<T>(editing: Editing<T>): Editing<T> {
  return editing.theirs === null ? editing : { ...editing, base: editing.theirs, theirs: null };
}

/** The form shows what is saved now, and what was typed is gone. */
export function discarding<T>({ base, seen, theirs }: Editing<T>): Editing<T> {
  return { ...beginEditing(theirs ?? base), seen };
}

/** The state of a form on `saved`, which is what the page has read last. */
export function useEditing<T>(saved: Saved<T>, rules: Rules<T>) {
  const [stored, setEditing] = useState(() => beginEditing(saved));
  // While rendering, so that no frame shows values that belong to another state:
  // https://react.dev/learn/you-might-not-need-an-effect#adjusting-some-state-when-a-prop-changes
  const editing = stored.seen === saved.etag ? stored : seeing(stored, saved, rules);
  if (editing !== stored) setEditing(editing);
  return {
    ...editing,
    dirty: !rules.same(editing.draft, editing.base.values),
    set: (change: Partial<T>) =>
      setEditing((before) => ({ ...before, draft: { ...before.draft, ...change } })),
    saved: (now: Saved<T>, draft: T = now.values) => setEditing((before) => afterSave(before, now, draft)),
    discard: () => setEditing(discarding),
    keepMine: () => setEditing(keepingMine),
  };
}

/** The header of a save that is made on what had this tag. */
export function madeOn(etag: string | null): { headers?: Record<string, string> } {
  return etag === null ? {} : { headers: { 'if-match': etag } };
}

/** Whether a save was refused because somebody else had saved before. */
export function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'changed-meanwhile';
}

/** A save that, where somebody else was before it, reads again what stands there: the form then shows that it is another. */
export async function orReadAgain<T>(save: Promise<T>, readAgain: () => Promise<unknown>): Promise<T> {
  try {
    return await save;
  } catch (error) {
    if (isChangedMeanwhile(error)) await readAgain();
    throw error;
  }
}
