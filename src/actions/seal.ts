import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Secrets at rest: AES-256-GCM under a key from the environment (`ASSENT_SEAL_KEYS`). The place where a value lies goes
 * in as additional data, so that a value copied to another place does not open there.
 *
 * `sealed:1:<id of the key>:<base64url of nonce, tag and text>`; anything else was stored in clear.
 */
export interface Seal {
  /** Whether there is a key; without one `seal` gives the text back as it is. */
  readonly hasKey: boolean;
  seal(text: string, place: string): string;
  /** Throws `SealBroken`. */
  open(value: string, place: string): string;
  /** Whether the first key sealed it: nothing is to be done about it. */
  isCurrent(value: string): boolean;
}

/** No key of ours sealed it, or it was changed, or it lies in another place. */
export class SealBroken extends Error {
  override name = 'SealBroken';
  readonly place: string;
  /** The id of the key that sealed it. */
  readonly keyId: string;
  constructor(place: string, keyId: string, known: boolean) {
    super(
      known
        ? `“${place}” was changed or moved since it was sealed`
        : `“${place}” is sealed with the key ${keyId}, which is not among ASSENT_SEAL_KEYS`,
    );
    this.place = place;
    this.keyId = keyId;
  }
}

const PREFIX = 'sealed:1:';
const NONCE = 12;
const TAG = 16;

interface SealKey {
  id: string;
  bytes: Buffer;
}

/** Of each key, at least 32 characters of chance (config.ts), 256 bits are derived; the id says nothing about them. */
function keyOf(text: string): SealKey {
  const bytes = Buffer.from(hkdfSync('sha256', text, '', 'assent seal 1', 32));
  return { id: createHmac('sha256', bytes).update('id').digest('hex').slice(0, 8), bytes };
}

export function createSeal(keys: readonly string[]): Seal {
  const known = keys.map(keyOf);
  const [first] = known;
  return {
    hasKey: first !== undefined,
    seal(text, place) {
      if (first === undefined) {
        if (text.startsWith(PREFIX))
          throw new Error(`${place}: a text in clear may not look like a sealed one`);
        return text;
      }
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', first.bytes, nonce, { authTagLength: TAG });
      cipher.setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      const bytes = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
      return `${PREFIX}${first.id}:${bytes.toString('base64url')}`;
    },
    open(value, place) {
      if (!value.startsWith(PREFIX)) return value;
      const [id = '', text = ''] = value.slice(PREFIX.length).split(':');
      const key = known.find((one) => one.id === id);
      if (key === undefined) throw new SealBroken(place, id, false);
      const bytes = Buffer.from(text, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE), {
          authTagLength: TAG,
        });
        decipher.setAAD(Buffer.from(place));
        decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
        return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new SealBroken(place, id, true);
      }
    },
    isCurrent: (value) => first === undefined || value.startsWith(`${PREFIX}${first.id}:`),
  };
}
