import { createHash } from 'node:crypto';
import { z } from 'zod';
import { webhookError } from './errors.ts';
import type { Customer, Media, Message } from './model.ts';
import { inboundUpdate } from './payloads.ts';
import { markSeen, noteContact } from './status.ts';
import { saveMessage, type World } from './world.ts';

const mediaAct = z.strictObject({
  caption: z.string().max(1024).optional(),
  filename: z.string().optional(),
  mimeType: z.string().optional(),
  base64: z.base64().optional(),
});
const extra = z.record(z.string(), z.unknown());

/** What `POST /emulator/customers/{phone}/messages` takes; exactly one of the first group. */
export const actSchema = z
  .strictObject({
    text: z.string().min(1).max(65_536).optional(),
    buttonOf: z.string().optional(),
    reaction: z.strictObject({ messageId: z.string(), emoji: z.string() }).optional(),
    edit: z.strictObject({ messageId: z.string(), text: z.string().min(1) }).optional(),
    revoke: z.strictObject({ messageId: z.string() }).optional(),
    unsupported: z.union([z.literal(true), z.string()]).optional(),
    brokenInteractive: z.literal(true).optional(),
    image: mediaAct.optional(),
    video: mediaAct.optional(),
    audio: mediaAct.optional(),
    document: mediaAct.optional(),
    sticker: mediaAct.optional(),
    location: extra.optional(),
    contacts: z.array(extra).min(1).optional(),
    raw: extra.optional(),

    /** Index of the button or list row of `buttonOf`. */
    button: z.number().int().nonnegative().optional(),
    /** Quotes this message. */
    replyTo: z.string().optional(),
    /** button: leaves `context` out, as happens. */
    withoutContext: z.boolean().optional(),
    forwarded: z.boolean().optional(),
    referral: extra.optional(),
    /** Unix seconds, in place of the clock. */
    timestamp: z.number().int().nonnegative().optional(),
    /** The same message id again is a duplicate: the webhook is sent, nothing else changes. */
    repeat: z.boolean().optional(),
  })
  .refine(
    (act) => actKinds.filter((kind) => act[kind] !== undefined).length === 1,
    `exactly one of text, buttonOf, reaction, edit, revoke, unsupported, brokenInteractive, image, video, audio, document, sticker, location, contacts, raw`,
  );
export type Act = z.infer<typeof actSchema>;

const actKinds = [
  'text',
  'buttonOf',
  'reaction',
  'edit',
  'revoke',
  'unsupported',
  'brokenInteractive',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contacts',
  'raw',
] as const;
const mediaKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const;
const mimeTypes = {
  image: 'image/png',
  video: 'video/mp4',
  audio: 'audio/ogg; codecs=opus',
  document: 'application/pdf',
  sticker: 'image/webp',
} as const;
/** A small drawing of a lamp, for a photo without bytes. */
const examplePhoto =
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAkCAIAAABAJy5dAAAAaUlEQVR42mO49uDloEIMow4addCogwa5gz5cm4aJBsZBWJ1CubMY' +
  'aOQast00LBxEpGvIc9Oog0YdNOqgweig0YJxKNZlg7G2h6OKngVwNCgaaKMOGnXQqIOGmIPcogoGFRp10KiDhp2DANqGn1/BmYQj' +
  'AAAAAElFTkSuQmCC';

/** Says why the customer cannot do this. */
export class ImpossibleAct extends Error {}

/** The customer does something on the phone; the business hears of it. Throws ImpossibleAct. */
export function customerActs(world: World, customer: Customer, act: Act): Message {
  if (customer.blocksBusiness)
    throw new ImpossibleAct('the customer has blocked the business: unblock first');
  if (!customer.onWhatsApp) throw new ImpossibleAct('the customer is not on WhatsApp');
  const at = act.timestamp === undefined ? world.now() : act.timestamp * 1000;
  const { shown, content, errors, target } = describeAct(world, customer, act);
  markSeen(world, customer);
  const phone = noteContact(world, customer, at);
  const id = world.messageId(customer.waId, 'in');
  if (target)
    saveMessage(world, { ...target, seen: world.store.messages.get(target.id)?.seen ?? target.seen });
  const message = saveMessage(world, {
    kind: 'text',
    text: '',
    media: null,
    replyTo: act.replyTo ?? null,
    ...shown,
    id,
    customer: customer.key,
    direction: 'in',
    at,
    header: null,
    footer: null,
    template: null,
    buttons: [],
    listLabel: null,
    callbackData: null,
    pricing: null,
    byUserId: false,
    status: 'delivered',
    error: null,
    seen: true,
    tapped: [],
    edited: false,
    revoked: false,
  });
  // Somebody the business has blocked writes into the void.
  if (customer.blockedByBusiness) return message;
  const update = inboundUpdate(
    world,
    customer,
    id,
    at,
    { ...contextOf(world, act), ...(act.referral ? { referral: act.referral } : {}), ...content },
    { phone, ...(errors ? { errors } : {}) },
  );
  world.webhooks.tell(update);
  if (act.repeat) world.webhooks.tell(update);
  return message;
}

type Described = {
  shown: Partial<Pick<Message, 'kind' | 'text' | 'media' | 'replyTo'>>;
  content: Record<string, unknown>;
  errors?: object[];
  /** The message this act changes, changed. */
  target?: Message;
};

