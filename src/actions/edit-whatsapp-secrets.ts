import { notify, type Tx } from '../db/engine.ts';
import { insertAudit } from '../db/organisation.ts';
import {
  deleteWhatsAppSecret,
  insertWhatsAppSecret,
  listWhatsAppSecrets,
  lockWhatsAppSecrets,
  type WhatsAppSecretKind,
  type WhatsAppSecretRow,
  whatsAppSecretName,
} from '../db/secrets.ts';
import { ProviderUnavailable } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction, WORK } from './transaction.ts';
import { SECRETS_CHANGED } from './whatsapp-secrets.ts';

/** What an administrator changes of the number's secrets. Each change is audited, without the secret. */

/** One in use, one that comes, and some to spare: each is tried on every webhook. */
const MOST_APP_SECRETS = 4;
/** How much of a secret's end tells it apart. */
export const HINT = 4;

/** Takes the environment's place from now on. Tried with WhatsApp first: a wrong one would stop every message. */
export async function changeAccessToken(ctx: Context, token: string, actor: string): Promise<void> {
  mustSeal(ctx);
  const number = await ctx.secrets
    .providerWith(token)
    .number()
    .catch((error: unknown) => {
      if (!(error instanceof ProviderUnavailable)) throw error;
      throw new Refusal(
        422,
        'access-token-refused',
        'WhatsApp does not take this access token. Check that it was copied whole and may use this number.',
      );
    });
  if (number.phoneNumberId !== ctx.channel.phoneNumberId)
    throw new Refusal(422, 'access-token-refused', 'WhatsApp answers this access token with another number.');
  await change(ctx, actor, 'channel.access-token', async (tx, stored) => {
    const before = stored.find((row) => row.kind === 'access-token');
    if (before !== undefined) await deleteWhatsAppSecret(tx, 'access-token', before.id);
    const row = await insert(tx, ctx, 'access-token', token, actor);
    return { before: before === undefined ? null : { hint: before.hint }, after: { hint: row.hint } };
  });
}

/** The environment's access token counts again. */
export async function removeAccessToken(ctx: Context, actor: string): Promise<void> {
  await change(ctx, actor, 'channel.access-token', async (tx, stored) => {
    const row = stored.find((one) => one.kind === 'access-token');
    if (row === undefined) throw notFound('access token');
    await deleteWhatsAppSecret(tx, 'access-token', row.id);
    return { before: { hint: row.hint }, after: null };
  });
}

/** One more app secret: webhooks signed with any of them are taken. `configured` are the environment's. */
export async function addAppSecret(
  ctx: Context,
  secret: string,
  configured: readonly string[],
  actor: string,
): Promise<void> {
  mustSeal(ctx);
  await change(ctx, actor, 'channel.app-secret.add', async (tx, stored) => {
    const known = stored.filter((row) => row.kind === 'app-secret');
    const texts = known.map((row) => ctx.seal.open(row.value, whatsAppSecretName(row.id)));
    if ([...configured, ...texts].includes(secret))
      throw new Refusal(409, 'app-secret-known', 'This app secret is in use already.');
    if (known.length >= MOST_APP_SECRETS)
      throw new Refusal(409, 'too-many-app-secrets', 'Remove an app secret that is not used any more first.');
    const row = await insert(tx, ctx, 'app-secret', secret, actor);
    return { before: null, after: { hint: row.hint } };
  });
}

/** Webhooks signed with it are refused from now on. The environment's stay until they are changed there. */
export async function removeAppSecret(ctx: Context, id: string, actor: string): Promise<void> {
  await change(ctx, actor, 'channel.app-secret.remove', async (tx) => {
    const removed = await deleteWhatsAppSecret(tx, 'app-secret', id);
    if (removed === null) throw notFound('app secret');
    return { before: removed, after: null };
  });
}

/** What opens another system is not written down in clear; the sandbox's open nothing. */
export function mustSeal(ctx: Context): void {
  if (ctx.seal.hasKey || ctx.sandbox) return;
  throw new Refusal(
    409,
    'no-seal-key',
    'Secrets can be kept here once there is a key that seals them. Set ASSENT_SEAL_KEYS and start again.',
  );
}

async function insert(
  tx: Tx,
  ctx: Context,
  kind: WhatsAppSecretKind,
  text: string,
  actor: string,
): Promise<WhatsAppSecretRow> {
  const id = ctx.make.id();
  const row: WhatsAppSecretRow = {
    id,
    kind,
    hint: text.slice(-HINT),
    createdBy: actor,
    createdAt: ctx.clock(),
    value: ctx.seal.seal(text, whatsAppSecretName(id)),
  };
  await insertWhatsAppSecret(tx, row);
  return row;
}

async function change(
  ctx: Context,
  actor: string,
  action: string,
  work: (tx: Tx, stored: WhatsAppSecretRow[]) => Promise<{ before: unknown; after: unknown }>,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockWhatsAppSecrets(tx);
    const { before, after } = await work(tx, await listWhatsAppSecrets(tx));
    const { id: subject } = ctx.channel;
    await insertAudit(tx, { at: ctx.clock(), actor, action, subject, before, after });
    await notify(tx, WORK, SECRETS_CHANGED);
    const hints = createHints();
    hints.topic('channel');
    await hints.send(tx);
  });
  // The notice comes a moment later; whoever made the change sees it act with the answer.
  await ctx.secrets.reload();
}
