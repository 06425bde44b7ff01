import { z } from 'zod';

/**
 * What the emulated organisation is made of. The schemas read the journal and the control routes; the types are
 * theirs. Logical names are lower case, ids are GUIDs in lower case.
 */

/** Text by language code (LCID, 1033 is English). */
const labelsSchema = z.record(z.string().regex(/^\d+$/), z.string());
export type Labels = z.infer<typeof labelsSchema>;

const targetSchema = z.object({
  table: z.string(),
  /** Single-valued navigation property on the referencing table, used in `@odata.bind`. */
  navigation: z.string(),
  /** Collection-valued navigation property on the referenced table. */
  collection: z.string(),
});

export const columnSchema = z.object({
  name: z.string(),
  schemaName: z.string(),
  type: z.enum([
    'string',
    'memo',
    'boolean',
    'uniqueidentifier',
    'lookup',
    'owner',
    'datetime',
    'integer',
    'bigint',
    'decimal',
    'picklist',
    'state',
    'status',
  ]),
  labels: labelsSchema,
  /** Strings: `Phone`, `Text`, `Email`, `Url`, `TextArea`. */
  format: z.string().default('Text'),
  maxLength: z.number().int().positive().default(100),
  /** Labels of true and false. */
  booleans: z.object({ true: labelsSchema, false: labelsSchema }).optional(),
  /** Choices by value. */
  choices: z.record(z.string(), labelsSchema).optional(),
  /** What a new record gets; records older than the column stay null. */
  defaultValue: z.union([z.string(), z.number(), z.boolean(), z.null()]).default(null),
  targets: z.array(targetSchema).default([]),
  /** SystemRequired columns refuse null. */
  required: z.enum(['None', 'ApplicationRequired', 'SystemRequired']).default('None'),
  secured: z.boolean().default(false),
  securable: z.object({ read: z.boolean(), create: z.boolean(), update: z.boolean() }).default({
    read: true,
    create: true,
    update: true,
  }),
  readable: z.boolean().default(true),
  creatable: z.boolean().default(true),
  updatable: z.boolean().default(true),
  custom: z.boolean().default(false),
});
export type Column = z.infer<typeof columnSchema>;

export const tableSchema = z.object({
  name: z.string(),
  schemaName: z.string(),
  set: z.string(),
  primaryId: z.string(),
  primaryName: z.string(),
  labels: labelsSchema,
  objectTypeCode: z.number().int(),
  custom: z.boolean().default(false),
  activity: z.boolean().default(false),
  owned: z.boolean().default(true),
  changeTracking: z.boolean().default(false),
  optimisticConcurrency: z.boolean().default(true),
  /** Alternate keys. */
  keys: z.array(z.object({ name: z.string(), columns: z.array(z.string()).min(1) })).default([]),
  columns: z.array(columnSchema),
});
export type Table = z.infer<typeof tableSchema>;

/** Many-to-many relationship: a link has one record of each side. */
export const relationSchema = z.object({
  name: z.string(),
  one: z.object({ table: z.string(), navigation: z.string() }),
  two: z.object({ table: z.string(), navigation: z.string() }),
});
export type Relation = z.infer<typeof relationSchema>;

export const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Lookups are `table/guid`, dates ISO texts in UTC, choices numbers. */
export type Value = z.infer<typeof valueSchema>;

export const rowSchema = z.object({
  id: z.string(),
  /** From the organisation's one counter; the number in the ETag. */
  version: z.number().int(),
  /** Without those that are null. */
  values: z.record(z.string(), valueSchema),
});
export type Row = z.infer<typeof rowSchema>;

export const depthSchema = z.enum(['None', 'Basic', 'Local', 'Deep', 'Global']);
export type Depth = z.infer<typeof depthSchema>;

/** What a system user may do. Who has no entry may nothing. */
export const rightsSchema = z.object({
  user: z.string(),
  /** Depth of every privilege that `privileges` does not name. */
  base: depthSchema.default('Global'),
  /** By privilege name, such as `prvWriteContact`. */
  privileges: z.record(z.string(), depthSchema).default({}),
  /** By `table.column`; a secured column that is not named is closed. */
  columns: z
    .record(z.string(), z.object({ read: z.boolean(), create: z.boolean(), update: z.boolean() }))
    .default({}),
  /** Language of labels and formatted values (LCID). */
  language: z.number().int().default(1033),
});
export type Rights = z.infer<typeof rightsSchema>;

export const settingsSchema = z.object({
  /** Seconds a token lives. */
  tokenLifetime: z.number().int().positive().default(3599),
  /** `ne` and `not` on a null column: documents say no, Advanced Find says yes. */
  negationMatchesNull: z.boolean().default(false),
  /** `%`, `_` and `[ ]` also work in `eq`, not only in contains, startswith and endswith. */
  wildcardsInEq: z.boolean().default(true),
  /** Days a delta token lives (`organization.expirechangetrackingindays`). */
  changeTrackingDays: z.number().positive().default(7),
  enforceLimits: z.boolean().default(true),
  /** Service protection, per user. */
  maxRequests: z.number().int().positive().default(6000),
  windowSeconds: z.number().int().positive().default(300),
  maxExecutionMs: z.number().positive().default(1_200_000),
  maxConcurrent: z.number().int().positive().default(52),
  /** What each operation is taken to cost of the execution time. */
  costMs: z.number().nonnegative().default(0),
  /** Rows of a page at most, whatever is asked for; the service has 5,000. */
  maxPageSize: z.number().int().positive().max(5000).default(5000),
  /** Whether each member of a batch counts for `maxRequests`, instead of the batch as one. */
  batchCountsMembers: z.boolean().default(false),
  /** Ports that webhooks may be posted to; the real service has 80 and 443. Null: any. */
  webhookPorts: z.array(z.number().int()).nullable().default(null),
  webhookTimeoutMs: z.number().int().positive().default(60_000),
  /** Bytes above which a webhook loses its images and parameters. */
  webhookMaxBytes: z.number().int().positive().default(262_144),
  /** Where a webhook carries `?tag=`: in its own shared variables, in those of the parent context, or both. */
  tagIn: z.enum(['top', 'parent', 'both']).default('top'),
  /** Columns by table that a duplicate detection rule compares, where a request asks for detection. */
  duplicateRules: z.record(z.string(), z.array(z.string())).default({}),
  /** Errors come with an empty code, as in some of Microsoft's samples. */
  emptyErrorCodes: z.boolean().default(false),
});
export type Settings = z.infer<typeof settingsSchema>;
export const defaultSettings: Settings = settingsSchema.parse({});

export const metaSchema = z.object({
  /** Versions up to this one were given when this was written. */
  version: z.number().int(),
  /** Changes with the schema. */
  metadataVersion: z.number().int(),
  clockOffsetMs: z.number(),
  seeded: z.boolean(),
  /** Delta tokens of an earlier version are refused. */
  deltaNotBefore: z.number().int(),
  settings: settingsSchema,
});
export type Meta = z.infer<typeof metaSchema>;
