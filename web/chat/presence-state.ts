import type { LiveHint } from '../../src/http/schemas/administration.ts';

/** Who is in a conversation now, as their pages told. Nothing of it is stored; without a word for a while one is gone. */
export interface Present {
  id: string;
  name: string;
  typing: boolean;
}

/** Milliseconds without a word after which a person is no longer shown. Pages tell more often than that. */
export const FADES_AFTER = 10_000;

type Told = { name: string; typing: boolean; heardAt: number };
/** By conversation, then by person. */
export type Presence = ReadonlyMap<string, ReadonlyMap<string, Told>>;

/** What hints say, by this page's own clock: colleagues' clocks may be wrong. `me` is not shown to oneself. */
export function heard(before: Presence, hints: readonly LiveHint[], me: string, now: number): Presence {
  const told = hints.filter((hint) => hint.topic === 'presence' && hint.presence !== undefined);
  if (told.length === 0) return before;
  const after = new Map(before);
  for (const { conversationId, presence } of told) {
    if (conversationId === undefined || presence === undefined || presence.person.id === me) continue;
    const { person, state } = presence;
    const people = new Map(after.get(conversationId) ?? []);
    if (state === 'left') people.delete(person.id);
    else people.set(person.id, { name: person.name, typing: state === 'typing', heardAt: now });
    if (people.size === 0) after.delete(conversationId);
    else after.set(conversationId, people);
  }
  return after;
}

/** Without those who said nothing for too long; the same where nobody fades. */
export function faded(before: Presence, now: number): Presence {
  const gone = (told: Told) => now - told.heardAt >= FADES_AFTER;
  if (![...before.values()].some((people) => [...people.values()].some(gone))) return before;
  const after = new Map<string, ReadonlyMap<string, Told>>();
  for (const [conversationId, people] of before) {
    const left = new Map([...people].filter(([, told]) => !gone(told)));
    if (left.size > 0) after.set(conversationId, left);
  }
  return after;
}

/** Who is there, those who type first. */
export function presentIn(presence: Presence, conversationId: string): Present[] {
  return [...(presence.get(conversationId) ?? [])]
    .map(([id, { name, typing }]) => ({ id, name, typing }))
    .sort((a, b) => Number(b.typing) - Number(a.typing) || a.name.localeCompare(b.name));
}
