import { z } from 'zod';
import { ConsentStateName, Id, PurposeName, pageOf, Time } from './common.ts';

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
  'renumbered',
  'written-in-app',
  'merged',
  'erased',
]);
export type LedgerLineType = z.infer<typeof LedgerLineType>;

/**
 * What was said was left out: it was said in a conversation of a team that the caller is not in. What was decided, when and
 * by which act is never left out.
 */
const WordsWithheld = z.enum(['another-team']).nullable();

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
  withheld: WordsWithheld,
  /** SHA-256, hex, chained over the line before. */
  hash: z.string(),
  prevHash: z.string().nullable(),
});
export type LedgerLineOut = z.infer<typeof LedgerLineOut>;

export const ConsentOut = z.object({
  phone: z.string().nullable(),
  /** As people write it; absent where there is no number. */
  phoneText: z.string().optional(),
  conversationId: Id.nullable(),
  /** Set, too, where `consent-export` is refused. */
  withheld: WordsWithheld,
  purpose: PurposeName,
  state: ConsentStateName,
  requestOpen: z.boolean(),
  onHold: z.boolean(),
  heldUntil: Time.nullable(),
  platformStopped: z.boolean(),
  /** A grant that counts once a second person approves it; null where none waits. */
  grantWaits: z.object({ requestedBy: z.string(), requestedAt: Time }).nullable(),
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
  /** As people write it. */
  phoneText: z.string().optional(),
  purpose: PurposeName,
  text: z.string(),
  heldAt: Time,
  /** Undecided by then, it counts as a refusal. */
  decidesAt: Time,
});
export type HeldOut = z.infer<typeof HeldOut>;
export const HeldPage = pageOf(HeldOut);
export type HeldPage = z.infer<typeof HeldPage>;

/** What the caller may decide and nobody has yet, each counted up to 100. */
export const WaitingDecisionsOut = z.object({
  /** Messages on hold; 0 without the right to record a refusal. */
  held: z.number().int().min(0).max(100),
  /** Grants that others recorded; 0 without the right to approve one. */
  grants: z.number().int().min(0).max(100),
});
export type WaitingDecisionsOut = z.infer<typeof WaitingDecisionsOut>;

/** A grant that waits for a second person, and what was decided. */
export const PendingGrantOut = z.object({
  id: Id,
  phone: z.string().nullable(),
  /** As people write it. */
  phoneText: z.string().optional(),
  name: z.string(),
  /** The customer refused after it was recorded: it can only be rejected. */
  refusedMeanwhile: z.boolean(),
  purpose: PurposeName,
  evidence: z.string(),
  /** Of the file attached, which `GET /api/pending-grants/{id}/file` gives; null where none is. */
  fileName: z.string().nullable(),
  requestedBy: z.string(),
  /** Who asks recorded it, or a key that they made did: somebody else has to approve it. Null: neither. */
  own: z.enum(['person', 'key']).nullable(),
  requestedAt: Time,
});
export type PendingGrantOut = z.infer<typeof PendingGrantOut>;
export const PendingGrantPage = pageOf(PendingGrantOut);
export type PendingGrantPage = z.infer<typeof PendingGrantPage>;
