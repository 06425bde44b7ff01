import { z } from 'zod';
import { DRIFT_KINDS } from '../../core/crm-compare.ts';
import { Time } from './common.ts';
import { ColumnOut } from './records.ts';

const Trouble = z.object({
  /** Stable: pages say in their language what to do about it. */
  code: z.string(),
  text: z.string(),
  since: Time,
});

const Compare = z.object({
  /** From this hour on, in this zone, all records are compared once a night; null: never by itself. */
  hour: z.number().int().nullable(),
  timeZone: z.string(),
  nextAt: Time.nullable(),
  tables: z.array(
    z.object({
      table: z.string(),
      label: z.string(),
      /** `waiting`: wanted, and begins when there is time. */
      phase: z.enum(['idle', 'waiting', 'listing', 'confirming']),
      /** Of the last compare, or the one under way; null where there was none yet. */
      startedAt: Time.nullable(),
      finishedAt: Time.nullable(),
      compared: z.number().int(),
      differed: z.record(z.enum(DRIFT_KINDS), z.number().int()),
      mended: z.number().int(),
      problem: Trouble.nullable(),
    }),
  ),
  /** What was found of late, the newest first: the last hundred. */
  drift: z.array(
    z.object({
      table: z.string(),
      recordId: z.string(),
      name: z.string().nullable(),
      kind: z.enum(DRIFT_KINDS),
      columns: z.array(z.string()),
      foundAt: Time,
    }),
  ),
});

export const CrmSyncOut = z.object({
  crm: z.enum(['embedded', 'dataverse']),
  /** A value of the CRM that was read longer ago decides nothing. */
  staleAfterSeconds: z.number().int(),
  pendingWrites: z.number().int(),
  /** Why the CRM cannot be asked at all, and until when nobody tries. */
  connection: z
    .object({
      /** The organisation's address. */
      url: z.string(),
      problem: Trouble.nullable(),
      pausedUntil: Time.nullable(),
    })
    .nullable(),
  tables: z.array(
    z.object({
      table: z.string(),
      label: z.string(),
      phase: z.enum(['waiting', 'loading', 'following']),
      /** Records read by the first load, of about so many, per second. */
      loaded: z.number().int(),
      total: z.number().int().nullable(),
      ratePerSecond: z.number().nullable(),
      /** What is shown of its records is no older than this. */
      readAt: Time.nullable(),
      pendingWrites: z.number().int(),
      /** Its Compliance Field and marketing field: whether they may be used, and their last tests. */
      fields: z.array(ColumnOut),
      problem: Trouble.nullable(),
    }),
  ),
  /** Records whose field could not be written; tried again by themselves. The first hundred. */
  problems: z.array(
    Trouble.extend({
      table: z.string(),
      recordId: z.string(),
      name: z.string().nullable(),
      column: z.string(),
      attempts: z.number().int(),
      nextAttemptAt: Time,
    }),
  ),
  /** What the records' timelines are told; null with the embedded CRM. */
  timeline: z
    .object({
      /** Chats and entries that wait to be written, those with a problem among them. */
      pending: z.number().int(),
      /** Why the last entry of a person's was not made in their name. */
      impersonation: Trouble.extend({ person: z.string().nullable() }).nullable(),
      /** Tried again by themselves. The first hundred. */
      problems: z.array(
        Trouble.extend({
          kind: z.enum(['chat', 'consent']),
          id: z.string(),
          table: z.string(),
          recordId: z.string(),
          name: z.string().nullable(),
          attempts: z.number().int(),
          nextAttemptAt: Time,
        }),
      ),
    })
    .nullable(),
  /** Null where there is nothing to compare with. */
  compare: Compare.nullable(),
});
export type CrmSyncOut = z.infer<typeof CrmSyncOut>;

/** The webhook by which the CRM tells what changed. */
export const CrmWebhookOut = z.object({
  /** Why none can be registered from here; null where one can. */
  obstacle: z.object({ code: z.string(), text: z.string() }).nullable(),
  url: z.string(),
  state: z.enum(['not-registered', 'wrong-address', 'key-differs', 'incomplete', 'registered', 'unknown']),
  /** Why the CRM could not be asked. */
  problem: z.object({ code: z.string(), text: z.string() }).nullable(),
  /** `told`: each change of its records that matters is told. */
  tables: z.array(z.object({ table: z.string(), label: z.string(), told: z.boolean() })),
  /** The latest deliveries that failed. */
  failures: z.array(z.object({ at: Time.nullable(), text: z.string() })),
  /** Registrations by others that lead to the same address. */
  others: z.array(z.string()),
  /** When somebody called without the key or with a wrong one: within a day, and since the last registration from here. */
  refusedAt: Time.nullable(),
});
export type CrmWebhookOut = z.infer<typeof CrmWebhookOut>;
