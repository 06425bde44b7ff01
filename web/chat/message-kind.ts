import type { MediaOut, MessageOut } from '../../src/http/schemas/chat.ts';
import { translate } from '../i18n/i18n.ts';
import { oneLine } from './message-plain.ts';

/** The kinds that have a name of their own in `chat.kind`. */
const NAMED = [
  'text',
  'template',
  'button',
  'reply',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'reaction',
  'location',
  'contacts',
  'edit',
  'revoke',
  'unsupported',
] as const;
type Named = (typeof NAMED)[number];

const MEDIA: readonly string[] = ['image', 'video', 'audio', 'document', 'sticker'];

/** What stands for a message that has no text of its own, e.g. in a quotation: "Photo", "Location". */
export function kindName(kind: string): string {
  const named = NAMED.find((one) => one === kind);
  return named === undefined ? translate('chat:kind.unknown') : nameOf(named);
}

function nameOf(kind: Named): string {
  return translate(`chat:kind.${kind}`);
}

/** Kinds whose content is a file; the caption, if any, is the message's text. */
export function isMedia(kind: string): boolean {
  return MEDIA.includes(kind);
}

type Said = Pick<MessageOut, 'kind' | 'text'> & { media?: Pick<MediaOut, 'fileName'> | undefined };

/** One line for a message wherever it is only named. */
export function shortText({ kind, text = '', media }: Said): string {
  const line = oneLine(text, 160);
  if (!isMedia(kind)) return line === '' ? kindName(kind) : line;
  const named = line === '' ? oneLine(media?.fileName ?? '', 60) : line;
  const name = kindName(kind);
  return named === '' ? name : translate('chat:kind.withCaption', { kind: name, caption: named });
}
