import fc from 'fast-check';
import { z } from 'zod';
import { type Row, TABLE, type Things } from '../api/route-table.ts';
import { LONGEST_TARGET } from './ask.ts';
import { bySchema, Schema } from './by-schema.ts';
import { damage, hostileText, hostileValue, mutate } from './hostile.ts';

/** One call of the OpenAPI document, with what it says of its parameters and its body. */
export interface Call {
  name: string;
  method: string;
  path: string;
  query: { name: string; schema: Schema }[];
  body: Schema | null;
}

export const CALLERS = ['key', 'administrator', 'agent', 'auditor', 'nobody'] as const;
export type Caller = (typeof CALLERS)[number];

/** A request as a value that prints: what a finding shows. */
export interface Asked {
  who: Caller;
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

const Operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), schema: Schema })).optional(),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: Schema })).optional() })
    .optional(),
});
export const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});

export function callsOf(document: z.infer<typeof Document>): Call[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      query: parameters.filter((one) => one.in === 'query'),
      body: requestBody?.content?.['application/json']?.schema ?? null,
    })),
  );
}

const json = (value: unknown): string => JSON.stringify(value) ?? 'null';
/** `encodeURIComponent` throws at half of a surrogate pair; half of one is sent as a server may get it. */
const encoded = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80');
const short = (text: string): string => text.slice(0, 2_000);

/** Requests to one call: complete ones, valid by schema, near-valid, and broken in every part. */
export function requestsTo(call: Call, things: Things): fc.Arbitrary<Asked> {
  const ids = [...Object.values(things), 'contact', 'account', 'de', 'admin'];
  const row: Row | undefined = TABLE[call.name];
  const sample = row?.sample(things) ?? { path: call.path };
  const [samplePath = '', sampleQuery = ''] = sample.path.split('?');

  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ids).map(encodeURIComponent) },
    { weight: 3, arbitrary: hostileText.map(short).map(encoded) },
    { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%ff%fe', '%00', '..', '%2e%2e%2f', '*', ';a=b') },
  );
  const names = call.path.match(/\{[^}]+\}/g) ?? [];
  const path = fc.oneof(
    { weight: 5, arbitrary: fc.constant(samplePath) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(...names.map(() => part))
        .map((values) =>
          names.reduce((at, name, index) => at.replace(name, () => values[index] ?? ''), call.path),
        ),
    },
  );
  const parameter = fc.oneof(
    ...call.query.map(({ name, schema }) =>
      fc
        .oneof(bySchema(schema, ids).map(String), hostileText)
        .map((value) => `${encoded(name)}=${encoded(short(value))}`),
    ),
    hostileText.map(short).map((text) => `${encoded(text)}=${encoded(text)}`),
    fc.constantFrom('limit=1&limit=2', 'a[b]=c', '__proto__=1', '%', '=&=&', 'cursor=eyJhIjoxfQ'),
  );
  const query = fc.oneof(
    { weight: 2, arbitrary: fc.constant(sampleQuery) },
    { weight: 2, arbitrary: fc.array(parameter, { maxLength: 4 }).map((all) => all.join('&')) },
  );

  const complete = typeof sample.body === 'string' ? sample.body : json(sample.body ?? {});
  const valid = call.body === null ? fc.constant(sample.body ?? {}) : bySchema(call.body, ids);
  const near = fc
    .tuple(fc.oneof(valid, fc.constant(sample.body ?? {})), fc.nat(1_000_000), fc.nat(100), hostileValue)
    .map(([value, at, how, by]) => json(mutate(value, at, how, by)));
  const text = fc.oneof(
    { weight: 1, arbitrary: fc.constant(complete) },
    { weight: 4, arbitrary: valid.map(json) },
    { weight: 5, arbitrary: near },
    { weight: 1, arbitrary: hostileValue.map(json) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.oneof(fc.constant(complete), valid.map(json)), damage)
        .map(([whole, broken]) => broken(whole)),
    },
    { weight: 1, arbitrary: hostileText },
  );
  const type = fc.oneof(
    { weight: 9, arbitrary: fc.constant(sample.headers?.['content-type'] ?? 'application/json') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'text/plain',
        'text/csv',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'multipart/form-data; boundary=a-boundary',
        'application/json; charset=utf-16',
        'nonsense',
        '/',
      ),
    },
  );
  const more = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Record<string, string>>(
        { 'accept-language': `${'de,'.repeat(400)}x;q=NaN` },
        { range: 'bytes=-0,9-1' },
        { range: 'bytes=99999999999999999999-' },
        { 'if-none-match': '"' },
        { 'idempotency-key': 'x'.repeat(3_000) },
        { 'idempotency-key': '\u00ff\u0001'.slice(0, 1) },
        { cookie: '__proto__=1; assent=%00; a="' },
        { 'last-event-id': '-1' },
        { accept: 'application/xml' },
      ),
    },
  );
  const isRead = call.method === 'GET';
  return fc
    .record({
      who: fc.oneof(
        { weight: 5, arbitrary: fc.constant<Caller>('key') },
        { weight: 4, arbitrary: fc.constantFrom<Caller>(...CALLERS) },
      ),
      path,
      query,
      text: isRead ? fc.constant(undefined) : fc.option(text, { nil: undefined, freq: 12 }),
      type,
      more,
    })
    .map(({ who, path: at, query: asked, text: body, type: contentType, more: headers }) => ({
      who,
      method: call.method,
      target: (asked === '' ? at : `${at}?${asked}`).slice(0, LONGEST_TARGET),
      headers: {
        ...sample.headers,
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...headers,
      },
      body,
    }));
}
