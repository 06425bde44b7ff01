/**
 * File names come from strangers: they may hold paths, characters that turn the reading direction round
 * (`invoice‮fdp.exe` reads `invoiceexe.pdf`), and any length.
 */

const LONGEST = 120;
/** Names that Windows keeps for devices, with or without an extension. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'video/3gpp': '3gp',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
};

/** The name for people to read and for disks to take; null where nothing is left of it. */
export function cleanFileName(raw: string): string | null {
  const last = raw.slice(-4_000).split(/[/\\]/).at(-1) ?? '';
  const visible = last
    .normalize('NFC')
    // Controls, halves of pairs, private use, and everything that shows nothing; joiners belong to scripts and emoji.
    .replace(/(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '')
    // More than a few marks on one letter only climb over the lines around.
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  if (visible === '') return null;
  const named = DEVICES.test(visible) ? `_${visible}` : visible;
  const letters = [...named];
  if (letters.length <= LONGEST) return named;
  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(named)?.[0] ?? '';
  return `${letters.slice(0, LONGEST - extension.length - 1).join('')}…${extension}`;
}

/** What a file without a name is called. */
export function fileNameFor(kind: string, mimeType: string | null): string {
  const extension = EXTENSIONS[mimeType ?? ''];
  return extension === undefined ? kind : `${kind}.${extension}`;
}

/**
 * `Content-Disposition`: the name in ASCII for old clients, and whole (RFC 6266, RFC 8187).
 * https://www.rfc-editor.org/rfc/rfc6266
 */
export function contentDisposition(how: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return ascii === name
    ? `${how}; filename="${ascii}"`
    : `${how}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
