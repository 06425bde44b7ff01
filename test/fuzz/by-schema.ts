import fc from 'fast-check';
import { z } from 'zod';
import { hostileText } from './hostile.ts';

/** The words of JSON Schema that the document of the API uses; a test fails where it begins to use another. */
export const Schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  get anyOf() {
    return z.array(Schema).optional();
  },
  get oneOf() {
    return z.array(Schema).optional();
  },
  get allOf() {
    return z.array(Schema).optional();
  },
  get items() {
    return Schema.optional();
  },
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), Schema]).optional();
  },
  required: z.array(z.string()).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
});
export type Schema = z.infer<typeof Schema>;

/** Values the schema allows, as far as JSON Schema says it: at the edges of its limits, and with ids that exist. */
export function bySchema(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  if ('const' in schema && schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => bySchema(one, ids)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => bySchema({ ...schema, type }, ids)));
  switch (schema.type) {
    case 'string':
      return texts(schema, ids);
    case 'integer':
    case 'number': {
      const { minimum = -(2 ** 31), maximum = 2 ** 31 } = schema;
      const between = fc.double({ min: minimum, max: maximum, noNaN: true });
      const within = schema.type === 'integer' ? between.map(Math.trunc) : between;
      return fc.oneof(fc.constantFrom(minimum, maximum), within);
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(bySchema(schema.items ?? Schema.parse({}), ids), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
      });
    case 'object':
      return objects(schema, ids);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objects(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: more } = schema;
  const shape = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, bySchema(one, ids)]));
  const known = fc.record(shape, { requiredKeys: required });
  if (typeof more !== 'object' || Object.keys(properties).length > 0) return known;
  return fc.dictionary(
    fc.oneof(fc.constantFrom('1', 'fullname', 'mobilephone'), hostileText),
    bySchema(more, ids),
    {
      maxKeys: 3,
    },
  );
}

const FORMS: Record<string, readonly string[]> = {
  uuid: ['00000000-0000-4000-8000-0000000000ff'],
  email: ['a@contoso.example', `${'a'.repeat(60)}@b.example`],
  uri: ['https://contoso.example/x', 'http://127.0.0.1:9/', 'http://[::1]:9/?a=b#c', 'javascript:alert(1)'],
  'date-time': ['2026-02-28T23:59:59Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
};

function texts(schema: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = 10_000, format, pattern } = schema;
  const fits = (text: string): string => text.padEnd(minLength, 'x').slice(0, maxLength);
  const known = fc.constantFrom(...ids);
  if (format !== undefined && format in FORMS)
    return fc.oneof(known, fc.constantFrom(...(FORMS[format] ?? [''])));
  if (pattern !== undefined) return fc.oneof(known, fc.stringMatching(new RegExp(pattern, 'u')));
  return fc.oneof(
    { weight: 2, arbitrary: known.map(fits) },
    { weight: 2, arbitrary: hostileText.map(fits) },
    { weight: 1, arbitrary: fc.constant('x'.repeat(Math.min(maxLength, 10_000))) },
  );
}
