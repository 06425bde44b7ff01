import { z } from 'zod';
import { CONSENT_STATES } from '../../core/consent.ts';
import { IF_MATCH } from '../../core/entity-tag.ts';

/** Shapes that every call shares. Times are ISO 8601 with milliseconds and `Z`; ids are opaque strings. */

export const Time = z.iso.datetime({ precision: 3 });
/** The same from whoever asks: seconds do, and another zone does. */
export const TimeGiven = z.iso.datetime({ offset: true });
export const Id = z.string().min(1).max(200);

export const PurposeName = z.enum(['service', 'marketing']);

export const ConsentStateName = z.enum(CONSENT_STATES);
export type ConsentStateName = z.infer<typeof ConsentStateName>;

/** RFC 9457. `code` is stable; `detail` is one sentence that a person can act on. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  alsoBlockedBy: z.array(z.string()).optional(),
  /** From when it is worth trying again. */
  until: Time.optional(),
  problems: z
    .array(
      z.object({
        code: z.string(),
        message: z.string(),
        path: z.string().optional(),
        severity: z.enum(['error', 'warning']).optional(),
        fix: z.string().optional(),
        /** The particulars of the message, for a page that says it in another language. */
        values: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional(),
});
export type Problem = z.infer<typeof Problem>;

const keyed = (text: z.ZodString) =>
  text
    .min(1)
    .max(200)
    .describe(
      'One key per intent: the same request under it, by the same caller, is answered with what the first one made. Known for at least 30 days.',
    );

/** Of a header, whose name the API says in small letters. */
export const IdempotencyKey = keyed(z.string());

/** Where the call is refused without one. */
export const NeededIdempotencyKey = keyed(
  z.string(
    'Send the header Idempotency-Key with a key of your own, so that the same call again starts nothing twice.',
  ),
);

/** Of an answer that may be changed: which state of it this is. `If-Match` takes it as it is. */
export const EntityTag = z
  .string()
  .describe('The entity tag of what is answered, as the header ETag has it. For If-Match of a change.');

/** Headers of a change that may say what it was made on. */
export const MadeOnHeaders = z
  .object({
    'if-match': z
      .string()
      .max(2_000)
      .regex(IF_MATCH, 'Send the ETag as it was answered, with its quotation marks.')
      .optional()
      .describe(
        'The ETag of what the change was made on. Where it is another one by now, nothing is changed: 412 changed-meanwhile. Without it, the last change wins.',
      ),
  })
  .loose();

export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});

/** Of a list that is short: it comes whole, and in pages for whoever names a limit. */
export const ShortListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).optional(),
  cursor: z.string().max(500).optional(),
});

/** A list short enough to need no pages. */
export function itemsOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
