import {
  isTold,
  type Obstacle,
  type WebhookState,
  webhookObstacle,
  webhookState,
} from '../core/crm-webhook.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit, readSetting, saveSetting } from '../db/organisation.ts';
import type { CrmFailure, RemoteCrm, WebhookFound, WebhookWanted } from '../ports.ts';
import type { Context } from './context.ts';
import { asFailure } from './crm-connection.ts';
import { forgetRefusedHints, refusedHintAt } from './crm-hints.ts';
import { mirroredColumns } from './mirror-records.ts';
import { loadRecordTypes } from './organisation.ts';
import { Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Registering with a remote CRM that it tells us of changes, looking after it, and removing it. */

/** Where this installation is reached, and the key that webhooks show. */
export interface Hook {
  publicUrl: string;
  key: string | null;
  organisationUrl: string;
}

/** Null with the embedded CRM. */
export function hookOf(config: {
  publicUrl: string;
  dataverse: { url: string; webhookKey: string | null } | null;
}): Hook | null {
  const { publicUrl, dataverse } = config;
  return dataverse === null ? null : { publicUrl, key: dataverse.webhookKey, organisationUrl: dataverse.url };
}

const SETTING = 'crm-webhook';
const REFUSED_SHOWN_MS = 24 * 3_600_000;

/** What we registered last. The key itself is kept nowhere. */
interface Registered {
  url: string;
  keyHash: string;
  tables: string;
}

export interface WebhookStanding {
  /** Why it cannot be registered from here. */
  obstacle: Obstacle | null;
  url: string;
  /** `unknown` where the CRM could not be asked; `problem` says why. */
  state: WebhookState | 'unknown';
  problem: CrmFailure | null;
  tables: { name: string; label: string; told: boolean }[];
  failures: WebhookFound['failures'];
  others: string[];
  /** When somebody called this process without our key: within a day, and since it was registered from here last. */
  refusedAt: number | null;
}

const addressOf = (hook: Hook): string => `${hook.publicUrl}/webhooks/dataverse`;
const hashOf = (ctx: Context, key: string): string => ctx.keys.sign(`crm webhook ${key}`);
/** What is told of the tables, as one word to compare. */
const wordOf = (ctx: Context, tables: WebhookWanted['tables']): string =>
  ctx.keys.sha256(JSON.stringify(tables));

/** Made once per installation, so that two on one organisation leave each other's alone. */
async function idOf(tx: Tx, ctx: Context): Promise<string> {
  const kept = await readSetting(tx, 'crm-webhook-id');
  if (typeof kept === 'string') return kept;
  const id = ctx.make.id();
  await saveSetting(tx, 'crm-webhook-id', id, ctx.clock());
  return id;
}

async function tablesOf(tx: Tx): Promise<{ name: string; label: string; columns: string[] }[]> {
  const types = [...(await loadRecordTypes(tx)).values()];
  return Promise.all(
    types.map(async (type) => ({
      name: type.table,
      label: type.displayName,
      columns: await mirroredColumns(tx, type),
    })),
  );
}

async function registeredBefore(tx: Tx): Promise<Registered | null> {
  const stored: unknown = await readSetting(tx, SETTING);
  if (typeof stored !== 'object' || stored === null) return null;
  if (!('url' in stored && 'keyHash' in stored && 'tables' in stored)) return null;
  const { url, keyHash, tables } = stored;
  return { url: String(url), keyHash: String(keyHash), tables: String(tables) };
}

/** How it stands in the organisation now. */
export async function webhookStanding(ctx: Context, remote: RemoteCrm, hook: Hook): Promise<WebhookStanding> {
  const { id, tables, before } = await inTransaction(ctx, async (tx) => ({
    id: await idOf(tx, ctx),
    tables: await tablesOf(tx),
    before: await registeredBefore(tx),
  }));
  const url = addressOf(hook);
  const last = refusedHintAt(ctx);
  const refusedAt = last !== null && last > ctx.clock() - REFUSED_SHOWN_MS ? last : null;
  const base = { obstacle: webhookObstacle(hook), url, refusedAt };
  try {
    const found = await remote.webhooks.find(id, url);
    const keyIsOurs = hook.key !== null && before?.keyHash === hashOf(ctx, hook.key);
    return {
      ...base,
      state: webhookState({ url, tables }, found, keyIsOurs),
      problem: null,
      tables: tables.map((table) => ({
        name: table.name,
        label: table.label,
        told: isTold(table, found.steps),
      })),
      failures: found.failures,
      others: found.others,
    };
  } catch (error) {
    const none = tables.map(({ name, label }) => ({ name, label, told: false }));
    return { ...base, state: 'unknown', problem: asFailure(error), tables: none, failures: [], others: [] };
  }
}

/** Makes it what it shall be, whatever is there of ours. Throws `CrmFailure`. */
export async function registerWebhook(
  ctx: Context,
  remote: RemoteCrm,
  hook: Hook,
  actor: string | null,
): Promise<void> {
  const obstacle = webhookObstacle(hook);
  if (obstacle !== null || hook.key === null)
    throw new Refusal(409, obstacle?.code ?? 'webhook-key-missing', obstacle?.text ?? '');
  const { key } = hook;
  const url = addressOf(hook);
  const { id, tables } = await inTransaction(ctx, async (tx) => ({
    id: await idOf(tx, ctx),
    tables: (await tablesOf(tx)).map(({ name, columns }) => ({ name, columns })),
  }));
  if (tables.length === 0)
    throw new Refusal(
      409,
      'no-record-type',
      'Set up a record type first, under Configuration, Record types.',
    );
  await remote.webhooks.register({ id, name: `Assent (${new URL(url).host})`, url, key, tables });
  const registered: Registered = { url, keyHash: hashOf(ctx, key), tables: wordOf(ctx, tables) };
  await remember(ctx, registered, actor, 'crm.webhook-register', url);
}

/** Takes away what is registered under our id; what somebody else registered stays. */
export async function removeWebhook(
  ctx: Context,
  remote: RemoteCrm,
  hook: Hook,
  actor: string,
): Promise<void> {
  await remote.webhooks.remove(await inTransaction(ctx, (tx) => idOf(tx, ctx)));
  await remember(ctx, null, actor, 'crm.webhook-remove', addressOf(hook));
}

async function remember(
  ctx: Context,
  registered: Registered | null,
  actor: string | null,
  action: string,
  subject: string,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const at = ctx.clock();
    await saveSetting(tx, SETTING, registered, at);
    if (actor !== null) await insertAudit(tx, { at, actor, action, subject, before: null, after: null });
  });
  if (actor !== null) forgetRefusedHints(ctx);
}

/**
 * Registers anew where record types or columns changed since. Another address or key is a person's affair: a copy of this
 * database that is started elsewhere must not take the webhook away. Answers whether it did.
 */
export async function keepWebhook(ctx: Context, remote: RemoteCrm, hook: Hook): Promise<boolean> {
  const { db } = ctx.database;
  const before = await registeredBefore(db);
  if (before === null || hook.key === null || webhookObstacle(hook) !== null) return false;
  if (before.url !== addressOf(hook) || before.keyHash !== hashOf(ctx, hook.key)) return false;
  const tables = (await tablesOf(db)).map(({ name, columns }) => ({ name, columns }));
  if (tables.length === 0 || wordOf(ctx, tables) === before.tables) return false;
  await registerWebhook(ctx, remote, hook, null);
  return true;
}
