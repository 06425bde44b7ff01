import type { MediaOut } from '../../src/http/schemas/chat.ts';
import { translate } from '../i18n/i18n.ts';
import { formatBytes } from '../i18n/locale.ts';
import { kindName } from './message-kind.ts';

const WORDS: Record<string, string> = {
  'application/msword': 'DOC',
  'application/vnd.ms-excel': 'XLS',
  'application/vnd.ms-powerpoint': 'PPT',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'DOCX',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'XLSX',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PPTX',
  'text/plain': 'TXT',
};

/** A file's type as people call it: "PDF", "DOCX". */
export function typeName(mimeType: string | null): string {
  if (mimeType === null) return '';
  const bare = mimeType.split(';')[0]?.trim() ?? '';
  return WORDS[bare] ?? (bare.split('/')[1] ?? bare).replace(/^x-|^vnd\./, '').toUpperCase();
}

/** Type and size of a file, as far as they are known: "PDF · 1.2 MB". */
export function fileFacts(media: Pick<MediaOut, 'mimeType' | 'size'>): string {
  const size = media.size === null ? '' : formatBytes(media.size);
  return [typeName(media.mimeType), size].filter((part) => part !== '').join(' · ');
}

/** What a file is called: its own name, or its kind. */
export function fileName(media: Pick<MediaOut, 'fileName' | 'kind' | 'voice'>): string {
  if (media.fileName !== null && media.fileName !== '') return media.fileName;
  return media.voice ? translate('chat:kind.voice') : kindName(media.kind);
}

/** The address at which a browser may show the file in place. */
export const inlineUrl = (media: Pick<MediaOut, 'url'>): string => `${media.url}?inline=1`;
