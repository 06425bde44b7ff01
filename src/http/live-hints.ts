import { z } from 'zod';
import type { Audience } from '../db/access.ts';
import { LiveHint } from './schemas/administration.ts';
import { isoTime } from './views.ts';

/** What a notice of a transaction (actions/live.ts, actions/presence.ts) means to pages: hints, and who may hear each. */

/** Who holds a stream, as far as it decides what they hear. */
export interface Hearer {
  /** Person or key. */
  callerId: string;
  /** Without the right to see chats they hear of no conversation. */
  seesChats: boolean;
  /** Ids of the teams whose conversations they see; null: all. */
  teams: readonly string[] | null;
}

/** Who hears: everybody; these people; or who may see a conversation, in which somebody may have done it themselves. */
export type Hears =
  | { of: 'everybody' }
  | { of: 'people'; ids: readonly string[] }
  | { of: 'conversation'; teams: readonly string[]; people: readonly string[]; but: string | null };

export interface Telling {
  hint: LiveHint;
  hears: Hears;
}

/** What one notice asks to be told. Whom it concerns is found when it is told: it may have changed by then. */
export type Noticed =
  | { kind: 'conversation'; id: string; left: readonly string[] }
  | { kind: 'contact'; id: string }
  /** Known as it stands. */
  | ({ kind: 'told'; key: string } & Telling);

/** More hints at once than this are told as "everything of this topic". */
const MOST_HINTS = 200;

const Notice = z.object({
  conversations: z.array(z.string()),
  contacts: z.array(z.string()),
  topics: z.array(z.string()),
  access: z.array(z.string()).default([]),
  people: z.array(z.string()).default([]),
  left: z.record(z.string(), z.array(z.string())).default({}),
});
const PresenceNotice = z.object({
  presence: z.object({
    conversationId: z.string(),
    person: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(['viewing', 'typing', 'left']),
    at: z.number(),
    team: z.string(),
    people: z.array(z.string()),
  }),
});

/**
 * Reads a notice. An empty one says that notices may have been missed: everything may be new. `access` are callers whose
 * rights or sessions changed. What cannot be read says nothing: a node may be older than the one that sent it.
 */
export function readNotice(payload: string): { noticed: Noticed[]; access: readonly string[] } {
  if (payload === '')
    return {
      noticed: LiveHint.shape.topic.options.flatMap((topic) =>
        topic === 'presence' ? [] : [topicOf(topic)],
      ),
      access: [],
    };
  const json = jsonOf(payload);
  const notice = Notice.safeParse(json);
  if (!notice.success) {
    const presence = PresenceNotice.safeParse(json);
    return { noticed: presence.success ? [presenceOf(presence.data.presence)] : [], access: [] };
  }
  const { conversations, contacts, topics, people, access, left } = notice.data;
  return {
    access,
    noticed: [
      ...conversations.map((id): Noticed => ({ kind: 'conversation', id, left: left[id] ?? [] })),
      ...contacts.map((id): Noticed => ({ kind: 'contact', id })),
      ...topics.flatMap((name) => {
        const topic = LiveHint.shape.topic.safeParse(name);
        return topic.success ? [topicOf(topic.data)] : [];
      }),
      ...people.map(
        (id): Noticed => ({
          kind: 'told',
          key: `notification/${id}`,
          hint: { topic: 'notification' },
          hears: { of: 'people', ids: [id] },
        }),
      ),
    ],
  };
}

const topicOf = (topic: LiveHint['topic']): Noticed => ({
  kind: 'told',
  key: topic,
  hint: { topic },
  hears: { of: 'everybody' },
});

/** Told to whoever may see the conversation, and not to the person's own pages. */
function presenceOf(notice: z.infer<typeof PresenceNotice>['presence']): Noticed {
  const { conversationId, person, state, at, team, people } = notice;
  return {
    kind: 'told',
    key: `presence/${conversationId}/${person.id}`,
    hint: {
      topic: 'presence',
      conversationId,
      presence: { person, state, at: isoTime(at) },
    },
    hears: { of: 'conversation', teams: [team], people, but: person.id },
  };
}

/** What waits to be told. Of two with one key, the later is told. */
export class Waiting {
  private conversations = new Map<string, Set<string>>();
  private contacts = new Set<string>();
  private told = new Map<string, Telling>();

  add(one: Noticed): void {
    if (one.kind === 'contact') this.contacts.add(one.id);
    else if (one.kind === 'told') this.told.set(one.key, { hint: one.hint, hears: one.hears });
    else {
      const left = this.conversations.get(one.id) ?? new Set();
      this.conversations.set(one.id, left);
      for (const id of one.left) left.add(id);
    }
  }

  /** What has to be known before it can be told. */
  asks(): { conversationIds: string[]; contactPointIds: string[] } {
    return { conversationIds: [...this.conversations.keys()], contactPointIds: [...this.contacts] };
  }

  /** Each hint with who hears it. `audiences` null: who may see what is not known, and no conversation is named. */
  tellings(audiences: readonly Audience[] | null): Telling[] {
    const told = [...this.told.values()];
    const named = this.conversations.size + this.contacts.size;
    if (audiences === null || named + told.length > MOST_HINTS) return unnamed(told, named > 0);
    const byId = new Map(audiences.map((one) => [one.id, one]));
    const ids = new Set([...this.conversations.keys(), ...byId.keys()]);
    return [
      ...[...ids].map((id) => this.conversationTelling(id, byId.get(id))),
      ...[...this.contacts].map(
        (id): Telling => ({ hint: { topic: 'consent', contactPointId: id }, hears: { of: 'everybody' } }),
      ),
      ...told,
    ];
  }

  /** Those who can see it no more hear so, this once. One that is gone is told to who sees all, and to them. */
  private conversationTelling(id: string, audience: Audience | undefined): Telling {
    const left = [...(this.conversations.get(id) ?? [])];
    return {
      hint: { topic: 'conversation', conversationId: id },
      hears: {
        of: 'conversation',
        teams: audience === undefined ? left : [audience.teamId, ...left],
        people: audience === undefined ? left : [...audience.people, ...left],
        but: null,
      },
    };
  }
}

/** The topics of what names nothing or somebody everybody may hear of; what is for some stays as it is. */
function unnamed(told: readonly Telling[], conversations: boolean): Telling[] {
  const topics = new Set<LiveHint['topic']>(conversations ? ['conversation', 'consent'] : []);
  for (const { hint, hears } of told) if (hears.of === 'everybody') topics.add(hint.topic);
  return [
    ...[...topics].map((topic): Telling => ({ hint: { topic }, hears: { of: 'everybody' } })),
    ...told.filter(({ hears }) => hears.of !== 'everybody'),
  ];
}

/** Whether the holder of a stream hears it. */
export function isHeardBy(hears: Hears, { callerId, seesChats, teams }: Hearer): boolean {
  switch (hears.of) {
    case 'everybody':
      return true;
    case 'people':
      return hears.ids.includes(callerId);
    case 'conversation':
      return (
        seesChats &&
        callerId !== hears.but &&
        (teams === null || hears.people.includes(callerId) || teams.some((id) => hears.teams.includes(id)))
      );
  }
}

/** Whom it names one by one; of all others, those of the same teams hear the same. */
export function namedBy(hears: Hears): readonly string[] {
  if (hears.of === 'everybody') return [];
  if (hears.of === 'people') return hears.ids;
  return hears.but === null ? hears.people : [...hears.people, hears.but];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
