import { z } from 'zod';
import { CONSENT_STATES } from '../../core/consent.ts';
import { SendTo } from './chat.ts';
import { Id } from './common.ts';

/** Erasing what is kept of one customer; nothing brings it back. */
export const ErasureInput = z
  .object({
    to: SendTo,
    /** Why, for the audit. It stays, so it should name nobody. */
    reason: z.string().trim().min(1).max(500),
    /** Their records in the embedded CRM as well. */
    deleteRecords: z.boolean().default(false),
  })
  .strict();

export const ErasureOut = z.object({
  contactPointId: Id,
  messages: z.number().int(),
  files: z.number().int(),
  notes: z.number().int(),
  records: z.number().int(),
  /** What was decided and still stands, also when the number comes back: a refusal does, a Yes does not. */
  states: z.object({ service: z.enum(CONSENT_STATES), marketing: z.enum(CONSENT_STATES) }),
});
