import { z } from 'zod';

/**
 * What the emulated WhatsApp remembers. The schemas read the journal back; the types are theirs. Times are
 * milliseconds of the emulator's clock; phone numbers are digits without `+`.
 */

const buttonSchema = z.object({
  /** Place in the message as the customer sees it, from 0. List rows are counted through all sections. */
  index: z.number(),
  label: z.string(),
  /** What comes back to the business: the quick reply's payload, or the id of a reply button or list row. */
  payload: z.string(),
  kind: z.enum(['quick_reply', 'reply', 'list_row', 'other']),
  description: z.string().nullable(),
});

export const messageSchema = z.object({
  id: z.string(),
  /** `Customer.key`. */
  customer: z.string(),
  direction: z.enum(['in', 'out']),
  kind: z.string(),
  at: z.number(),
  text: z.string(),
  header: z.string().nullable(),
  footer: z.string().nullable(),
  template: z.object({ name: z.string(), language: z.string(), category: z.string() }).nullable(),
  buttons: z.array(buttonSchema),
  /** Label of the control that opens a list message. */
  listLabel: z.string().nullable(),
  media: z
    .object({
      id: z.string().nullable(),
      link: z.string().nullable(),
      mimeType: z.string(),
      filename: z.string().nullable(),
    })
    .nullable(),
  replyTo: z.string().nullable(),
  callbackData: z.string().nullable(),
  pricing: z.object({ type: z.string(), category: z.string() }).nullable(),
  /** The business addressed the user id, not the phone. */
  byUserId: z.boolean(),
  /** Outbound: as the business is told. Inbound: `delivered`, then `read` once the business marks it. */
  status: z.enum(['accepted', 'sent', 'delivered', 'read', 'played', 'failed']),
  error: z.object({ code: z.number(), details: z.string() }).nullable(),
  /** Whether the customer saw it, also when read receipts are off. */
  seen: z.boolean(),
  tapped: z.array(z.number()),
  edited: z.boolean(),
  revoked: z.boolean(),
});

export const customerSchema = z.object({
  /** Never changes, also when phone and user id do. */
  key: z.string(),
  phone: z.string(),
  /** What WhatsApp calls this number; differs from `phone` in Brazil and Mexico when a test asks for it. */
  waId: z.string(),
  name: z.string(),
  /** Business-scoped user id (BSUID). */
  userId: z.string(),
  userIdGeneration: z.number(),
  parentUserId: z.string().nullable(),
  username: z.string().nullable(),
  /** Leaves the phone out of every webhook, also within 30 days of a contact. */
  hidePhone: z.boolean(),
  onWhatsApp: z.boolean(),
  online: z.boolean(),
  readReceipts: z.boolean(),
  blocksBusiness: z.boolean(),
  blockedByBusiness: z.boolean(),
  marketing: z.enum(['none', 'stop', 'resume', 'signup']),
  /** Opens the customer service window. */
  lastInboundAt: z.number().nullable(),
  lastContactAt: z.number().nullable(),
});

/** As template listings show it: upper-case `type`; keys unknown here are kept. */
export const componentSchema = z.looseObject({
  type: z.string().transform((type) => type.toUpperCase()),
  format: z
    .string()
    .transform((format) => format.toUpperCase())
    .optional(),
  text: z.string().optional(),
  buttons: z
    .array(
      z.looseObject({
        type: z.string().transform((type) => type.toUpperCase()),
        text: z.string().optional(),
      }),
    )
    .optional(),
});

export const templateSchema = z.object({
  id: z.string(),
  name: z.string(),
  language: z.string(),
  category: z.string(),
  previousCategory: z.string().nullable(),
  status: z.string(),
  parameterFormat: z.enum(['POSITIONAL', 'NAMED']),
  components: z.array(componentSchema),
  quality: z.string(),
  rejectedReason: z.string(),
  /** When an approved template was edited: at most once per 24 h and ten times per 30 days. */
  editedAt: z.array(z.number()),
  submittedAt: z.number(),
});

export const mediaSchema = z.object({
  id: z.string(),
  mimeType: z.string(),
  filename: z.string().nullable(),
  sha256: z.string(),
  size: z.number(),
  base64: z.string(),
  createdAt: z.number(),
  /** Ids from uploads live 30 days, ids from webhooks 7. */
  expiresAt: z.number(),
});

export const settingsSchema = z.object({
  /** `expired` answers every Graph call with 190/463. */
  token: z.enum(['valid', 'expired']),
  subscribed: z.boolean(),
  /** v23 and older carry `conversation` on statuses. */
  statusStyle: z.enum(['v23', 'v24']),
  statusContacts: z.enum(['full', 'without-profile', 'none']),
  enforceWindow: z.boolean(),
  enforcePairLimit: z.boolean(),
  enforceThroughput: z.boolean(),
  throughputPerSecond: z.number().int().positive(),
  /** Development mode: only these digits may be written to (131030). Null: everybody. */
  allowList: z.array(z.string()).nullable(),
  /** Marketing templates one customer gets per 24 h before 131049. Null: no cap. */
  marketingCap: z.number().int().nonnegative().nullable(),
  /** Seconds until a new template is approved. Null: somebody approves it by hand. */
  approveAfterSeconds: z.number().nonnegative().nullable(),
});

export const metaSchema = z.object({
  nextNumber: z.number(),
  clockOffsetMs: z.number(),
  seeded: z.boolean(),
  /** Names of deleted approved templates, with the time: blocked for 30 days. */
  deletedTemplateNames: z.record(z.string(), z.number()),
  settings: settingsSchema,
});

export const pendingSchema = z.object({ id: z.number(), at: z.number(), key: z.string(), body: z.string() });

export type Button = z.infer<typeof buttonSchema>;
export type Message = z.infer<typeof messageSchema>;
export type Customer = z.infer<typeof customerSchema>;
export type Component = z.infer<typeof componentSchema>;
export type Template = z.infer<typeof templateSchema>;
export type Media = z.infer<typeof mediaSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type Meta = z.infer<typeof metaSchema>;
/** A webhook that is not delivered yet; it survives a restart, as WhatsApp would try again. */
export type Pending = z.infer<typeof pendingSchema>;

export const defaultSettings: Settings = {
  token: 'valid',
  subscribed: true,
  statusStyle: 'v24',
  statusContacts: 'full',
  enforceWindow: true,
  enforcePairLimit: true,
  enforceThroughput: true,
  throughputPerSecond: 80,
  allowList: null,
  marketingCap: null,
  approveAfterSeconds: null,
};
