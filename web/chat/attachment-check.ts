import { kindOfType, type MediaKind, mostBytes, uploadProblem } from '../../src/core/media.ts';

/** What is known of a file before it is sent anywhere. */
export interface ChosenFile {
  name: string;
  /** As the browser names it; empty where it does not know. */
  type: string;
  size: number;
}

export type Checked =
  | { ok: true; kind: MediaKind; mimeType: string }
  /** `asDocument`: WhatsApp takes it, but as a document. */
  | { ok: false; code: 'empty' | 'type' | 'size'; most: number | null; asDocument: boolean };

/** Types that browsers often do not know by name. */
const BY_EXTENSION: Record<string, string> = {
  '3gp': 'video/3gpp',
  aac: 'audio/aac',
  amr: 'audio/amr',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  txt: 'text/plain',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const SAME: Record<string, string> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/m4a': 'audio/mp4',
  'audio/mp3': 'audio/mpeg',
  'audio/vnd.dlna.adts': 'audio/aac',
  'audio/x-aac': 'audio/aac',
  'audio/opus': 'audio/ogg',
  'image/jpg': 'image/jpeg',
};

/**
 * Whether WhatsApp takes a file, told at once instead of after its upload; the server looks at the bytes and decides.
 * A picture or video that is too large as such may go as a document.
 */
export function checkFile(file: ChosenFile, asDocument = false): Checked {
  const mimeType = typeOf(file);
  const kind = asDocument ? 'document' : (kindOfType(mimeType) ?? 'document');
  // Whether a sticker moves is known from its bytes alone; the larger limit is the one to warn of.
  const problem = uploadProblem(kind, { mimeType, size: file.size, animated: true });
  if (problem === null) return { ok: true, kind, mimeType };
  const document = uploadProblem('document', { mimeType, size: file.size, animated: false });
  const refused = { ok: false, asDocument: kind !== 'document' && document === null } as const;
  switch (problem.code) {
    case 'media-empty':
      return { ...refused, code: 'empty', most: null };
    case 'media-too-large':
      return { ...refused, code: 'size', most: mostBytes(kind) };
    default:
      return { ...refused, code: 'type', most: null };
  }
}

function typeOf({ name, type }: ChosenFile): string {
  const bare = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (bare !== '' && bare !== 'application/octet-stream') return SAME[bare] ?? bare;
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return BY_EXTENSION[extension] ?? bare;
}

/** Sounds and stickers have no text. */
export function takesCaption(kind: MediaKind): boolean {
  return kind !== 'audio' && kind !== 'sticker';
}
