import { notify, type Tx } from '../db/engine.ts';
import { LIVE } from './transaction.ts';

/** What a transaction changed, as hints for live pages: ids only, one notice per transaction. */
export interface Hints {
  conversation(id: string, contactPointId?: string | null): void;
  contact(id: string | null): void;
  /** These people and teams (ids) see the conversation no more. They are told so this once, beside those who see it. */
  left(conversationId: string, ids: readonly string[]): void;
  topic(topic: 'conversation' | 'template' | 'settings' | 'channel' | 'record' | 'people'): void;
  /** The rights or sessions of this person or key changed, or everybody's: their streams end, and come back if they may. */
  access(callerId: string | 'everybody'): void;
  /** Something wants this person's attention, or no longer does. */
  person(id: string): void;
  /** What there is until now as the notice's text, to be sent by another statement of the transaction; null for nothing. */
  take(): string | null;
  send(tx: Tx): Promise<void>;
}

export interface LiveNotice {
  conversations: string[];
  contacts: string[];
  topics: string[];
  access: string[];
  people: string[];
  /** By conversation, those it was taken from: people and teams. */
  left: Record<string, readonly string[]>;
}

/** NOTIFY carries 8,000 bytes at most; past that a notice says "everything". */
const MOST_IDS = 80;
const MOST_PEOPLE = 30;

/** Nothing noted yet. One per transaction; `send` it in there: it is heard when that commits. */
export function createHints(): Hints {
  const conversations = new Set<string>();
  const contacts = new Set<string>();
  const topics = new Set<string>();
  const access = new Set<string>();
  const people = new Set<string>();
  const left = new Map<string, readonly string[]>();
  const take = (): string | null => {
    const all = [conversations, contacts, topics, access, people];
    if (all.every(({ size }) => size === 0)) return null;
    const many = conversations.size + contacts.size + [...left.values()].flat().length > MOST_IDS;
    const crowd = people.size > MOST_PEOPLE;
    const notice: LiveNotice = {
      conversations: many ? [] : [...conversations],
      contacts: many ? [] : [...contacts],
      topics: [...topics, ...(many ? ['conversation'] : []), ...(crowd ? ['notification'] : [])],
      people: crowd ? [] : [...people],
      access: access.size > MOST_IDS ? ['everybody'] : [...access],
      left: many ? {} : Object.fromEntries(left),
    };
    for (const one of [...all, left]) one.clear();
    return JSON.stringify(notice);
  };
  return {
    conversation(id, contactPointId) {
      conversations.add(id);
      if (contactPointId != null) contacts.add(contactPointId);
    },
    contact(id) {
      if (id !== null) contacts.add(id);
    },
    left(conversationId, ids) {
      if (ids.length === 0) return;
      conversations.add(conversationId);
      left.set(conversationId, [...(left.get(conversationId) ?? []), ...ids]);
    },
    topic(topic) {
      topics.add(topic);
    },
    access(callerId) {
      access.add(callerId);
    },
    person(id) {
      people.add(id);
    },
    take,
    async send(tx) {
      const text = take();
      if (text !== null) await notify(tx, LIVE, text);
    },
  };
}
