import type { MessageOut } from '../../src/http/schemas/chat.ts';

/** What stands for a message that has no text of its own, e.g. in a quotation: "Photo", "Location". */
export function kindName(kind: string): string {
  return NAMES[kind] ?? 'Message of a kind that is not shown here';
}

/** Kinds whose content is a file that Assent does not show; the caption, if any, is the message's text. */
export function isMedia(kind: string): boolean {
  return (
    kind === 'image' || kind === 'video' || kind === 'audio' || kind === 'document' || kind === 'sticker'
  );
}

/** One line for a message wherever it is only named. */
export function shortText(message: MessageOut): string {
  const text = message.text ?? '';
  if (isMedia(message.kind))
    return text === '' ? kindName(message.kind) : `${kindName(message.kind)}: ${text}`;
  return text === '' ? kindName(message.kind) : text;
}

const NAMES: Record<string, string> = {
  text: 'Message',
  template: 'Template',
  button: 'Answer by button',
  reply: 'Answer by button',
  image: 'Photo',
  video: 'Video',
  audio: 'Voice or audio message',
  document: 'Document',
  sticker: 'Sticker',
  reaction: 'Reaction',
  location: 'Location',
  contacts: 'Contact card',
  edit: 'Edited message',
  revoke: 'Deleted message',
  unsupported: 'Message that WhatsApp does not pass on',
};
