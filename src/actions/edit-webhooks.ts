import type { ConsentEventType } from '../core/consent-event.ts';
import { notify, type Tx } from '../db/engine.ts';
import { insertAudit } from '../db/organisation.ts';
import { insertEventFor, NOBODY, requeueDelivery } from '../db/webhook-deliveries.ts';
import {
  deleteEndpoint,
  type EndpointRow,
  insertEndpoint,
  insertWebhookSecret,
  listEndpoints,
  lockEndpoint,
  readEndpoint,
  setDisabled,
  updateEndpoint,
  webhookSecretName,
} from '../db/webhook-endpoints.ts';
import type { Context } from './context.ts';
import { mustSeal } from './edit-whatsapp-secrets.ts';
import { createHints } from './live.ts';
import { notFound, Refusal } from './refusal.ts';
import { newWebhookSecret } from './sign-webhook.ts';
import { inTransaction, WORK } from './transaction.ts';

/** Endpoints of webhooks out, as an administrator sees to them. Each change is audited, without the secret. */

/** Each of them is written to with every decision. */
const MOST_ENDPOINTS = 20;
/** How long the secret before a new one signs along. */
const OVERLAP_MS = 24 * 3_600_000;

export interface EndpointInput {
  url: string;
  description: string;
  types: ConsentEventType[];
}

/** The secret is answered this once. */
export async function createEndpoint(
  ctx: Context,
  input: EndpointInput,
  actor: string,
): Promise<{ endpoint: EndpointRow; secret: string }> {
  mustSeal(ctx);
  mustBeReachable(ctx, input.url);
  const id = ctx.make.id();
  const now = ctx.clock();
  return inTransaction(ctx, async (tx) => {
    if ((await listEndpoints(tx)).length >= MOST_ENDPOINTS)
      throw new Refusal(
        409,
        'too-many-webhooks',
        'There are as many webhooks as there can be. Remove one first.',
      );
    await insertEndpoint(tx, { ...input, id, createdBy: actor, createdAt: now });
    const secret = await giveSecret(tx, ctx, id);
    await audit(tx, ctx, actor, 'webhook.create', id, null, shown(input));
    return { endpoint: await found(tx, id), secret };
  });
}

export async function changeEndpoint(
  ctx: Context,
  id: string,
  patch: Partial<EndpointInput> & { enabled?: boolean },
  actor: string,
): Promise<EndpointRow> {
  if (patch.url !== undefined) mustBeReachable(ctx, patch.url);
  return inTransaction(ctx, async (tx) => {
    const before = await locked(tx, id);
    const { enabled, ...rest } = patch;
    const after = { url: before.url, description: before.description, types: before.types, ...rest };
    await updateEndpoint(tx, id, after);
    if (JSON.stringify(shown(before)) !== JSON.stringify(shown(after)))
      await audit(tx, ctx, actor, 'webhook.change', id, shown(before), shown(after));
    const wasOn = before.disabledReason === null;
    if (enabled !== undefined && enabled !== wasOn) {
      await setDisabled(tx, id, enabled ? null : 'by-hand', ctx.clock());
      const name = after.url;
      const action = enabled ? 'webhook.enable' : 'webhook.disable';
      await audit(tx, ctx, actor, action, id, { name, enabled: wasOn }, { name, enabled });
      await notify(tx, WORK, '');
    }
    return found(tx, id);
  });
}

export async function removeEndpoint(ctx: Context, id: string, actor: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const before = await locked(tx, id);
    await deleteEndpoint(tx, id);
    await audit(tx, ctx, actor, 'webhook.remove', id, shown(before), null);
  });
}

/** A new secret; the one before signs along for a day, so that the receiver can change over when it suits. */
export async function rotateSecret(
  ctx: Context,
  id: string,
  actor: string,
): Promise<{ endpoint: EndpointRow; secret: string }> {
  mustSeal(ctx);
  return inTransaction(ctx, async (tx) => {
    const before = await locked(tx, id);
    const secret = await giveSecret(tx, ctx, id);
    await audit(tx, ctx, actor, 'webhook.rotate', id, null, { name: before.url });
    return { endpoint: await found(tx, id), secret };
  });
}

/** An event about nobody, signed and delivered like any other; answers its id. */
export async function sendTestEvent(ctx: Context, id: string): Promise<string> {
  const eventId = ctx.make.id();
  await inTransaction(ctx, async (tx) => {
    mustBeOn(await locked(tx, id));
    const event = { id: eventId, contactPointId: NOBODY, type: 'assent.test', at: ctx.clock(), data: {} };
    await insertEventFor(tx, id, event);
    await notify(tx, WORK, '');
  });
  return eventId;
}

/** Under the same id: a receiver that has it knows it again. */
export async function redeliver(ctx: Context, id: string, eventId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    mustBeOn(await locked(tx, id));
    if (!(await requeueDelivery(tx, id, eventId, ctx.clock()))) throw notFound('delivery');
    await notify(tx, WORK, '');
  });
}

function mustBeOn(endpoint: EndpointRow): void {
  if (endpoint.disabledReason !== null)
    throw new Refusal(409, 'webhook-off', 'This webhook is switched off. Switch it on first.');
}

function mustBeReachable(ctx: Context, url: string): void {
  if (ctx.outbound.accepts(url)) return;
  throw ctx.sandbox
    ? new Refusal(
        422,
        'webhook-address-refused',
        'Nothing leaves this machine in the sandbox. Use an address such as http://localhost:8080/.',
      )
    : new Refusal(
        422,
        'webhook-address-refused',
        'A webhook needs an https address on the public Internet, or in a network listed in OUTBOUND_NETWORKS.',
      );
}

async function giveSecret(tx: Tx, ctx: Context, endpointId: string): Promise<string> {
  const secret = newWebhookSecret();
  const id = ctx.make.id();
  const now = ctx.clock();
  const value = ctx.seal.seal(secret, webhookSecretName(id));
  await insertWebhookSecret(tx, { id, endpointId, value, now, oldUntil: now + OVERLAP_MS });
  return secret;
}

async function locked(tx: Tx, id: string): Promise<EndpointRow> {
  const endpoint = await lockEndpoint(tx, id);
  if (endpoint === null) throw notFound('webhook');
  return endpoint;
}

async function found(tx: Tx, id: string): Promise<EndpointRow> {
  const endpoint = await readEndpoint(tx, id);
  if (endpoint === null) throw notFound('webhook');
  return endpoint;
}

const shown = ({ url, description, types }: EndpointInput) => ({ name: url, description, types });

async function audit(
  tx: Tx,
  ctx: Context,
  actor: string,
  action: string,
  subject: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  await insertAudit(tx, { at: ctx.clock(), actor, action, subject, before, after });
  const hints = createHints();
  hints.topic('settings');
  await hints.send(tx);
}
