/** A request inside a batch, as it stands there. */
export type PartRequest = {
  contentId: string | null;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
};
export type Part = { kind: 'request'; request: PartRequest } | { kind: 'changeset'; requests: PartRequest[] };

/** What is wrong with a batch, for the refusal. */
export class BadBatch extends Error {}

/**
 * Reads `multipart/mixed` leniently, as clients write it: boundary quoted or not, CRLF or LF, text before the first
 * boundary, no blank after a header's colon, nothing after the closing boundary.
 * @throws BadBatch
 */
export function readBatch(contentType: string | undefined, body: string): Part[] {
  return split(contentType, body).map((part): Part => {
    const type = part.headers['content-type'] ?? '';
    if (/^multipart\/mixed/i.test(type)) {
      const requests = split(type, part.body).map((inner) => {
        if (/^multipart/i.test(inner.headers['content-type'] ?? ''))
          throw new BadBatch('Nested change sets are not allowed.');
        return readRequest(inner.headers, inner.body);
      });
      return { kind: 'changeset', requests };
    }
    return { kind: 'request', request: readRequest(part.headers, part.body) };
  });
}

function split(
  contentType: string | undefined,
  body: string,
): { headers: Record<string, string>; body: string }[] {
  const found = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '');
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw new BadBatch('A boundary is missing in the content type.');
  const pieces = `\n${body}`.split(`\n--${boundary}`);
  const parts: { headers: Record<string, string>; body: string }[] = [];
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) break;
    parts.push(headersOf(piece.replace(/^[ \t]*\r?\n/, '')));
  }
  return parts;
}

/** Headers to the first empty line, then the rest without the line end that belongs to the next boundary. */
function headersOf(text: string): { headers: Record<string, string>; body: string } {
  const end = /^\r?\n|\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index) : text;
  const body = end ? text.slice(end.index + end[0].length) : '';
  const headers: Record<string, string> = {};
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: body.replace(/\r?\n?$/, '') };
}

function readRequest(outer: Record<string, string>, text: string): PartRequest {
  const lines = text.replace(/^(?:\r?\n)+/, '');
  const line = /^([A-Z]+) (\S+)(?: HTTP\/\d\.\d)?[ \t]*(?:\r?\n|$)/.exec(lines);
  if (!line) throw new BadBatch('A request line is missing in a part of the batch.');
  const { headers, body } = headersOf(lines.slice(line[0].length));
  return {
    contentId: outer['content-id'] ?? headers['content-id'] ?? null,
    method: line[1] ?? '',
    url: line[2] ?? '',
    headers,
    body: body.trim(),
  };
}

/** `multipart/mixed` with CRLF throughout. */
export function writeParts(boundary: string, parts: readonly string[]): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
}
