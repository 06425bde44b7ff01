import canonicalize from 'canonicalize';

/**
 * The hash chain of a contact point's ledger. A line's hash covers the line, the hash before it, and a salted hash of
 * its personal part; the personal part and its salt sit in a row of their own. Erasure deletes that row, and the chain
 * still verifies (product.md §3.10). JSON is made canonical by RFC 8785, so that a stranger can recompute every hash.
 */

/** SHA-256 in lower-case hex, passed in: core does no I/O and imports no crypto. */
export type Sha256 = (text: string) => string;

/** The part of a line that stays for ever. Times are ISO 8601 in UTC. */
export interface ChainedLine {
  contactPointId: string;
  seq: number;
  act: string;
  purposes: string[];
  at: string;
  receivedAt: string;
  source: string;
  actor: string | null;
  detail: unknown;
  personalHash: string | null;
}

/** Canonical JSON (RFC 8785). Throws on what JSON cannot say: a bug, as every line is plain JSON. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** Salted hash of the personal part; without the salt, the number behind it cannot be guessed by trying all numbers. */
export function personalHash(sha256: Sha256, salt: string, personal: unknown): string {
  return sha256(`${salt}\n${canonicalJson(personal)}`);
}

/** The line's hash: SHA-256 over the canonical line and the hash of the line before (null for the first). */
export function lineHash(sha256: Sha256, line: ChainedLine, prevHash: string | null): string {
  return sha256(canonicalJson({ ...line, prevHash }));
}

export interface StoredLine extends ChainedLine {
  prevHash: string | null;
  hash: string;
  personal: { salt: string; content: unknown } | null;
}

export interface ChainFault {
  contactPointId: string;
  seq: number;
  fault:
    | 'hash'
    | 'previous'
    | 'gap'
    | 'personal'
    | 'personal-missing'
    | 'head'
    | 'wording'
    | 'button'
    | 'file';
}

/** What is kept beside the lines of a chain, and of which they hold the hash or the meaning. */
export interface BesideChain {
  /** By id: the wording that was asked with, and what a tap on each button means. */
  requests: ReadonlyMap<
    string,
    { wording: unknown; buttons: readonly { button: number; meaning: string }[] }
  >;
  /** By the number of their line: the SHA-256 of files as they are now, hex. */
  files: ReadonlyMap<number, string>;
}

/** A line that says why personal parts may be gone: an erasure, or the merge that put a chain under another's erasure. */
export interface ErasureMark {
  contactPointId: string;
  seq: number;
  act: 'erased' | 'merged';
  /** The chain that a merge took in. */
  otherChain: string | null;
}

/** The last line of a chain whose personal part may be gone: all up to its erasure, and all of it where its survivor's came after the merge. */
export function erasedUntil(marks: readonly ErasureMark[], chain: string): number {
  const own = marks.filter((mark) => mark.act === 'erased' && mark.contactPointId === chain);
  const rest = marks.filter((mark) => mark.otherChain !== chain);
  const withSurvivor = marks.some(
    (mark) => mark.otherChain === chain && erasedUntil(rest, mark.contactPointId) > mark.seq,
  );
  return withSurvivor ? Number.POSITIVE_INFINITY : Math.max(0, ...own.map(({ seq }) => seq));
}

/**
 * Verifies one chain, oldest line first. `head` is what the contact point says its last line is: it shows a cut tail.
 * A personal part that does not match its hash is a fault, and so is one that is gone and that no erasure took (`marks`, of every
 * chain that this one was merged into).
 */
export function verifyChain(
  sha256: Sha256,
  lines: readonly StoredLine[],
  head: { contactPointId?: string; seq: number; hash: string | null },
  marks: readonly ErasureMark[] = marksOf(lines),
): ChainFault[] {
  const faults: ChainFault[] = [];
  let prevHash: string | null = null;
  let seq = 0;
  let contactPointId = head.contactPointId ?? lines[0]?.contactPointId ?? '';
  const erased = erasedUntil(marks, contactPointId);
  for (const line of lines) {
    contactPointId = line.contactPointId;
    const fault = (kind: ChainFault['fault']): void => {
      faults.push({ contactPointId, seq: line.seq, fault: kind });
    };
    seq += 1;
    if (line.seq !== seq) fault('gap');
    seq = line.seq;
    if (line.prevHash !== prevHash) fault('previous');
    const { prevHash: stored, hash, personal, ...chained } = line;
    if (lineHash(sha256, chained, stored) !== hash) fault('hash');
    if (personal !== null && personalHash(sha256, personal.salt, personal.content) !== line.personalHash)
      fault('personal');
    if (personal === null && line.personalHash !== null && line.seq > erased) fault('personal-missing');
    prevHash = hash;
  }
  if (head.seq !== seq || head.hash !== prevHash)
    faults.push({ contactPointId, seq: head.seq, fault: 'head' });
  return faults;
}

/**
 * What is kept beside these lines and is not what they say. A line without its personal part says nothing of a wording: that was
 * erased with it. What is missing is no fault here: erasure takes files along, and a line may be newer than what was read.
 */
export function verifyBeside(
  sha256: (text: string) => string,
  lines: readonly Pick<StoredLine, 'contactPointId' | 'seq' | 'detail' | 'personal'>[],
  { requests, files }: BesideChain,
): ChainFault[] {
  return lines.flatMap(({ contactPointId, seq, detail, personal }): ChainFault[] => {
    const { requestId, wordingHash, meanings, fileSha256 }: Record<string, unknown> = isObject(detail)
      ? detail
      : {};
    const found: ChainFault['fault'][] = [];
    const request = typeof wordingHash === 'string' ? requests.get(String(requestId)) : undefined;
    if (request !== undefined && personal !== null && sha256(canonicalJson(request.wording)) !== wordingHash)
      found.push('wording');
    if (
      request !== undefined &&
      Array.isArray(meanings) &&
      request.buttons.some(({ button, meaning }) => meanings[button] !== meaning)
    )
      found.push('button');
    const file = files.get(seq);
    if (file !== undefined && fileSha256 !== file) found.push('file');
    return found.map((fault) => ({ contactPointId, seq, fault }));
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Those among these lines. */
export function marksOf(
  lines: readonly Pick<ChainedLine, 'contactPointId' | 'seq' | 'act' | 'detail'>[],
): ErasureMark[] {
  return lines.flatMap(({ contactPointId, seq, act, detail }) => {
    if (act !== 'erased' && act !== 'merged') return [];
    const named = act === 'merged' && typeof detail === 'object' && detail !== null && 'otherChain' in detail;
    const otherChain = named && typeof detail.otherChain === 'string' ? detail.otherChain : null;
    return [{ contactPointId, seq, act, otherChain }];
  });
}
