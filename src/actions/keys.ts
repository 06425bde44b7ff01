import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Db } from '../db/engine.ts';
import { secretOnce } from '../db/secrets.ts';
import type { Keys, Makers } from './context.ts';
import type { Seal } from './seal.ts';

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A secret made once in the database, sealed where there is a key. */
export async function sealedOnce(db: Db, seal: Seal, name: string, candidate: string): Promise<string> {
  return seal.open(await secretOnce(db, name, seal.seal(candidate, name)), name);
}

/** Keys derived from `ASSENT_SECRET`, else from a value made once in the database. */
export async function loadKeys(db: Db, configured: string | null, seal: Seal): Promise<Keys> {
  const secret = configured ?? (await sealedOnce(db, seal, 'assent', randomBytes(32).toString('hex')));
  const derive = (purpose: string): Buffer => createHmac('sha256', secret).update(purpose).digest();
  const pepper = derive('suppression');
  const signing = derive('signature');
  return {
    sha256,
    numberHash: (matchKey) => createHmac('sha256', pepper).update(matchKey).digest('hex'),
    sign: (text) => createHmac('sha256', signing).update(text).digest('hex'),
  };
}

/** Random bytes of which many are drawn at once: a call for each id was as dear as parsing its webhook. */
const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);

function chance(size: number): Buffer {
  if (pool.length < size) pool = randomBytes(POOL_BYTES);
  const taken = pool.subarray(0, size);
  pool = pool.subarray(size);
  return taken;
}

/** UUID v7 (RFC 9562): 48 bits of time, then random. */
function uuidV7(now: number): string {
  const bytes = chance(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The same UUID whenever it is made of the same: v8 (RFC 9562), bits of our own. It is keyed, as ids stay when a customer is erased. */
export function idOf(keys: Pick<Keys, 'numberHash'>, text: string): string {
  const hex = keys.numberHash(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const makers: Makers = {
  id: () => uuidV7(Date.now()),
  token: () => randomBytes(18).toString('base64url'),
};
