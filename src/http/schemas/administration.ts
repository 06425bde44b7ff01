import { z } from 'zod';
import { supportedCountry } from '../../core/phone.ts';
import { EntityTag, Id, Time } from './common.ts';
import { Preferences, Reference, RightName, RoleName } from './people.ts';

/** Each number a setting; `null` is "no limit" (product.md §3.5). */
export const Settings = z.object({
  askUnansweredPerDay: z.number().int().min(0).max(100).nullable(),
  askUnansweredPer30Days: z.number().int().min(0).max(1000).nullable(),
  askAfterRefusalPerDay: z.number().int().min(0).max(100).nullable(),
  askAfterRefusalPer90Days: z.number().int().min(0).max(1000).nullable(),
  /** ISO 3166 countries where asking again after a refusal is forbidden. */
  countriesNoAskAfterRefusal: z.array(z.string().regex(/^[A-Z]{2}$/)).max(250),
  requestOpenDays: z.number().int().min(1).max(365),
  holdDays: z.number().int().min(1).max(60),
  /** Days until a grant expires, per purpose. */
  serviceExpiresDays: z.number().int().min(1).max(3650).nullable(),
  marketingExpiresDays: z.number().int().min(1).max(3650).nullable(),
  /** May agents answer numbers that are in no CRM record (E11, E12). */
  chatWithUnknown: z.boolean(),
  unknownUnset: z.enum(['ask-first', 'allow']),
  unknownAskingBasis: z.enum(['customer-wrote', 'existing-customer', 'other']),
  grantNeedsSecondPerson: z.boolean(),
  /** US strict policy: a message that merely contains STOP from a +1 number is held. */
  holdContainsStopForUs: z.boolean(),
  defaultLanguage: z.string().min(2).max(10),
  businessName: z.string().trim().max(100),
  rawWebhookDays: z.number().int().min(1).max(3650),
  /** Minutes a colleague has to accept a conversation that was assigned; null: no limit. */
  assignmentMinutes: z.number().int().min(1).max(10_080).nullable(),
  /** Minutes without a sign of the owner after which a colleague may take over; null: only administrators may. */
  takeOverMinutes: z.number().int().min(1).max(10_080).nullable(),
  /** A customer who writes again after closure reaches the previous owner, not the team. */
  returnToPreviousOwner: z.boolean(),
  /** Hours without a message after which a conversation closes; null: never by itself. */
  closeAfterHours: z.number().int().min(1).max(8760).nullable(),
  /** Minutes a customer waits before the owner, or the team, is reminded; null: never. */
  waitingReminderMinutes: z.number().int().min(1).max(10_080).nullable(),
  /** Minutes before the customer service window closes that the owner, or the team, is reminded; null: never. */
  windowReminderMinutes: z.number().int().min(1).max(1380).nullable(),
  /** How many days back the search in message text looks. */
  messageSearchDays: z.number().int().min(1).max(365),
  /** With `CRM=dataverse`: chats, and consent events, are written to the timelines of records. */
  timelineChats: z.boolean(),
  timelineConsent: z.boolean(),
  /** The hour, in the organisation's time zone, from which all records of a remote CRM are compared; null: never. */
  crmCompareHour: z.number().int().min(0).max(23).nullable(),
});
export type Settings = z.infer<typeof Settings>;

export const SettingsOut = Settings.extend({ etag: EntityTag });
export type SettingsOut = z.infer<typeof SettingsOut>;

/** What may be set, which is less than what may be stored: a setting of an earlier version stays until it is changed. */
export const SettingsPatch = Settings.extend({
  countriesNoAskAfterRefusal: Settings.shape.countriesNoAskAfterRefusal.refine(
    (codes) => codes.every((code) => supportedCountry(code) !== undefined),
    // Of a code that no number has, nobody would notice that it protects nobody.
    { message: 'Give codes of countries as ISO 3166 has them, for example GB and not UK.' },
  ),
  /** As WhatsApp has them: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/supported-languages */
  defaultLanguage: z
    .string()
    .regex(
      /^[a-z]{2,3}(_[A-Z]{2,3})?$/,
      'Give the code of a language as WhatsApp has it, for example en or pt_BR.',
    ),
}).partial();

export const MeOut = z.object({
  id: Id,
  name: z.string(),
  role: RoleName,
  rights: z.array(RightName),
  teams: z.array(Reference),
  email: z.string().nullable(),
  /** False for a person who signs in by link or OpenID Connect alone. */
  hasPassword: z.boolean(),
  preferences: Preferences,
  sandbox: z.boolean(),
  /** Where the sandbox's phone page is; null outside the sandbox. */
  phonePage: z.string().nullable(),
  version: z.string(),
});
export type MeOut = z.infer<typeof MeOut>;

export const AuditOut = z.object({
  id: Id,
  at: Time,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditOut = z.infer<typeof AuditOut>;

export const ChannelOut = z.object({
  id: Id,
  phoneNumberId: z.string(),
  businessAccountId: z.string(),
  displayPhoneNumber: z.string().nullable(),
  verifiedName: z.string().nullable(),
  status: z.string(),
  quality: z.string().nullable(),
  /** Why this number does not send; null while it may. */
  stoppedReason: z.string().nullable(),
  apiUrl: z.string(),
  apiVersion: z.string(),
  webhookUrl: z.string(),
  lastWebhookAt: Time.nullable(),
  /** Since then WhatsApp takes messages and no webhook comes; null while one would not be late. */
  silentSince: Time.nullable(),
  templatesSyncedAt: Time.nullable(),
  inboxPending: z.number(),
  outboxPending: z.number(),
  unconfirmed: z.number(),
  failedUpdates: z.number(),
});
export type ChannelOut = z.infer<typeof ChannelOut>;

export const WebhookTest = z.object({ ok: z.boolean(), detail: z.string() });
export type WebhookTest = z.infer<typeof WebhookTest>;

/** What the first run still lacks, in order; the empty state leads through it. */
export const SetupOut = z.object({
  steps: z.array(z.object({ id: z.string(), title: z.string(), done: z.boolean(), link: z.string() })),
  done: z.boolean(),
});
export type SetupOut = z.infer<typeof SetupOut>;

/** SSE `data`: a hint that something changed; a page refetches what it shows. */
export const LiveHint = z.object({
  topic: z.enum([
    'conversation',
    'consent',
    'message',
    'record',
    'template',
    'settings',
    'channel',
    'people',
    'notification',
    'presence',
  ]),
  conversationId: Id.optional(),
  contactPointId: Id.optional(),
  /** Topic `presence`: who does what in the conversation; nothing else is stored about it. */
  presence: z
    .object({ person: Reference, state: z.enum(['viewing', 'typing', 'left']), at: Time })
    .optional(),
});
export type LiveHint = z.infer<typeof LiveHint>;
