/**
 * Files: which WhatsApp takes from us, which we take from customers, and what may be shown inside a page. Types are
 * what the bytes are (`actions/inspect-media`), not what somebody says they are.
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
 */
export const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** Why a file is not taken: a stable code, and one sentence a person can act on. */
export interface MediaProblem {
  code: 'media-empty' | 'media-type-refused' | 'media-too-large' | 'media-unreadable' | 'media-dangerous';
  message: string;
}

const KB = 1024;
const MB = 1024 * KB;

const OFFICE = [
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
];
const PICTURES = ['image/jpeg', 'image/png'];
const VIDEOS = ['video/mp4', 'video/3gpp'];
const SOUNDS = ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/amr', 'audio/ogg'];

/** What WhatsApp takes, by kind. */
const SENDABLE: Record<MediaKind, { types: readonly string[]; most: number }> = {
  image: { types: PICTURES, most: 5 * MB },
  video: { types: VIDEOS, most: 16 * MB },
  audio: { types: SOUNDS, most: 16 * MB },
  document: {
    types: ['application/pdf', 'text/plain', ...OFFICE, ...PICTURES, ...VIDEOS, ...SOUNDS],
    most: 100 * MB,
  },
  sticker: { types: ['image/webp'], most: 500 * KB },
};
const STATIC_STICKER = 100 * KB;

/** The most bytes an upload of this kind may have. */
export const mostBytes = (kind: MediaKind): number => SENDABLE[kind].most;

/** The kind a file is sent as where nobody says; null for what WhatsApp does not take. */
export function kindOfType(mimeType: string): MediaKind | null {
  return MEDIA_KINDS.find((kind) => SENDABLE[kind].types.includes(mimeType)) ?? null;
}

/** Whether a file may go out as this kind. */
export function uploadProblem(
  kind: MediaKind,
  file: { mimeType: string | null; size: number; animated: boolean },
): MediaProblem | null {
  const { types, most } = SENDABLE[kind];
  if (file.size === 0) return { code: 'media-empty', message: 'The file is empty.' };
  if (file.mimeType === null || !types.includes(file.mimeType))
    return {
      code: 'media-type-refused',
      message: `WhatsApp does not take this file as ${AS[kind]}. It takes ${SPOKEN[kind]}.`,
    };
  const limit = kind === 'sticker' && !file.animated ? STATIC_STICKER : most;
  return file.size > limit ? tooLarge(kind, limit) : null;
}

const AS: Record<MediaKind, string> = {
  image: 'a picture',
  video: 'a video',
  audio: 'a voice message or sound',
  document: 'a document',
  sticker: 'a sticker',
};
const SPOKEN: Record<MediaKind, string> = {
  image: 'JPEG and PNG',
  video: 'MP4 and 3GP',
  audio: 'Ogg Opus, MP3, M4A, AAC and AMR',
  document: 'PDF, Word, Excel, PowerPoint, plain text, pictures, videos and sounds',
  sticker: 'WebP',
};

export function tooLarge(kind: MediaKind, most = mostBytes(kind)): MediaProblem {
  const size = most >= MB ? `${Math.floor(most / MB)} MB` : `${Math.floor(most / KB)} kB`;
  return { code: 'media-too-large', message: `As ${AS[kind]} a file may have ${size} at most.` };
}

/**
 * The most bytes fetched of what a customer sent. WhatsApp passes on 100 MB; a picture or sticker is also read by us, so
 * it stops earlier, far above what WhatsApp's own clients make.
 */
export const RECEIVE_LIMIT: Record<MediaKind, number> = {
  image: 25 * MB,
  sticker: 5 * MB,
  audio: 100 * MB,
  video: 100 * MB,
  document: 100 * MB,
};

/**
 * Whether what a customer sent is kept. A picture, sound or video must be one: a page or a program in its place is
 * refused. A document may be anything but a program; pages and drawings that could hold scripts (HTML, SVG, XML) are
 * kept, because invoices are sent so, and leave as downloads only (`isShown`).
 */
export function receiveProblem(
  kind: MediaKind,
  file: { mimeType: string | null; fileName: string | null },
): MediaProblem | null {
  const { mimeType } = file;
  if (mimeType !== null && PROGRAMS.has(mimeType)) return program();
  if (kind === 'document')
    return PROGRAM_NAMES.test(file.fileName ?? '') && !isPicture(mimeType) ? program() : null;
  const family = kind === 'sticker' ? 'image/webp' : `${kind}/`;
  if (mimeType?.startsWith(family) === true && mimeType !== 'image/svg+xml') return null;
  return {
    code: 'media-type-refused',
    message: `It was sent as ${AS[kind]}, but it is ${mimeType === null ? 'something else' : `of type ${mimeType}`}.`,
  };
}

const program = (): MediaProblem => ({
  code: 'media-dangerous',
  message: 'It is a program. Programs are not kept; ask the customer for another kind of file.',
});

const PROGRAMS = new Set([
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/java-vm',
  'application/java-archive',
  'application/vnd.android.package-archive',
  'application/x-ms-shortcut',
  'application/x.ms.shortcut',
  'application/x.apple.alias',
  'application/vnd.debian.binary-package',
  'application/x-deb',
  'application/x-rpm',
  'application/x-msi',
  'application/wasm',
  'application/x-shockwave-flash',
  'application/x-sh',
  'application/vnd.microsoft.portable-executable',
]);
/** What Windows, and others by their settings, run at a double click. */
const PROGRAM_NAMES =
  /\.(exe|scr|com|pif|bat|cmd|msi|msp|ps1|psm1|vbs|vbe|js|jse|mjs|wsf|wsh|hta|lnk|reg|cpl|dll|jar|apk|app|sh|command|desktop|url|scf|gadget|chm)[. ]*$/i;

const isPicture = (mimeType: string | null): boolean => mimeType !== null && READABLE.has(mimeType);

/** Pictures we can make small ones of. */
export const READABLE: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);
/** More pixels than this are not decoded: neither by us nor by an agent's browser. */
export const MOST_PIXELS = 50_000_000;

const SHOWN = new Set([
  ...READABLE,
  ...SOUNDS,
  'audio/wav',
  ...VIDEOS,
  'video/quicktime',
  'video/webm',
  'application/pdf',
]);

/** Whether a browser may open the file in place; everything else leaves as a download. */
export function isShown(file: {
  mimeType: string | null;
  width: number | null;
  height: number | null;
}): boolean {
  if (file.mimeType === null || !SHOWN.has(file.mimeType)) return false;
  return (file.width ?? 0) * (file.height ?? 0) <= MOST_PIXELS;
}

/** WhatsApp writes hashes in base64; some hosts in hex. Null for what is neither. */
export function sha256Hex(given: string | null | undefined): string | null {
  if (given == null) return null;
  if (/^[0-9a-f]{64}$/i.test(given)) return given.toLowerCase();
  if (!/^[\w+/-]{43}=?$/.test(given)) return null;
  const bytes = atob(given.replaceAll('-', '+').replaceAll('_', '/'));
  return [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
