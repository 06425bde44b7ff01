import type { Db } from '../db/engine.ts';
import { listSecrets, replaceSecret } from '../db/secrets.ts';
import { type Seal, SealBroken } from './seal.ts';
import { inTransaction } from './transaction.ts';

/** What of the secrets in the database cannot be opened: `main` refuses to start, and prints the message. */
export class SecretsUnreadable extends Error {
  override name = 'SecretsUnreadable';
}

/** Opens every secret once, so that a missing key shows at the start and not on the day the secret is needed. */
export async function checkSeals(db: Db, seal: Seal): Promise<{ sealed: number; inClear: number }> {
  const broken: string[] = [];
  let sealed = 0;
  const rows = await listSecrets(db);
  for (const { name, value } of rows)
    try {
      if (seal.open(value, name) !== value) sealed += 1;
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      broken.push(error.message);
    }
  if (broken.length > 0)
    throw new SecretsUnreadable(
      [
        'Secrets in the database cannot be opened:',
        ...broken.map((one) => `  - ${one}`),
        'Put the key back into ASSENT_SEAL_KEYS, after the one that is to seal from now on, separated by a comma. docs/security.md says how keys are changed, and what can be done where one is lost.',
      ].join('\n'),
    );
  return { sealed, inClear: rows.length - sealed };
}

/** Seals everything with the first key, what lies in clear too; running it again changes nothing. */
export async function reseal(
  ctx: { database: { db: Db } },
  seal: Seal,
): Promise<{ resealed: string[]; current: number }> {
  await checkSeals(ctx.database.db, seal);
  return inTransaction(ctx, async (tx) => {
    const rows = await listSecrets(tx);
    const resealed: string[] = [];
    for (const { name, value } of rows) {
      if (seal.isCurrent(value)) continue;
      if (await replaceSecret(tx, name, value, seal.seal(seal.open(value, name), name))) resealed.push(name);
    }
    return { resealed, current: rows.length - resealed.length };
  });
}
