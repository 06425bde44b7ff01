import { notify, type Tx } from '../db/engine.ts';
import { LIVE } from './transaction.ts';

/** What a transaction changed, as hints for live pages: ids only, one notice per transaction. */
export interface Hints {
  conversation(id: string, contactPointId?: string | null): void;
  contact(id: string | null): void;
  topic(topic: 'template' | 'settings' | 'channel' | 'record'): void;
  send(tx: Tx): Promise<void>;
}

export interface LiveNotice {
  conversations: string[];
  contacts: string[];
  topics: string[];
}

/** NOTIFY carries 8,000 bytes at most; past that a notice says "everything". */
const MOST_IDS = 80;

export function createHints(): Hints {
  const conversations = new Set<string>();
  const contacts = new Set<string>();
  const topics = new Set<string>();
  return {
    conversation(id, contactPointId) {
      conversations.add(id);
      if (contactPointId != null) contacts.add(contactPointId);
    },
    contact(id) {
      if (id !== null) contacts.add(id);
    },
    topic(topic) {
      topics.add(topic);
    },
    async send(tx) {
      if (conversations.size + contacts.size + topics.size === 0) return;
      const many = conversations.size + contacts.size > MOST_IDS;
      const notice: LiveNotice = {
        conversations: many ? [] : [...conversations],
        contacts: many ? [] : [...contacts],
        topics: many ? [...topics, 'conversation'] : [...topics],
      };
      await notify(tx, LIVE, JSON.stringify(notice));
    },
  };
}
