import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { MOST_PIXELS, READABLE } from '../core/media.ts';

/** What the bytes of a file are. Nothing here believes a name or a type that came along where bytes can tell. */

// A picture is read once: keeping decoded ones would only take memory. One thread each leaves the others to the rest.
sharp.cache(false);
sharp.concurrency(1);

/** One spelling per type; the rest of what file-type answers is kept as it is. */
const SPELLINGS: Record<string, string> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/ogg; codecs=opus': 'audio/ogg',
  'video/x-m4v': 'video/mp4',
  'video/3gpp2': 'video/3gpp',
  'image/apng': 'image/png',
};

const OOXML = 'application/vnd.openxmlformats-officedocument.';
/** Containers whose first bytes do not say which kind of document they hold: there the name decides. */
const INSIDE: Record<string, Record<string, string>> = {
  'application/x-cfb': {
    doc: 'application/msword',
    xls: 'application/vnd.ms-excel',
    ppt: 'application/vnd.ms-powerpoint',
  },
  'application/zip': {
    docx: `${OOXML}wordprocessingml.document`,
    xlsx: `${OOXML}spreadsheetml.sheet`,
    pptx: `${OOXML}presentationml.presentation`,
  },
};

/**
 * The type of a file from its first bytes (some kB of them); null where they look like nothing known. `asSound`: MP4 and
 * Ogg hold sounds as well as videos, and the bytes at the front do not always tell.
 */
export async function typeOf(
  head: Uint8Array,
  more: { fileName: string | null; asSound: boolean },
): Promise<string | null> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  if (found === undefined) return textType(head);
  const mimeType = SPELLINGS[found.mime] ?? found.mime;
  if (more.asSound && (mimeType === 'video/mp4' || mimeType === 'video/3gpp')) return 'audio/mp4';
  const extension = /\.([a-z0-9]{1,5})$/i.exec(more.fileName ?? '')?.[1]?.toLowerCase() ?? '';
  return INSIDE[mimeType]?.[extension] ?? (mimeType === 'application/xml' ? textType(head) : mimeType);
}

/** Text that a browser or a shell would run is named as that, whatever it is called. */
function textType(head: Uint8Array): string | null {
  if (head.length === 0) return null;
  const text = decoded(head);
  if (text === null) return null;
  const start = text.replace(/^\uFEFF?\s+/, '').slice(0, 4_096);
  if (start.startsWith('#!')) return 'application/x-sh';
  if (/<svg[\s>]/i.test(start)) return 'image/svg+xml';
  if (/<(!doctype\s+html|html|head|body|script|iframe|meta|title)[\s>]/i.test(start)) return 'text/html';
  if (start.startsWith('<?xml')) return 'application/xml';
  return 'text/plain';
}

/** As UTF-8 without control characters; null for what is no text. A letter cut at the end is no fault. */
function decoded(head: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell text from anything else
    return /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

export interface Picture {
  width: number | null;
  height: number | null;
  animated: boolean;
  /** A webp of 480 pixels at most; null where the picture cannot be read to its end. */
  thumbnail: Uint8Array | null;
}

const SMALL = 480;
const SECONDS = 10;

/** Reads a picture; null for what is none of the kinds we read. A broken one has no thumbnail, and fails nobody. */
export async function readPicture(bytes: Uint8Array, mimeType: string): Promise<Picture | null> {
  if (!READABLE.has(mimeType)) return null;
  const options = { limitInputPixels: MOST_PIXELS, failOn: 'truncated' as const };
  const about = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null);
  if (about === null) return { width: null, height: null, animated: false, thumbnail: null };
  const turned = (about.orientation ?? 1) >= 5;
  const [width, height] = turned ? [about.height, about.width] : [about.width, about.height];
  const thumbnail = await sharp(bytes, options)
    .timeout({ seconds: SECONDS })
    .autoOrient()
    .resize(SMALL, SMALL, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 72 })
    .toBuffer()
    .catch(() => null);
  return { width, height, animated: (about.pages ?? 1) > 1, thumbnail };
}
