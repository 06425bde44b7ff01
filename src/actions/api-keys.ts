import { type Right, rightsBeyond } from '../core/rights.ts';
import { type ApiKeyRow, insertApiKey, markApiKeyUsed, readApiKey, revokeApiKey } from '../db/api-keys.ts';
import { insertAudit } from '../db/organisation.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { notFound, Refusal } from './refusal.ts';
import { newToken } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/** API keys: one per integration, with rights as scopes; shown once, stored as a hash. */

export const KEY_PREFIX = 'assent_';
/** How much of a key's end tells it apart. */
const HINT = 4;
/** "Last used" is written this often at most, ms. */
const USED = 60_000;

/** Who gives or takes rights, and what they may themselves. */
export interface Giver {
  name: string;
  rights: ReadonlySet<Right>;
}

/** Nobody gives more than they have, or acts on somebody who has more. */
export function mustHold(giver: Giver, wanted: Iterable<Right>): void {
  const beyond = rightsBeyond(giver.rights, wanted);
  if (beyond.length > 0)
    throw new Refusal(
      403,
      'not-allowed',
      `This takes rights that you do not have yourself: ${beyond.join(', ')}. An administrator can do it.`,
    );
}

export async function makeApiKey(
  ctx: Context,
  given: { name: string; scopes: readonly Right[]; expiresAt: number | null },
  giver: Giver & { id: string },
): Promise<{ apiKey: ApiKeyRow; key: string }> {
  mustHold(giver, given.scopes);
  const now = ctx.clock();
  if (given.expiresAt !== null && given.expiresAt <= now)
    throw new Refusal(422, 'expiry-past', 'This key would have expired already. Choose a later time.');
  const key = KEY_PREFIX + newToken(ctx);
  const apiKey: ApiKeyRow = {
    id: ctx.make.id(),
    name: given.name,
    hint: key.slice(-HINT),
    scopes: [...new Set(given.scopes)],
    createdBy: giver.name,
    createdAt: now,
    expiresAt: given.expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  };
  await inTransaction(ctx, async (tx) => {
    await insertApiKey(tx, { ...apiKey, createdById: giver.id, tokenHash: ctx.keys.sha256(key) });
    await insertAudit(tx, {
      at: now,
      actor: giver.name,
      action: 'api-key.create',
      subject: apiKey.id,
      before: null,
      after: { name: apiKey.name, scopes: apiKey.scopes, expiresAt: given.expiresAt },
    });
    const hints = createHints();
    hints.topic('people');
    await hints.send(tx);
  });
  return { apiKey, key };
}

/** The key works no more from the next request on; its live streams end. */
export async function endApiKey(ctx: Context, id: string, giver: Giver): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const revoked = await revokeApiKey(tx, id, now);
    if (revoked === null) throw notFound('API key');
    mustHold(giver, revoked.scopes);
    await insertAudit(tx, {
      at: now,
      actor: giver.name,
      action: 'api-key.revoke',
      subject: id,
      before: { name: revoked.name, scopes: revoked.scopes },
      after: null,
    });
    const hints = createHints();
    hints.access(id);
    hints.topic('people');
    await hints.send(tx);
  });
}

/** The key behind a bearer token; null where it is none of ours, revoked or expired. */
export async function readKeyCaller(ctx: Context, key: string): Promise<ApiKeyRow | null> {
  if (!key.startsWith(KEY_PREFIX) || key.length > 200) return null;
  const now = ctx.clock();
  const row = await readApiKey(ctx.database.db, ctx.keys.sha256(key), now);
  if (row !== null && (row.lastUsedAt === null || now - row.lastUsedAt >= USED))
    await inTransaction(ctx, (tx) => markApiKeyUsed(tx, row.id, now));
  return row;
}
