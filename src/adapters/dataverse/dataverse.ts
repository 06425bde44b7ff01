import { z } from 'zod';
import { pauseRequests, takeRequests } from '../../db/crm-connection.ts';
import type { Db } from '../../db/engine.ts';
import { type Clock, CrmFailure, type RemoteCrm } from '../../ports.ts';
import { createClient } from './client.ts';
import { readRights, readTables } from './metadata.ts';
import { readOne, readPage, saveOne, writeRecords } from './records.ts';
import { createTokens, type TokenOptions } from './tokens.ts';

const WhoAmI = z.looseObject({ UserId: z.guid(), OrganizationId: z.guid() });
const Counts = z.looseObject({
  EntityRecordCountCollection: z.looseObject({ Values: z.array(z.number()) }),
});

/** A Dataverse organisation. The database holds what all nodes together may ask of it. */
export function createDataverse(db: Db, options: TokenOptions, clock: Clock): RemoteCrm {
  const client = createClient({
    url: options.url,
    tokens: createTokens(options),
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
  return {
    whoAmI,
    tables: () => readTables(client),
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
    page: (table, columns, link) => readPage(client, table, columns, link),
    read: (table, id, columns, timeoutMs) => readOne(client, table, id, columns, timeoutMs),
    write: (writes) => writeRecords(client, writes),
    save: (table, id, values, create) => saveOne(client, table, id, values, create),
    rights: async (tables) => readRights(client, (await whoAmI()).userId, tables),
    close: client.close,
  };
}
