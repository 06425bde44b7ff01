import { type Answer, apiUrl, type Call } from './call.ts';
import { tableOfSet } from './catalogue.ts';
import { csdl } from './csdl.ts';
import { badQuery, DataverseError, errorBody, noSuchRecord, noSuchSegment } from './errors.ts';
import { boundAnswer, unboundAnswer } from './functions.ts';
import { resolveKey } from './keys.ts';
import { metadataAnswer } from './metadata.ts';
import { readPath } from './path.ts';
import { recordAnswer } from './records.ts';
import { UNVERIFIED } from './unverified.ts';

/** One operation, as a transaction of its own; what it starts (webhooks) starts when it is committed. */
export function perform(call: Call): Answer {
  const answer = call.world.store.atomically(() => dispatch(call));
  for (const task of call.afterCommit.splice(0)) task();
  return answer;
}

/** @throws DataverseError for every refusal */
export function dispatch(call: Call): Answer {
  const segments = readPath(call.path);
  const [first, second] = segments;
  if (!first) return serviceDocument(call);
  if (first.name === '$metadata') {
    const headers = { 'content-type': 'application/xml' };
    return { status: 200, headers, body: csdl(call.world.store) };
  }
  if (first.name === 'EntityDefinitions') return metadataAnswer(call, segments);
  if (!second) {
    const answer = unboundAnswer(call, first);
    if (answer) return answer;
  }
  const table = tableOfSet(call.world.store, first.name);
  if (second?.name.startsWith('Microsoft.Dynamics.CRM.')) {
    if (first.args === null) throw noSuchSegment(second.name);
    const key = resolveKey(call, table, first.args);
    if (!key.row) throw noSuchRecord(table.name, key.id ?? first.args);
    return boundAnswer(call, table, key.row.id, second);
  }
  const answer = recordAnswer(call, table, segments);
  if (call.method === 'GET' && answer.status === 200) {
    const applied = [
      ...(call.prefer.trackChanges ? ['odata.track-changes'] : []),
      ...(call.prefer.maxPageSize === null ? [] : [`odata.maxpagesize=${call.prefer.maxPageSize}`]),
      ...(call.headers.prefer?.includes('odata.include-annotations') ? ['odata.include-annotations'] : []),
    ];
    if (applied.length > 0) answer.headers['preference-applied'] = applied.join(',');
  }
  return answer;
}

function serviceDocument(call: Call): Answer {
  const value = [...call.world.store.tables.values()].map((table) => ({
    name: table.set,
    kind: 'EntitySet',
    url: table.set,
  }));
  return { status: 200, headers: {}, body: { '@odata.context': apiUrl(call, '$metadata'), value } };
}

/** A refusal as an answer. What is no DataverseError is a defect of the emulator, and says so with 500. */
export function refusal(error: unknown, call: Pick<Call, 'prefer' | 'world'> | null): Answer {
  const known =
    error instanceof DataverseError
      ? error
      : error instanceof URIError
        ? badQuery('Bad Request - Error in query syntax.')
        : new DataverseError(500, '0x80040216', `An unexpected error occurred. ${String(error)}`);
  if (known.status === 401)
    return { status: 401, headers: { ...known.headers }, body: UNVERIFIED.unauthorized.body };
  const detailed = call?.prefer.annotates('Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus') ?? false;
  const emptyCode = call?.world.settings().emptyErrorCodes ?? false;
  return { status: known.status, headers: { ...known.headers }, body: errorBody(known, detailed, emptyCode) };
}
