import { sql } from 'kysely';
import type { ConsentEventType } from '../core/consent-event.ts';
import type { Tx } from './engine.ts';
import { isUuid, texts, time } from './rows.ts';
import { deleteSecrets, insertSecret } from './secrets.ts';

/** Where consent events are sent to, and what their signatures are made with. */

export type DisabledReason = 'by-hand' | 'gone' | 'failing';

export interface EndpointRow {
  id: string;
  url: string;
  description: string;
  types: ConsentEventType[];
  disabledReason: DisabledReason | null;
  disabledAt: number | null;
  failingSince: number | null;
  lastSuccessAt: number | null;
  createdBy: string;
  createdAt: number;
  /** Until when the secret before the present one signs along; null where there is none. */
  oldSecretUntil: number | null;
  pending: number;
}

/** How its secret is called in `secret`. */
export const webhookSecretName = (id: string): string => `webhook/${id}`;

const columns = sql`e.id, e.url, e.description, e.types, e.disabled_reason as "disabledReason", e.disabled_at as "disabledAt",
  e.failing_since as "failingSince", e.last_success_at as "lastSuccessAt", e.created_by as "createdBy",
  e.created_at as "createdAt",
  (select max(s.expires_at) from webhook_secret s where s.endpoint_id = e.id) as "oldSecretUntil",
  (select count(*) from webhook_delivery d where d.endpoint_id = e.id and d.state = 'pending') as pending`;

export async function listEndpoints(tx: Tx): Promise<EndpointRow[]> {
  const { rows } =
    await sql<EndpointRow>`select ${columns} from webhook_endpoint e order by e.created_at, e.id`.execute(tx);
  return rows;
}

export async function readEndpoint(tx: Tx, id: string): Promise<EndpointRow | null> {
  if (!isUuid(id)) return null;
  const { rows } =
    await sql<EndpointRow>`select ${columns} from webhook_endpoint e where e.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** The same, locked until the end of the transaction. */
export async function lockEndpoint(tx: Tx, id: string): Promise<EndpointRow | null> {
  if (!isUuid(id)) return null;
  await sql`select 1 from webhook_endpoint where id = ${id}::uuid for no key update`.execute(tx);
  return readEndpoint(tx, id);
}

export async function insertEndpoint(
  tx: Tx,
  row: Pick<EndpointRow, 'id' | 'url' | 'description' | 'types' | 'createdBy' | 'createdAt'>,
): Promise<void> {
  await sql`insert into webhook_endpoint (id, url, description, types, created_by, created_at)
    values (${row.id}::uuid, ${row.url}, ${row.description}, ${texts(row.types)}, ${row.createdBy}, ${time(row.createdAt)})`.execute(
    tx,
  );
}

/** How it stood at another address says nothing of a new one. */
export async function updateEndpoint(
  tx: Tx,
  id: string,
  row: Pick<EndpointRow, 'url' | 'description' | 'types'>,
): Promise<void> {
  const moved = sql`url <> ${row.url}`;
  await sql`update webhook_endpoint set url = ${row.url}, description = ${row.description}, types = ${texts(row.types)},
    failing_since = case when ${moved} then null else failing_since end,
    last_success_at = case when ${moved} then null else last_success_at end
    where id = ${id}::uuid`.execute(tx);
}

/** Switches it off with a reason, or on (null): then what failed before counts no more. */
export async function setDisabled(
  tx: Tx,
  id: string,
  reason: DisabledReason | null,
  now: number,
): Promise<void> {
  await sql`update webhook_endpoint set disabled_reason = ${reason}, disabled_at = ${time(reason === null ? null : now)},
    failing_since = case when ${reason === null} then null else failing_since end where id = ${id}::uuid`.execute(
    tx,
  );
}

/** A try arrived. */
export async function endpointWorks(tx: Tx, id: string, now: number): Promise<void> {
  await sql`update webhook_endpoint set last_success_at = ${time(now)}, failing_since = null where id = ${id}::uuid`.execute(
    tx,
  );
}

/** A try did not; answers since when none has. */
export async function endpointFails(tx: Tx, id: string, now: number): Promise<number> {
  const { rows } = await sql<{ since: number }>`update webhook_endpoint
    set failing_since = coalesce(failing_since, ${time(now)}) where id = ${id}::uuid
    returning failing_since as since`.execute(tx);
  return rows[0]?.since ?? now;
}

/** With its deliveries and its secrets. */
export async function deleteEndpoint(tx: Tx, id: string): Promise<void> {
  const { rows } = await sql<{
    id: string;
  }>`delete from webhook_secret where endpoint_id = ${id}::uuid returning id`.execute(tx);
  await deleteSecrets(
    tx,
    rows.map((row) => webhookSecretName(row.id)),
  );
  await sql`delete from webhook_endpoint where id = ${id}::uuid`.execute(tx);
}

/** A secret from now on; those before it sign along until `oldUntil`, one that was on its way out goes. */
export async function insertWebhookSecret(
  tx: Tx,
  secret: { id: string; endpointId: string; value: string; now: number; oldUntil: number },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`delete from webhook_secret
    where endpoint_id = ${secret.endpointId}::uuid and expires_at is not null returning id`.execute(tx);
  await deleteSecrets(
    tx,
    rows.map((row) => webhookSecretName(row.id)),
  );
  await sql`update webhook_secret set expires_at = ${time(secret.oldUntil)} where endpoint_id = ${secret.endpointId}::uuid`.execute(
    tx,
  );
  await sql`insert into webhook_secret (id, endpoint_id, created_at)
    values (${secret.id}::uuid, ${secret.endpointId}::uuid, ${time(secret.now)})`.execute(tx);
  await insertSecret(tx, { name: webhookSecretName(secret.id), value: secret.value });
}

/** What signs now, the newest first. */
export async function webhookSecrets(
  tx: Tx,
  endpointIds: readonly string[],
  now: number,
): Promise<{ endpointId: string; id: string; value: string }[]> {
  const { rows } = await sql<{ endpointId: string; id: string; value: string }>`
    select w.endpoint_id as "endpointId", w.id, s.value
      from webhook_secret w join secret s on s.name = 'webhook/' || w.id
     where w.endpoint_id = any(${endpointIds as string[]}::uuid[]) and (w.expires_at is null or w.expires_at > ${time(now)})
     order by w.created_at desc, w.id desc`.execute(tx);
  return rows;
}

/** Secrets whose time is over. */
export async function deleteOldWebhookSecrets(tx: Tx, now: number): Promise<void> {
  const { rows } = await sql<{
    id: string;
  }>`delete from webhook_secret where expires_at <= ${time(now)} returning id`.execute(tx);
  if (rows.length > 0)
    await deleteSecrets(
      tx,
      rows.map((row) => webhookSecretName(row.id)),
    );
}
