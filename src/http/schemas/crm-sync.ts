import { z } from 'zod';
import { Time } from './common.ts';
import { ColumnOut } from './records.ts';

const Trouble = z.object({
  /** Stable: pages say in their language what to do about it. */
  code: z.string(),
  text: z.string(),
  since: Time,
});

export const CrmSyncOut = z.object({
  crm: z.enum(['embedded', 'dataverse']),
  /** A value of the CRM that was read longer ago decides nothing. */
  staleAfterSeconds: z.number().int(),
  pendingWrites: z.number().int(),
  /** Why the CRM cannot be asked at all, and until when nobody tries. */
  connection: z.object({ problem: Trouble.nullable(), pausedUntil: Time.nullable() }).nullable(),
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
});
