import { z } from 'zod';
import { pauseRequests, takeRequests } from '../../db/crm-connection.ts';
import type { Db } from '../../db/engine.ts';
import { type Clock, CrmFailure, type RemoteCrm } from '../../ports.ts';
import { createClient } from './client.ts';
import { readMissingRights, readRights, readTables } from './metadata.ts';
import { listPage, readOne, readPage, removeOne, saveOne, writeRecords } from './records.ts';
import { createTimeline } from './timeline.ts';
import { createTokens, type TokenOptions } from './tokens.ts';
import { countValues } from './value-counts.ts';
import { createWebhooks } from './webhooks.ts';

const WhoAmI = z.looseObject({ UserId: z.guid(), OrganizationId: z.guid() });
const Counts = z.looseObject({
  EntityRecordCountCollection: z.looseObject({ Values: z.array(z.number()) }),
});

/** A Dataverse organisation. The database holds what all nodes together may ask of it. */
export function createDataverse(db: Db, options: TokenOptions, clock: Clock, timeoutMs?: number): RemoteCrm {
  const client = createClient({
    url: options.url,
    tokens: createTokens(options),
    timeoutMs,
    allowance: {
      async take(requests) {
        const waitMs = await takeRequests(db, requests, clock());
        if (waitMs > 0) throw new CrmFailure('paused', 'Requests to the organisation are paused.', waitMs);
      },
      pause: (ms) => pauseRequests(db, clock() + ms),
    },
  });
  const whoAmI = async () => {
    const { UserId, OrganizationId } = await client.json(WhoAmI, 'WhoAmI');
    return { userId: UserId, organizationId: OrganizationId };
  };
  let us: Promise<string> | null = null;
  /** The user we are there, asked for once. */
  const ourUser = (): Promise<string> => {
    us ??= whoAmI().then(
      ({ userId }) => userId.toLowerCase(),
      (error: unknown) => {
        us = null;
        throw error;
      },
    );
    return us;
  };
  return {
    webhooks: createWebhooks(client, async () => (await whoAmI()).userId),
    whoAmI,
    tables: () => readTables(client, async () => (await whoAmI()).userId),
    count: (table) =>
      client
        .json(
          Counts,
          `RetrieveTotalRecordCount(EntityNames=@p1)?@p1=${encodeURIComponent(JSON.stringify([table.name]))}`,
        )
        .then(({ EntityRecordCountCollection: { Values } }) => Values[0] ?? null)
        .catch((error: unknown) => {
          // It is for the progress bar alone.
          if (error instanceof CrmFailure && error.kind !== 'paused') return null;
          throw error;
        }),
    countValues: (table, columns) => countValues(client, table, columns),
    list: async (table, columns, link) => listPage(client, table, columns, link, await ourUser()),
    page: async (table, columns, link) => readPage(client, table, columns, link, await ourUser()),
    read: async (table, id, columns, timeoutMs) =>
      readOne(client, table, id, columns, timeoutMs, await ourUser()),
    write: (writes) => writeRecords(client, writes),
    save: (table, id, values, create, ifMatch) => saveOne(client, table, id, values, create, ifMatch),
    remove: (table, id) => removeOne(client, table, id),
    missingRights: async (table, rights) => readMissingRights(client, (await whoAmI()).userId, table, rights),
    rights: async (tables) => readRights(client, (await whoAmI()).userId, tables),
    timeline: createTimeline(client, whoAmI, clock),
    close: client.close,
  };
}
