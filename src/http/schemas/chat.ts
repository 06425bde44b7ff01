import { z } from 'zod';
import { ConsentStateName, Id, PageQuery, pageOf, Time } from './common.ts';

export const ConversationOut = z.object({
  id: Id,
  contactPoint: z.object({
    id: Id,
    name: z.string(),
    phone: z.string().optional(),
    userId: z.string().optional(),
    shared: z.boolean(),
  }),
  records: z.array(z.object({ recordType: z.string(), id: Id, name: z.string() })),
  channel: z.string(),
  lastMessageAt: Time.nullable(),
  lastMessage: z
    .object({ text: z.string(), direction: z.enum(['in', 'out']), status: z.string() })
    .nullable(),
  unread: z.number(),
  consent: z.object({ service: ConsentStateName, marketing: ConsentStateName }),
  onHold: z.boolean(),
  status: z.enum(['open', 'closed']),
});
export type ConversationOut = z.infer<typeof ConversationOut>;
export const ConversationPage = pageOf(ConversationOut);
export const ConversationQuery = PageQuery.extend({
  search: z.string().max(200).optional(),
  recordType: z.string().optional(),
  recordId: z.string().optional(),
  phone: z.string().optional(),
  consent: z.enum([...ConsentStateName.options, 'on-hold']).optional(),
  unread: z.enum(['true', 'false']).optional(),
});

export const MessageStatusName = z.enum([
  'queued',
  'handing-over',
  'sent',
  'delivered',
  'read',
  'failed',
  'cancelled',
  'unconfirmed',
]);

export const MessageOut = z.object({
  id: Id,
  conversationId: Id,
  direction: z.enum(['in', 'out']),
  /** text, template, button, reply, image, video, audio, document, sticker, reaction, location, contacts, edit, revoke, unsupported, other */
  kind: z.string(),
  text: z.string().optional(),
  template: z
    .object({
      messageTemplateId: Id.nullable(),
      name: z.string(),
      type: z.string(),
      language: z.string(),
      header: z.string().nullable(),
      footer: z.string().nullable(),
      buttons: z.array(z.string()),
    })
    .optional(),
  status: MessageStatusName,
  /** Why it failed, was cancelled or is unconfirmed: a stable code, and one sentence. */
  reason: z.string().optional(),
  reasonText: z.string().optional(),
  whatsappId: z.string().optional(),
  /** Sent by Assent itself: the automatic answer of an Opt-In or Opt-Out Template. */
  automatic: z.boolean(),
  actor: z.string().nullable(),
  replyTo: z.string().optional(),
  at: Time,
  statusAt: Time.nullable(),
});
export type MessageOut = z.infer<typeof MessageOut>;

/** A consent event shown between the bubbles. */
export const MessagePage = pageOf(MessageOut);

export const SendTo = z.union([
  z.object({ recordType: z.string().min(1), recordId: z.string().min(1) }).strict(),
  z.object({ phone: z.string().min(1).max(50) }).strict(),
  z.object({ conversationId: z.string().min(1) }).strict(),
]);

export const SendMessage = z
  .object({
    to: SendTo,
    text: z.string().min(1).max(4096).optional(),
    messageTemplateId: z.string().optional(),
    variables: z.record(z.string(), z.string().max(1024)).optional(),
    /** A language of the WhatsApp template; chosen by product.md §3.7 when absent. */
    language: z.string().max(10).optional(),
    replyTo: z.string().optional(),
    /** Consent requests: why we may ask. */
    basis: z.enum(['customer-wrote', 'existing-customer', 'other']).optional(),
    basisText: z.string().max(500).optional(),
  })
  .refine((body) => (body.text === undefined) !== (body.messageTemplateId === undefined), {
    message: 'give either text or messageTemplateId',
  });
export type SendMessage = z.infer<typeof SendMessage>;

/** Why something may not be sent: the gate's code, one sentence a person can act on, and when it lifts by itself. */
const Blocked = { reason: z.string().optional(), reasonText: z.string().optional(), until: Time.optional() };

export const SendableTemplate = z.object({
  messageTemplateId: Id,
  name: z.string(),
  type: z.string(),
  allowed: z.boolean(),
  ...Blocked,
  alsoBlockedBy: z.array(z.string()).optional(),
  language: z.string(),
  languages: z.array(z.string()),
  preview: z.object({
    header: z.string().nullable(),
    body: z.string(),
    footer: z.string().nullable(),
    buttons: z.array(z.string()),
  }),
  /** Variables no column fills: the agent gives them when sending. */
  missing: z.array(z.string()),
  /** After a recent refusal the screen asks the agent to confirm: "refused 3 minutes ago". */
  confirm: z.string().optional(),
});
export type SendableTemplate = z.infer<typeof SendableTemplate>;

export const SendableOut = z.object({
  freeText: z.object({ allowed: z.boolean(), ...Blocked }),
  templates: z.array(SendableTemplate),
  serviceWindowClosesAt: Time.nullable(),
  consent: z.object({ service: ConsentStateName, marketing: ConsentStateName }),
  onHold: z.boolean(),
  requestOpen: z.boolean(),
  platformStopped: z.boolean(),
  banner: z.object({
    /** open, granted, unset-allowed, ask-first, requested, denied, denied-wrote, on-hold, expired, window-closed, unknown-number, no-phone, crm-unproven … */
    code: z.string(),
    tone: z.enum(['success', 'info', 'warning', 'error']),
    text: z.string(),
    until: Time.optional(),
  }),
  phone: z.string().nullable(),
  conversationId: Id.nullable(),
  /** Every record that shares this number and so its decision. */
  records: z.array(z.object({ recordType: z.string(), id: Id, name: z.string() })),
});
export type SendableOut = z.infer<typeof SendableOut>;
