import type { Update } from '../core/update.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Knowledge } from '../db/known.ts';
import type { Configuration } from './configuration.ts';
import type { Hints } from './live.ts';

/** A stored update with what is needed to apply it. */
export interface StoredUpdate {
  inboxId: number;
  /** Null where it concerns nobody (templates, the account). */
  contactPointId: string | null;
  update: Update;
  bodySha256: string;
  receivedAt: number;
}

export type StoredMessage = StoredUpdate & {
  update: Extract<Update, { kind: 'message' }>;
  contactPointId: string;
};

/** What a batch is applied with: the people it concerns, locked, and what was read under their locks. */
export interface Applying {
  contacts: Map<string, ContactPoint>;
  known: Knowledge;
  configuration: Configuration;
  hints: Hints;
}
