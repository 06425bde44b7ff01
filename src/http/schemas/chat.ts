import { z } from 'zod';
import { SORTS, VIEWS } from '../../core/conversation-list.ts';
import { ConsentStateName, Id, PageQuery, PurposeName, pageOf, Time } from './common.ts';
import { LedgerLineOut } from './consent.ts';
import { OwnershipOut, TracePage } from './desk.ts';

export const ConversationOut = z.object({
  id: Id,
  contactPoint: z.object({
    id: Id,
    name: z.string(),
    phone: z.string().optional(),
    /** The number as people write it; not in lists. */
    phoneText: z.string().optional(),
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
  ...OwnershipOut.shape,
  serviceWindowClosesAt: Time.nullable(),
  /** Search by message text: the newest message that matches. */
  match: z.object({ messageId: Id, text: z.string(), at: Time }).optional(),
});
export type ConversationOut = z.infer<typeof ConversationOut>;
export const ConversationPage = pageOf(ConversationOut).extend({
  /** Of a search in messages: what is older than this was not searched. */
  searchedSince: Time.optional(),
});
export type ConversationPage = z.infer<typeof ConversationPage>;
/** How many of each there are for the caller, counted up to 100. */
export const ConversationCounts = z.object({
  mine: z.number(),
  unassigned: z.number(),
  waitingForConsent: z.number(),
  onHold: z.number(),
  unread: z.number(),
});
export type ConversationCounts = z.infer<typeof ConversationCounts>;
/**
 * Views of the list. `mine`: the caller answers them, or was offered or asked in. `team`: all that the caller may see.
 * The list comes sorted by what needs a person first; see docs/desk.md.
 */
export const ConversationView = z.enum(VIEWS);
export const ConversationQuery = PageQuery.extend({
  view: ConversationView.optional(),
  /** `attention` (default): who waits longest first; `recent`: newest first. */
  sort: z.enum(SORTS).optional(),
  search: z.string().max(200).optional(),
  /** Where `search` looks; message text only that of the last days the answer names. Default: names and numbers. */
  searchIn: z.enum(['names', 'messages']).optional(),
  /** A person's id, `me`, or `nobody`. */
  owner: z.string().optional(),
  team: z.string().optional(),
  channel: z.string().optional(),
  recordType: z.string().optional(),
  recordId: z.string().optional(),
  phone: z.string().optional(),
  consent: z.enum([...ConsentStateName.options, 'on-hold']).optional(),
  unread: z.enum(['true', 'false']).optional(),
});
export type ConversationQuery = z.infer<typeof ConversationQuery>;

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
export type MessageStatusName = z.infer<typeof MessageStatusName>;

/** A file of a message. `url` and `thumbnailUrl` answer once `state` is `stored`. */
export const MediaOut = z.object({
  id: Id,
  kind: z.enum(['image', 'video', 'audio', 'document', 'sticker']),
  /** pending: being fetched; failed: tried and will not come; refused: type or size we do not take. */
  state: z.enum(['pending', 'stored', 'failed', 'refused']),
  reason: z.string().optional(),
  reasonText: z.string().optional(),
  mimeType: z.string().nullable(),
  fileName: z.string().nullable(),
  size: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  voice: z.boolean(),
  url: z.string(),
  thumbnailUrl: z.string().nullable(),
});
export type MediaOut = z.infer<typeof MediaOut>;

export const Location = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: z.string().max(300).optional(),
  address: z.string().max(500).optional(),
});
export const SharedContact = z.object({
  name: z.string().max(200),
  phones: z.array(z.object({ phone: z.string().max(50), type: z.string().max(50).optional() })),
  emails: z.array(z.string().max(254)),
});
/** https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages */
export const Interactive = z.object({
  form: z.enum(['buttons', 'list']),
  header: z.string().max(60).optional(),
  footer: z.string().max(60).optional(),
  /** A list's own button. */
  button: z.string().max(20).optional(),
  options: z
    .array(
      z.object({
        id: z.string().max(200),
        title: z.string().min(1).max(24),
        description: z.string().max(72).optional(),
      }),
    )
    .min(1)
    .max(10),
});

export const MessageOut = z.object({
  id: Id,
  conversationId: Id,
  direction: z.enum(['in', 'out']),
  /** text, template, interactive, button, reply, image, video, audio, document, sticker, reaction, location, contacts, edit, revoke, unsupported, other. An edit, a deletion or a reaction is a row of its own only where we never had the message it is about, or where ours failed. */
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
  /** The message it answers, where we have it; absent for one we never had. */
  quoted: z
    .object({ id: Id, direction: z.enum(['in', 'out']), kind: z.string(), text: z.string() })
    .optional(),
  media: MediaOut.optional(),
  location: Location.optional(),
  contacts: z.array(SharedContact).optional(),
  /** Outgoing buttons or list; of an incoming answer, the row or button chosen. */
  interactive: Interactive.optional(),
  /** The newest of each side; absent where there is none. */
  reactions: z
    .array(
      z.object({ emoji: z.string(), by: z.enum(['customer', 'us']), actor: z.string().nullable(), at: Time }),
    )
    .optional(),
  /** The customer edited it: `before` is what it said first. */
  edited: z.object({ at: Time, before: z.string().nullable() }).optional(),
  /** The customer deleted it: what it held is not shown any more, and stays in the evidence. */
  deletedAt: Time.optional(),
  /** The customer passed on what somebody else wrote. */
  forwarded: z.boolean().optional(),
  /** For a message that failed: what to do next. */
  nextStep: z.enum(['wait', 'another-template', 'ask-for-consent', 'send-again', 'none']).optional(),
  at: Time,
  statusAt: Time.nullable(),
});
export type MessageOut = z.infer<typeof MessageOut>;