function describeAct(world: World, customer: Customer, act: Act): Described {
  if (act.text !== undefined)
    return { shown: { text: act.text }, content: { type: 'text', text: { body: act.text } } };
  if (act.buttonOf !== undefined) return tap(world, customer, act.buttonOf, act.button ?? 0);
  if (act.reaction) {
    const { messageId, emoji } = act.reaction;
    messageOf(world, customer, messageId);
    return {
      shown: { kind: 'reaction', text: emoji, replyTo: messageId },
      content: { type: 'reaction', reaction: { message_id: messageId, ...(emoji === '' ? {} : { emoji }) } },
    };
  }
  if (act.edit) {
    const original = messageOf(world, customer, act.edit.messageId, 'in');
    const { text } = act.edit;
    return {
      shown: { kind: 'edit', text, replyTo: original.id },
      content: {
        type: 'edit',
        edit: { original_message_id: original.id, message: { type: 'text', text: { body: text } } },
      },
      target: { ...original, text, edited: true },
    };
  }
  if (act.revoke) {
    const original = messageOf(world, customer, act.revoke.messageId, 'in');
    return {
      shown: { kind: 'revoke', replyTo: original.id },
      content: { type: 'revoke', revoke: { original_message_id: original.id } },
      target: { ...original, revoked: true },
    };
  }
  if (act.unsupported !== undefined)
    return {
      shown: { kind: 'unsupported', text: act.unsupported === true ? '' : act.unsupported },
      content: {
        type: 'unsupported',
        errors: [webhookError(131051, 'Message type is currently not supported.')],
        ...(act.unsupported === true ? {} : { unsupported: { type: act.unsupported } }),
      },
    };
  if (act.brokenInteractive)
    return {
      shown: { kind: 'interactive' },
      content: { type: 'interactive' },
      errors: [webhookError(131000, 'The answer could not be read.')],
    };
  for (const kind of mediaKinds) {
    const media = act[kind];
    if (media) return mediaContent(world, kind, media);
  }
  if (act.location)
    return {
      shown: { kind: 'location', text: String(act.location.name ?? '') },
      content: { type: 'location', location: act.location },
    };
  if (act.contacts)
    return { shown: { kind: 'contacts' }, content: { type: 'contacts', contacts: act.contacts } };
  return { shown: { kind: String(act.raw?.type ?? 'raw') }, content: { ...act.raw } };
}

function tap(world: World, customer: Customer, messageId: string, index: number): Described {
  const message = messageOf(world, customer, messageId, 'out');
  const button = message.buttons[index];
  if (!button || button.kind === 'other' || message.status === 'failed')
    throw new ImpossibleAct(`message ${messageId} has no button ${index} that answers`);
  const { label, payload, description } = button;
  const content = {
    quick_reply: { type: 'button', button: { payload, text: label } },
    reply: {
      type: 'interactive',
      interactive: { type: 'button_reply', button_reply: { id: payload, title: label } },
    },
    list_row: {
      type: 'interactive',
      interactive: {
        type: 'list_reply',
        list_reply: { id: payload, title: label, ...(description === null ? {} : { description }) },
      },
    },
  }[button.kind];
  return {
    shown: { kind: 'button', text: label, replyTo: messageId },
    content,
    target: { ...message, tapped: [...message.tapped.filter((other) => other !== index), index] },
  };
}

function mediaContent(
  world: World,
  kind: (typeof mediaKinds)[number],
  act: z.infer<typeof mediaAct>,
): Described {
  const bytes = Buffer.from(
    act.base64 ?? (kind === 'image' ? examplePhoto : Buffer.from(kind).toString('base64')),
    'base64',
  );
  const filename = act.filename ?? (kind === 'document' ? 'document.pdf' : null);
  const media: Media = {
    id: world.newId(),
    mimeType: act.mimeType ?? mimeTypes[kind],
    filename,
    sha256: createHash('sha256').update(bytes).digest('base64'),
    size: bytes.length,
    base64: bytes.toString('base64'),
    createdAt: world.now(),
    expiresAt: world.now() + 7 * 86_400_000,
  };
  world.store.put({ t: 'media', v: media });
  return {
    shown: {
      kind,
      text: act.caption ?? '',
      media: { id: media.id, link: null, mimeType: media.mimeType, filename },
    },
    content: {
      type: kind,
      [kind]: {
        id: media.id,
        mime_type: media.mimeType,
        sha256: media.sha256,
        ...(act.caption === undefined ? {} : { caption: act.caption }),
        ...(kind === 'document' ? { filename } : {}),
        ...(kind === 'audio' ? { voice: true } : {}),
        ...(kind === 'sticker' ? { animated: false } : {}),
      },
    },
  };
}

function contextOf(world: World, act: Act): Record<string, unknown> {
  if (act.forwarded) return { context: { forwarded: true } };
  const quoted = act.withoutContext ? undefined : (act.buttonOf ?? act.replyTo);
  if (quoted === undefined) return {};
  const ours = world.store.messages.get(quoted)?.direction !== 'in';
  const from = ours ? world.business.displayPhoneNumber.replace(/\D/g, '') : undefined;
  return { context: { ...(from === undefined ? {} : { from }), id: quoted } };
}

function messageOf(world: World, customer: Customer, id: string, direction?: 'in' | 'out'): Message {
  const message = world.store.messages.get(id);
  if (!message || message.customer !== customer.key || (direction && message.direction !== direction))
    throw new ImpossibleAct(`no such message in this chat: ${id}`);
  return message;
}
