import { CrmFailure, type RemoteCrm } from '../../ports.ts';
import { sendBatch } from './batch.ts';
import type { Client } from './client.ts';
import { failureOfStatus } from './failures.ts';

/** Where `$count` stops: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/count-rows */
const COUNTED_UP_TO = 5_000;
const VALUES = ['true', 'false', 'null'] as const;
/** Members of one batch, a multiple of three. */
const MOST_IN_BATCH = 99;

/** Asked of the organisation, three counts to a column. A column that it does not let us filter by is left out. */
export async function countValues(
  client: Client,
  table: Parameters<RemoteCrm['countValues']>[0],
  columns: readonly string[],
): ReturnType<RemoteCrm['countValues']> {
  const counted: Awaited<ReturnType<RemoteCrm['countValues']>> = new Map();
  const most = MOST_IN_BATCH / VALUES.length;
  for (let from = 0; from < columns.length; from += most) {
    const some = columns.slice(from, from + most);
    const answers = await countsIn(client, table.entitySet, some);
    for (const [position, column] of some.entries()) {
      const [yes, no, empty] = answers.slice(position * VALUES.length, (position + 1) * VALUES.length);
      if (yes != null && no != null && empty != null)
        counted.set(column, { yes, no, empty, upTo: COUNTED_UP_TO });
    }
  }
  return counted;
}

/** Null where one count was refused. */
async function countsIn(
  client: Client,
  entitySet: string,
  columns: readonly string[],
): Promise<(number | null)[]> {
  const requests = columns.flatMap((column) =>
    VALUES.map((value) => ({
      method: 'GET',
      path: `/api/data/v9.2/${entitySet}/$count?$filter=${encodeURIComponent(`${column} eq ${value}`)}`,
      headers: {},
      body: '',
    })),
  );
  const answers = await sendBatch(client, requests);
  if (answers.length < requests.length)
    throw new CrmFailure('cut', 'The organisation’s answer to the batch ends in the middle.');
  return answers.map(({ status, headers, text }) => {
    // The plain number stands behind a byte order mark.
    const count = /^\uFEFF?(\d+)\s*$/.exec(text)?.[1];
    if (status >= 200 && status < 300)
      return count === undefined ? null : Math.min(Number(count), COUNTED_UP_TO);
    const failure = failureOfStatus(status, headers, text);
    if (failure.passing) throw failure;
    return null;
  });
}
