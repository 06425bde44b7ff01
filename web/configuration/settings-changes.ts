import type { Settings } from '../../src/http/schemas/administration.ts';

/** Only what differs is sent, so that two administrators at different settings do not undo each other. */
export function changedSettings(saved: Settings, draft: Settings): Partial<Settings> {
  const before = new Map<string, unknown>(Object.entries(saved));
  return Object.fromEntries(Object.entries(draft).filter(([key, value]) => !same(before.get(key), value)));
}

export function sameSettings(a: Settings, b: Settings): boolean {
  return Object.keys(changedSettings(a, b)).length === 0;
}

/** The draft's changes on what somebody else saved; null where both changed one setting to different values. */
export function mergedSettings(base: Settings, draft: Settings, theirs: Settings): Settings | null {
  const mine = changedSettings(base, draft);
  const others = new Map<string, unknown>(Object.entries(changedSettings(base, theirs)));
  const apart = Object.entries(mine).every(
    ([key, value]) => !others.has(key) || same(others.get(key), value),
  );
  return apart ? { ...theirs, ...mine } : null;
}

function same(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.join() === b.join() : Object.is(a, b);
}
