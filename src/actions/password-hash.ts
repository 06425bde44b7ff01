import { randomBytes } from 'node:crypto';
import { type Algorithm, hash, parseOptions, verify } from '@node-rs/argon2';
import { normalisePassword } from '../core/password.ts';

/** OWASP's first choice of parameters: argon2id with 19 MiB, two passes, one lane (Password Storage Cheat Sheet). */
const ARGON2ID = 2 as Algorithm.Argon2id;
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The PHC string that is stored. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalisePassword(password), PARAMETERS);
}

/** Hashed once, for those who have no password: they are refused after just as long. */
let nobodys: Promise<string> | undefined;

/** Whether the password is the one of this hash. Without a hash it takes as long, and is false. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  nobodys ??= hashPassword(randomBytes(32).toString('base64url'));
  const matches = await verify(stored ?? (await nobodys), normalisePassword(password));
  return stored !== null && matches;
}

/** The hash was made with other parameters than today's. */
export function isOutdated(stored: string): boolean {
  const made = parseOptions(stored);
  return (
    made.algorithm !== PARAMETERS.algorithm ||
    made.memoryCost !== PARAMETERS.memoryCost ||
    made.timeCost !== PARAMETERS.timeCost ||
    made.parallelism !== PARAMETERS.parallelism
  );
}