/** Newest first. `nextCursor` leads to older messages (`cursor=`), `prevCursor` to newer ones (`after=`). */
export const MessagePage = pageOf(MessageOut).extend({ prevCursor: z.string().nullable() });
export type MessagePage = z.infer<typeof MessagePage>;
/** At most one of `cursor`, `after` and `around`, a message's id: the page around it. */
export const MessageQuery = PageQuery.extend({
  after: z.string().max(200).optional(),
  around: z.string().max(100).optional(),
}).refine(
  ({ cursor, after, around }) => [cursor, after, around].filter((one) => one !== undefined).length <= 1,
  {
    message: 'give one of cursor, after and around',
  },
);

export const SendTo = z.union([
  z.object({ recordType: z.string().min(1), recordId: z.string().min(1) }).strict(),
  z.object({ phone: z.string().min(1).max(50) }).strict(),
  z.object({ conversationId: z.string().min(1) }).strict(),
]);

/** One of `text`, `messageTemplateId`, `mediaId`, `reaction`, `location`, `contacts`; `interactive` goes with `text`, a caption too. */
export const SendMessage = z
  .object({
    to: SendTo,
    text: z
      .string()
      .min(1)
      .max(4096)
      .refine((text) => text.trim() !== '', { message: 'write something: this is nothing but spaces' })
      .optional(),
    messageTemplateId: z.string().optional(),
    /** A file uploaded by `POST /media`; `text` is then its caption. */
    mediaId: z.string().optional(),
    /** An empty emoji takes ours back. */
    reaction: z.object({ messageId: Id, emoji: z.string().max(32) }).optional(),
    location: Location.optional(),
    contacts: z.array(SharedContact).min(1).max(10).optional(),
    interactive: Interactive.optional(),
    variables: z.record(z.string(), z.string().max(1024)).optional(),
    /** A language of the WhatsApp template; chosen by product.md §3.7 when absent. */
    language: z.string().max(10).optional(),
    /** The message this one quotes: ours, or WhatsApp's id. */
    replyTo: z.string().optional(),
    /** Consent requests: why we may ask. */
    basis: z.enum(['customer-wrote', 'existing-customer', 'other']).optional(),
    /** Which other; needed with `other`. */
    basisText: z.string().max(500).optional(),
  })
  .refine((body) => contentsOf(body).length === 1, {
    message:
      'give one of text (with interactive, or as the caption of mediaId), messageTemplateId, reaction, location or contacts',
  });
function contentsOf(body: Record<string, unknown>): string[] {
  const alone = ['messageTemplateId', 'mediaId', 'reaction', 'location', 'contacts'].filter(
    (key) => body[key] !== undefined,
  );
  if (body.interactive !== undefined)
    return [...alone, ...(body.text === undefined ? ['interactive', 'text'] : ['interactive'])];
  if (body.text === undefined || (alone.length === 1 && alone[0] === 'mediaId')) return alone;
  return [...alone, 'text'];
}
export type SendMessage = z.infer<typeof SendMessage>;

/** Why something may not be sent: the gate's code, one sentence a person can act on, and when it lifts by itself. */
const Blocked = { reason: z.string().optional(), reasonText: z.string().optional(), until: Time.optional() };

export const SendableTemplate = z.object({
  messageTemplateId: Id,
  name: z.string(),
  type: z.string(),
  /** What a Consent Template asks for; null for any other. */
  asksFor: PurposeName.nullable(),
  /** A record of the number has a field that the answer is written to; without one the consent history alone keeps it. */
  answerHasField: z.boolean(),
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
  /** When the customer refused, where it is to be confirmed. */
  refusedAt: Time.optional(),
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
    /** What the sentence tells, for a page that says it in another language. */
    values: z
      .object({ refusedAt: Time.optional(), askedAt: Time.optional(), unproven: z.boolean() })
      .optional(),
  }),
  phone: z.string().nullable(),
  /** As people write it. */
  phoneText: z.string().optional(),
  conversationId: Id.nullable(),
  /** Every record that shares this number and so its decision. */
  records: z.array(z.object({ recordType: z.string(), id: Id, name: z.string() })),
});
export type SendableOut = z.infer<typeof SendableOut>;

export const ConsentEvents = z.object({ items: z.array(LedgerLineOut) });
export type ConsentEvents = z.infer<typeof ConsentEvents>;

/** What a chat shows when it opens, as the calls for each part answer it: of pages the newest. */
export const ConversationOpening = z.object({
  conversation: ConversationOut,
  messages: MessagePage,
  events: ConsentEvents,
  trace: TracePage,
  sendable: SendableOut,
});
export type ConversationOpening = z.infer<typeof ConversationOpening>;
