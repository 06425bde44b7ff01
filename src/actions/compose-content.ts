import { fileNameFor } from '../core/file-name.ts';
import {
  type ContentProblem,
  type InteractiveInput,
  interactiveProblem,
  isEmoji,
  LONGEST_CAPTION,
} from '../core/interactive.ts';
import type { ContactCard } from '../core/update.ts';
import type { Tx } from '../db/engine.ts';
import { attachUpload, type MediaRow, readMedia } from '../db/media.ts';
import { readUpload } from '../db/media-files.ts';
import { isUuid } from '../db/rows.ts';
import { findInConversation } from '../db/thread.ts';
import type { OutboundMessage } from '../ports.ts';
import type { Context } from './context.ts';
import { notFound, Refusal } from './refusal.ts';

/** What a message that is no template says: one of these, `interactive` with `text`, a file with `text` as its caption. */
export interface ContentRequest {
  text?: string | undefined;
  mediaId?: string | undefined;
  reaction?: { messageId: string; emoji: string } | undefined;
  location?:
    | { latitude: number; longitude: number; name?: string | undefined; address?: string | undefined }
    | undefined;
  contacts?:
    | { name: string; phones: { phone: string; type?: string | undefined }[]; emails: string[] }[]
    | undefined;
  interactive?: InteractiveInput | undefined;
}

/** A message ready to be queued. */
export interface ReadyContent {
  kind: string;
  text: string;
  /** For the list of conversations. */
  preview: string;
  content: OutboundMessage['content'];
  /** Its file, and whether WhatsApp has to get that first. */
  file: { media: MediaRow; upload: boolean } | null;
}

/** Checks what somebody wants to say against WhatsApp's limits. Throws 422 with a code of its own for each. */
export async function composeContent(
  tx: Tx,
  ctx: Context,
  request: ContentRequest,
  senderId: string,
  conversationId: string,
): Promise<ReadyContent> {
  const text = request.text ?? '';
  if (request.mediaId !== undefined) return composeFile(tx, ctx, request.mediaId, text, senderId);
  if (request.reaction !== undefined) return composeReaction(tx, request.reaction, conversationId);
  if (request.interactive !== undefined) return composeInteractive(request.interactive, text);
  if (request.location !== undefined) {
    const location = present(request.location);
    const name = request.location.name ?? '';
    return ready('location', name, `[location] ${name}`.trim(), { kind: 'location', ...location });
  }
  if (request.contacts !== undefined) {
    const cards: ContactCard[] = request.contacts.map(({ name, phones, emails }) => ({
      name,
      phones: phones.map(present),
      emails,
    }));
    if (cards.some(({ name }) => name.trim() === ''))
      refuse({ code: 'contact-name-missing', message: 'A shared contact needs a name.' });
    const names = cards.map(({ name }) => name).join(', ');
    return ready('contacts', names, `[contact] ${names}`, { kind: 'contacts', cards });
  }
  return ready('text', text, text, { kind: 'text', text });
}

function composeInteractive(interactive: InteractiveInput, text: string): ReadyContent {
  const problem = interactiveProblem(interactive, text);
  if (problem !== null) refuse(problem);
  const { header, footer, button = '', options } = interactive;
  const around = { text, ...present({ header, footer }) };
  return ready(
    'interactive',
    text,
    text,
    interactive.form === 'buttons'
      ? { kind: 'buttons', ...around, buttons: options.map(({ id, title }) => ({ id, title })) }
      : { kind: 'list', ...around, button, rows: options.map(present) },
  );
}

async function composeReaction(
  tx: Tx,
  reaction: { messageId: string; emoji: string },
  conversationId: string,
): Promise<ReadyContent> {
  const { messageId, emoji } = reaction;
  const target = await findInConversation(tx, conversationId, byEither(messageId));
  if (target === null || target.whatsappId === null || target.deleted || target.kind === 'reaction')
    throw new Refusal(
      422,
      'reaction-target-unknown',
      'There is no such message in this chat that WhatsApp can show a reaction on.',
    );
  if (emoji !== '' && !isEmoji(emoji))
    refuse({ code: 'reaction-not-emoji', message: 'A reaction is one emoji; an empty one takes it back.' });
  const preview = emoji === '' ? 'Took a reaction back' : `Reacted ${emoji}`;
  return ready('reaction', emoji, preview, { kind: 'reaction', target: target.whatsappId, emoji });
}

async function composeFile(
  tx: Tx,
  ctx: Context,
  mediaId: string,
  caption: string,
  senderId: string,
): Promise<ReadyContent> {
  const media = isUuid(mediaId) ? await readMedia(tx, mediaId) : null;
  // What others uploaded does not exist for this sender.
  if (media === null || media.uploadedBy !== senderId || media.fileId === null) throw notFound('upload');
  if (caption !== '' && (media.kind === 'audio' || media.kind === 'sticker'))
    refuse({ code: 'caption-not-allowed', message: 'Sounds and stickers have no text. Send it on its own.' });
  if (caption.length > LONGEST_CAPTION)
    refuse({ code: 'caption-too-long', message: 'The text of a file has 1,024 characters at most.' });
  const held = await readUpload(tx, media.fileId, ctx.channel.id, ctx.clock());
  const fileName =
    media.kind === 'document' ? (media.fileName ?? fileNameFor('document', media.mimeType)) : undefined;
  return {
    kind: media.kind,
    text: caption,
    preview: caption === '' ? `[${media.kind}]` : caption,
    content: {
      kind: 'media',
      media: media.kind,
      mediaId: held ?? '',
      ...present({ caption: caption === '' ? undefined : caption, fileName }),
    },
    file: { media, upload: held === null },
  };
}

/** Makes the file the message's own, once the message is stored. */
export async function attachFile(
  tx: Tx,
  ctx: Context,
  { file }: Pick<ReadyContent, 'file'>,
  to: { messageId: string; contactPointId: string },
): Promise<void> {
  if (file === null) return;
  await attachUpload(tx, file.media, { ...to, copyId: ctx.make.id(), upload: file.upload, at: ctx.clock() });
}

/** WhatsApp's id of the message that is quoted, from its or our own id; null where nothing is. */
export async function quotedId(
  tx: Tx,
  replyTo: string | undefined,
  conversationId: string,
): Promise<string | null> {
  if (replyTo === undefined) return null;
  const target = await findInConversation(tx, conversationId, byEither(replyTo));
  if (target?.whatsappId == null)
    throw new Refusal(
      422,
      'reply-target-unknown',
      'The message to quote is not one of this chat that WhatsApp knows.',
    );
  return target.whatsappId;
}

const byEither = (id: string): { id: string | null; whatsappId: string | null } =>
  isUuid(id) ? { id, whatsappId: null } : { id: null, whatsappId: id };

function ready(
  kind: string,
  text: string,
  preview: string,
  content: OutboundMessage['content'],
): ReadyContent {
  return { kind, text, preview, content, file: null };
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The object without its undefined keys: what is stored is plain JSON. */
function present<T extends object>(parts: T): Present<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Present<T>;
}

function refuse({ code, message }: ContentProblem): never {
  throw new Refusal(422, code, message);
}
