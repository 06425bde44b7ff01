import type { Call } from './call.ts';
import { tableOfSet } from './catalogue.ts';
import { badPayload, badQuery, noSuchRecord } from './errors.ts';
import type { Table } from './model.ts';
import { rowNamed } from './rows.ts';

/** The record an `@odata.id` or `@odata.bind` text names. */
export function namedRecord(call: Call, text: string): { table: Table; id: string } {
  const path = withContentId(call, text)
    .replace(/^https?:\/\/[^/]+/, '')
    .replace(/^\/?(?:api\/data\/v\d+\.\d+\/)?\/?/, '');
  const found = /^(\w+)\((?:\w+=)?'?\{?([0-9a-fA-F-]{36})\}?'?\)$/.exec(path);
  if (!found) throw badPayload(text, `The reference '${text}' is not understood.`);
  const table = tableOfSet(call.world.store, found[1] ?? '');
  const id = (found[2] ?? '').toLowerCase();
  if (!rowNamed(call.world.store, table, id)) throw noSuchRecord(table.name, id);
  return { table, id };
}

/** `$1` at the start of a URL stands for what the part with that Content-ID of this batch made. */
export function withContentId(call: Pick<Call, 'contentIds'>, url: string): string {
  const found = /^\/?\$(\w+)(?=$|\/|\?)/.exec(url);
  if (!found || found[1] === 'batch' || found[1] === 'metadata') return url;
  const made = call.contentIds.get(found[1] ?? '');
  if (made === undefined)
    throw badQuery(`Content-ID Reference: '$${found[1]}' does not exist in the batch context.`);
  return made + url.slice(found[0].length);
}
