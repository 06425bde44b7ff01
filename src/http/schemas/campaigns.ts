import { z } from 'zod';
import { CAMPAIGN_STATES } from '../../core/campaign.ts';
import { MessageStatusName } from './chat.ts';
import { ConsentStateName, Id, PageQuery, pageOf, Time } from './common.ts';

/** Campaigns (docs/campaigns.md). */

/** More go as several campaigns, or as the whole record type. */
const MOST_RECORDS = 10_000;

export const CampaignInput = z
  .object({
    name: z.string().trim().min(1).max(200),
    messageTemplateId: Id,
    /** Every record of the type, or those named. */
    audience: z
      .object({
        recordType: z.string().min(1).max(100),
        recordIds: z.array(Id).min(1).max(MOST_RECORDS).optional(),
      })
      .strict(),
    variables: z.record(z.string().max(100), z.string().max(1024)).optional(),
    /** A language of the WhatsApp template; chosen for each customer (product.md §3.7) when absent. */
    language: z.string().max(10).optional(),
    /** Of a Consent Template: why we may ask. */
    basis: z.enum(['customer-wrote', 'existing-customer', 'other']).optional(),
    /** Which other; needed with `other`. */
    basisText: z.string().max(500).optional(),
  })
  .strict();

const Reason = { code: z.string(), text: z.string() };

export const CampaignOut = z.object({
  id: Id,
  name: z.string(),
  /** `running` queues messages, `cancelling` withdraws those that have not left. */
  state: z.enum(CAMPAIGN_STATES),
  messageTemplateId: Id,
  audience: z.object({ recordType: z.string(), everyRecord: z.boolean() }),
  startedBy: z.string(),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  /** Records of the audience; null until they were counted. */
  total: z.number().nullable(),
  /** Records that were looked at: queued and skipped together. */
  done: z.number(),
  queued: z.number(),
  /** By reason, most first. */
  skipped: z.array(z.object({ ...Reason, count: z.number() })),
  /** Messages that a cancel took back before they left. */
  withdrawn: z.number(),
  /** Records looked at per second since it began; null before that. */
  perSecond: z.number().nullable(),
  /** What keeps it from going on. It is looked at again every 30 s. */
  waitsFor: z.object(Reason).nullable(),
});
export type CampaignOut = z.infer<typeof CampaignOut>;
export const CampaignPage = pageOf(CampaignOut);

export const SkippedQuery = PageQuery.extend({ code: z.string().min(1).max(100) });
export const SkippedOut = z.object({
  recordType: z.string(),
  recordId: Id,
  /** Null where the record has no number. */
  contactPointId: Id.nullable(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  /** As people write it. */
  phoneText: z.string().optional(),
});
export type SkippedOut = z.infer<typeof SkippedOut>;
export const SkippedPage = pageOf(SkippedOut);

/** What became of a campaign so far. On a large one the numbers may be half a minute old. */
export const CampaignOutcomes = z.object({
  /** The messages that it queued, by status and, where they failed or were cancelled, by reason; most first. */
  messages: z.array(
    z.object({ status: MessageStatusName, reason: z.object(Reason).nullable(), count: z.number() }),
  ),
  /** Of a Consent Template: where the customers whom it asked stand today, most first. Empty otherwise. */
  answers: z.array(z.object({ state: ConsentStateName, count: z.number() })),
});
export type CampaignOutcomes = z.infer<typeof CampaignOutcomes>;
