import { z } from 'zod';
import { ConsentStateName, Id, PurposeName, Time } from './common.ts';

export const LedgerLineType = z.enum([
  'requested',
  'request-failed',
  'granted',
  'denied',
  'held',
  'released',
  'expired',
  'platform-stopped',
  'platform-resumed',
  'not-counted',
  'crm-observed',
  'linked',
  'merged',
  'erased',
]);
export type LedgerLineType = z.infer<typeof LedgerLineType>;

export const LedgerLineOut = z.object({
  seq: z.number().int(),
  contactPointId: Id,
  type: LedgerLineType,
  /** What happened, free of context: `button`, `stop-word`, `answer`, `recorded`, `crm-observed` … */
  act: z.string(),
  purposes: z.array(PurposeName),
  at: Time,
  receivedAt: Time,
  source: z.string(),
  actor: z.string().nullable(),
  /** One sentence for the history, e.g. `Tapped "Yes, I Agree"`. */
  summary: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  /** SHA-256, hex, chained over the line before. */
  hash: z.string(),
  prevHash: z.string().nullable(),
});
export type LedgerLineOut = z.infer<typeof LedgerLineOut>;

export const ConsentOut = z.object({
  phone: z.string().nullable(),
  conversationId: Id.nullable(),
  purpose: PurposeName,
  state: ConsentStateName,
  requestOpen: z.boolean(),
  onHold: z.boolean(),
  heldUntil: Time.nullable(),
  platformStopped: z.boolean(),
  decidedAt: Time.nullable(),
  source: z.string().nullable(),
  complianceValue: z.boolean().nullable(),
  records: z.array(
    z.object({ recordType: z.string(), id: Id, name: z.string(), complianceValue: z.boolean().nullable() }),
  ),
  history: z.array(LedgerLineOut),
});
export type ConsentOut = z.infer<typeof ConsentOut>;

export const ConsentQuery = z.object({
  phone: z.string().max(50).optional(),
  conversationId: z.string().optional(),
  purpose: PurposeName.default('service'),
});

const EvidenceInput = z.object({
  text: z.string().trim().max(4000).optional(),
  file: z
    .object({ name: z.string().max(200), mimeType: z.string().max(100), base64: z.string().max(7_000_000) })
    .optional(),
});

export const RecordConsentInput = z
  .object({
    phone: z.string().max(50).optional(),
    conversationId: z.string().optional(),
    purpose: PurposeName.default('service'),
    decision: z.enum(['granted', 'denied']),
    /** For a grant: how the customer agreed, in words, and where there is one the document itself. Words alone do too. */
    evidence: z
      .union([
        z
          .string()
          .trim()
          .max(4000)
          .transform((text) => ({ text })),
        EvidenceInput,
      ])
      .optional(),
    reason: z.string().trim().max(2000).optional(),
  })
  .refine((body) => (body.phone === undefined) !== (body.conversationId === undefined), {
    message: 'give either phone or conversationId',
  });

/** An agent settles what reads like a refusal. */
export const HoldDecision = z.object({
  decision: z.enum(['refusal', 'not-refusal']),
  reason: z.string().trim().max(2000).optional(),
});

export const HeldOut = z.object({
  conversationId: Id.nullable(),
  contactPointId: Id,
  name: z.string(),
  phone: z.string().nullable(),
  purpose: PurposeName,
  text: z.string(),
  heldAt: Time,
  /** Undecided by then, it counts as a refusal. */
  decidesAt: Time,
});
export type HeldOut = z.infer<typeof HeldOut>;

/** A grant that waits for a second person, and what was decided. */
export const PendingGrantOut = z.object({
  id: Id,
  phone: z.string().nullable(),
  name: z.string(),
  purpose: PurposeName,
  evidence: z.string(),
  requestedBy: z.string(),
  requestedAt: Time,
});
export type PendingGrantOut = z.infer<typeof PendingGrantOut>;
