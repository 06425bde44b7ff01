import type { Context } from '../../src/actions/context.ts';
import type { MirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import type { CrmFailureKind } from '../../src/ports.ts';

/** What the contract needs of an adapter: a CRM of its own with one table of people, and hands that work in it. */

export interface Names {
  /** The table, and a phone and a Yes/No column of it. */
  table: string;
  phone: string;
  field: string;
  /** A text column that a person writes, and the column that names a record. They may be the same. */
  text: string;
  name: string;
}

/** A person of the CRM, by the means of the CRM alone. */
export interface Hands {
  create(values: Record<string, string | boolean | null>): Promise<string>;
  change(id: string, values: Record<string, string | boolean | null>): Promise<void>;
}

export interface CrmWorld {
  ctx: Context;
  names: Names;
  hands: Hands;
  /** What the CRM itself holds; undefined where it has no such record. */
  held(id: string): Promise<{ field: boolean | null } | undefined>;
  /** Grows with each write that the CRM itself took to this record, whoever made it. */
  touched(id: string): Promise<number>;
  setNow(ms: number): void;
  /** Lets what is under way come to rest: what changed in the CRM was read, what was decided was written. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What can be wrong between Assent and the CRM, and how every call then ends. */
export const BREAKS = {
  unreachable: ['unreachable', 'cut'],
  silent: ['timeout'],
  down: ['unavailable'],
  garbled: ['unreadable', 'cut'],
  busy: ['throttled'],
  'signed-out': ['sign-in'],
} as const satisfies Record<string, readonly CrmFailureKind[]>;
export type Break = keyof typeof BREAKS;

export interface RemoteWorld extends CrmWorld {
  ctx: Context & { crm: MirroredCrm };
  hands: Hands & { remove(id: string): Promise<void> };
  /** The CRM gives pages of so many records at most. */
  pageOf(rows: number): void;
  /** Every request meets this from now on; null: all is well again. */
  break(what: Break | null): void;
  /** The CRM forgets from where it could tell what changed. */
  forgetChanges(): void;
}
