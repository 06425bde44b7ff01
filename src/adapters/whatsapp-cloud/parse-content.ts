import { z } from 'zod';
import { sha256Hex } from '../../core/media.ts';
import type { ContactCard, InboundContent } from '../../core/update.ts';
import { known, lenient, shortText } from './fields.ts';

type Reader = (part: unknown) => InboundContent | undefined;

/** A reader of the object that stands under the message's own type; undefined when it is not what it should be. */
function reading<T extends z.ZodType>(
  schema: T,
  toContent: (part: z.infer<T>) => InboundContent | undefined,
): Reader {
  return (part) => {
    const parsed = schema.safeParse(part);
    return parsed.success ? toContent(parsed.data) : undefined;
  };
}

const text = lenient(z.string());

const media = (kind: Extract<InboundContent, { kind: 'media' }>['media']) =>
  reading(
    z.looseObject({
      id: lenient(shortText),
      mime_type: text,
      caption: text,
      filename: text,
      voice: lenient(z.boolean()),
      animated: lenient(z.boolean()),
      sha256: lenient(shortText),
    }),
    ({ id, mime_type, sha256, caption, filename, voice, animated }) =>
      known({
        kind: 'media',
        media: kind,
        mediaId: id,
        mimeType: mime_type,
        sha256: sha256Hex(sha256) ?? undefined,
        caption,
        filename,
        voice,
        animated,
      }),
  );

/** More of one card than this is no card a person made. */
const MOST_OF_A_CARD = 20;
const card = z.looseObject({
  name: lenient(z.looseObject({ formatted_name: text, first_name: text })),
  phones: lenient(z.array(lenient(z.looseObject({ phone: shortText, type: lenient(shortText) })))),
  emails: lenient(z.array(lenient(z.looseObject({ email: shortText })))),
});

function cardOf({ name, phones = [], emails = [] }: z.infer<typeof card>): ContactCard {
  return {
    name: name?.formatted_name ?? name?.first_name ?? '',
    phones: phones
      .slice(0, MOST_OF_A_CARD)
      .flatMap((one) => (one === undefined ? [] : known({ phone: one.phone, type: one.type }))),
    emails: emails.slice(0, MOST_OF_A_CARD).flatMap((one) => one?.email ?? []),
  };
}

const reply = z.looseObject({ id: text, title: text, description: text });
const interactive = z.looseObject({
  type: z.string().min(1),
  button_reply: lenient(reply),
  list_reply: lenient(reply),
});
const body = z.looseObject({ body: z.string() });

const worded = z.looseObject({ body: text, caption: text });
const unsupported = z.looseObject({ type: shortText });

/** The words of a message, of any type, for an edit: its body or its caption. */
function wordsOf(message: Record<string, unknown> | undefined): string | null {
  if (message === undefined) return null;
  for (const part of Object.values(message)) {
    const parsed = worded.safeParse(part);
    const words = parsed.success ? (parsed.data.body ?? parsed.data.caption) : undefined;
    if (words !== undefined) return words;
  }
  return null;
}

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages */
const readers: Record<string, Reader> = {
  text: reading(body, ({ body }) => ({ kind: 'text', text: body })),

  // A quick reply of a template. Its payload equals its label when the sender gave it none.
  button: reading(z.looseObject({ payload: text, text }), ({ payload, text }) =>
    payload === undefined && text === undefined
      ? undefined
      : { kind: 'button', payload: payload ?? text ?? '', label: text ?? '' },
  ),

  // A reply button or list row of a free-form message; flows and call permissions come this way too.
  interactive: reading(interactive, ({ type, button_reply, list_reply }) => {
    const form = type === 'button_reply' ? 'button' : type === 'list_reply' ? 'list' : undefined;
    const answer = form === 'button' ? button_reply : form === 'list' ? list_reply : undefined;
    if (form === undefined || answer === undefined) return { kind: 'other', type };
    if (answer.id === undefined && answer.title === undefined) return { kind: 'other', type };
    const { id = '', title: label = '', description } = answer;
    return known({ kind: 'reply', form, id, label, description });
  }),

  image: media('image'),
  video: media('video'),
  audio: media('audio'),
  document: media('document'),
  sticker: media('sticker'),

  reaction: reading(z.looseObject({ message_id: shortText, emoji: text }), ({ message_id, emoji }) => ({
    kind: 'reaction',
    target: message_id,
    // Taken back: the emoji is empty or missing.
    emoji: emoji === undefined || emoji === '' ? null : emoji,
  })),

  location: reading(
    z.looseObject({ latitude: z.number(), longitude: z.number(), name: text, address: text }),
    ({ latitude, longitude, name, address }) =>
      known({ kind: 'location', latitude, longitude, name, address }),
  ),

  // Address cards of other people: their names are shown, their numbers say nothing about who sent them.
  contacts: reading(z.array(lenient(card)), (given) => {
    const cards = given.flatMap((one) => (one === undefined ? [] : cardOf(one)));
    return { kind: 'contacts', names: cards.flatMap(({ name }) => (name === '' ? [] : name)), cards };
  }),

  edit: reading(
    z.looseObject({
      original_message_id: shortText,
      message: lenient(z.record(z.string(), z.unknown())),
    }),
    ({ original_message_id, message }) => ({
      kind: 'edit',
      target: original_message_id,
      text: wordsOf(message),
    }),
  ),

  revoke: reading(z.looseObject({ original_message_id: shortText }), ({ original_message_id }) => ({
    kind: 'revoke',
    target: original_message_id,
  })),

  // A cart that the customer sends: we act on their note alone.
  order: reading(z.looseObject({ text }), ({ text }) =>
    known({ kind: 'other', type: 'order', text: text === '' ? undefined : text }),
  ),

  // What WhatsApp cannot pass on, an answer perhaps: neither consent nor refusal.
  unsupported: (part) => {
    const parsed = unsupported.safeParse(part);
    return { kind: 'unsupported', type: parsed.success ? parsed.data.type : 'unknown' };
  },
};

/**
 * What the message says. A type we do not know, and one whose object is missing or broken (seen: `interactive` without
 * it), is `other`: somebody wrote, and an agent sees that they did.
 */
export function parseContent(type: string, message: Record<string, unknown>): InboundContent {
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  return reader?.(message[type]) ?? { kind: 'other', type };
}
