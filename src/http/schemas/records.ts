import { z } from 'zod';
import { CSV_ENCODINGS } from '../../core/csv-import.ts';
import { CHAT_SOURCES } from '../../core/new-record.ts';
import { ConsentStateName, EntityTag, Id, PageQuery, pageOf, Time, TimeGiven } from './common.ts';

/** The table that an address names. */
export const ByTable = z.object({ table: z.string().min(1).max(100) });

/** A CRM table Assent works with. */
export const RecordTypeInput = z.object({
  /** The table's own label where it is left out. */
  displayName: z.string().trim().min(1).max(100).optional(),
  /** None where number and consent are taken from a related record. */
  phoneColumns: z.array(z.string().min(1).max(100)).max(10),
  /** The table's first text column where it is left out. */
  nameColumn: z.string().min(1).max(100).optional(),
  complianceField: z.string().max(100).nullable().default(null),
  polarity: z.enum(['allows', 'forbids']).default('allows'),
  unset: z.enum(['ask-first', 'allow']).default('ask-first'),
  defaultCountry: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capital letters, ISO 3166')
    .nullable()
    .default(null),
  priority: z.number().int().min(0).max(1000).default(100),
  marketingField: z.string().max(100).nullable().optional(),
  /** The record type that number and consent are taken from, where this one has no phone columns; and the lookup to it. */
  relatedTable: z.string().max(100).nullable().optional(),
  relatedColumn: z.string().max(100).nullable().optional(),
  languageColumn: z.string().max(100).nullable().optional(),
  /** A denied customer who writes may be answered inside that window (product.md §3.1). Off by default. */
  allowReplyAfterRefusal: z.boolean().default(false),
  /** Default basis for asking, kept on each consent request. */
  askingBasis: z.enum(['customer-wrote', 'existing-customer', 'other']).default('existing-customer'),
  /** Columns that a record made from a chat is filled with; null: name, number and language. */
  chatMapping: z.record(z.string().min(1).max(100), z.enum(CHAT_SOURCES)).nullable().default(null),
});
export type RecordTypeInput = z.infer<typeof RecordTypeInput>;
export const RecordTypeOut = RecordTypeInput.extend({
  table: z.string(),
  displayName: z.string(),
  nameColumn: z.string(),
  /** Its records are still being read after a change: until then numbers may be missing, and values unseen. */
  takingIn: z.object({ done: z.number().int(), total: z.number().int() }).nullable(),
  etag: EntityTag,
});
export type RecordTypeOut = z.infer<typeof RecordTypeOut>;
/** Everything a form of a record type holds. */
export type RecordTypeValues = Omit<RecordTypeOut, 'table' | 'takingIn' | 'etag'>;

/** A test of a column, made on a record that Assent made for it and deleted again. */
export const ColumnCheckOut = z.object({
  at: Time,
  actor: z.string(),
  verdict: z.enum(['works', 'unreadable', 'not-writable', 'unknown']),
  steps: z.array(
    z.object({
      step: z.enum(['create', 'write-yes', 'read-yes', 'write-no', 'read-no', 'delete']),
      ok: z.boolean(),
      detail: z.string().nullable(),
    }),
  ),
});
export type ColumnCheckOut = z.infer<typeof ColumnCheckOut>;

export const ColumnOut = z.object({
  name: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'phone', 'email', 'boolean', 'number', 'date', 'language']),
  default: z.union([z.boolean(), z.string(), z.null()]),
  /** For Boolean columns: how many records hold each value today. Left out where its values are in a remote CRM alone. */
  counts: z.object({ yes: z.number(), no: z.number(), empty: z.number() }).optional(),
  /** What a remote CRM calls the two values of a Boolean column: what looks like Yes may mean “do not”. */
  options: z.object({ yes: z.string(), no: z.string() }).nullable().optional(),
  custom: z.boolean(),
  /** False where its values stay in the remote CRM: no record type here uses it. Left out where all are read. */
  read: z.boolean().optional(),
  /** Where a remote CRM keeps the column itself: whether a new record may bring a value, and a change one. Left out: both. */
  takes: z.object({ create: z.boolean(), update: z.boolean() }).optional(),
  /** What Yes in it most likely means, by its words: a proposal. */
  polarity: z.enum(['allows', 'forbids']).optional(),
  /** What column security leaves Assent; null: the column is not secured, or may, as far as the CRM tells. */
  security: z.object({ read: z.boolean().nullable(), update: z.boolean().nullable() }).nullable().optional(),
  /** Why it cannot be a Compliance Field. */
  obstacle: z.enum(['unreadable', 'not-writable']).nullable().optional(),
  /** Its last test; left out where columns need none. */
  check: ColumnCheckOut.nullable().optional(),
});
export type ColumnOut = z.infer<typeof ColumnOut>;

/** How many records of a remote CRM hold what in a Boolean column. */
export const ColumnValuesOut = z.object({
  name: z.string(),
  yes: z.number().int(),
  no: z.number().int(),
  empty: z.number().int(),
  /** A count of so many means so many or more: the CRM counts no further. Null: all are exact. */
  upTo: z.number().int().nullable(),
});
export type ColumnValuesOut = z.infer<typeof ColumnValuesOut>;

/** What Assent needs of a table in the organisation, and whether it has it; null where that cannot be found out. */
export const TableRightsOut = z.object({
  items: z.array(
    z.object({
      code: z.enum([
        'table-missing',
        'read',
        'write',
        'change-tracking',
        'column-missing',
        'column-security',
      ]),
      subject: z.string(),
      ok: z.boolean().nullable(),
    }),
  ),
});
export type TableRightsOut = z.infer<typeof TableRightsOut>;

/** When the tables and columns of the organisation were read. */
export const TablesReadOut = z.object({ readAt: Time });
export type TablesReadOut = z.infer<typeof TablesReadOut>;

export const NewColumn = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{1,62}$/, 'lower-case letters, digits and _, 2 to 63 characters')
    .optional(),
  /** The name where it is left out. */
  label: z.string().trim().min(1).max(100).optional(),
  kind: z.literal('boolean').default('boolean'),
  default: z.boolean().nullable().default(null),
});

export const TableOut = z.object({
  name: z.string(),
  label: z.string(),
  configured: z.boolean(),
  /** Its records are those of an organisation, where Assent needs rights. */
  elsewhere: z.boolean(),
  /** Columns that lead to a table with phone columns, from which number and consent may be taken. */
  lookups: z.array(z.object({ name: z.string(), label: z.string(), targets: z.array(z.string()) })),
});

export type TableOut = z.infer<typeof TableOut>;

export const RecordConsent = z.object({
  service: ConsentStateName,
  marketing: ConsentStateName,
  decidedAt: Time.nullable(),
  source: z.string().nullable(),
  onHold: z.boolean(),
  /** The number's ledger knows nothing and the field holds a value from the CRM: `crm-unproven`. */
  unproven: z.boolean(),
});

export const RecordOut = z.object({
  recordType: z.string(),
  id: Id,
  name: z.string(),
  phones: z.array(z.string()),
  /** The first of them as people write it; a list goes without. */
  phoneText: z.string().optional(),
  complianceValue: z.boolean().nullable(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  consent: RecordConsent,
  conversationId: Id.nullable(),
  /** The record that number, field and consent are taken from, where it is another one. */
  related: z.object({ recordType: z.string(), id: Id, name: z.string() }).nullable(),
  createdAt: Time,
  updatedAt: Time,
});
export type RecordOut = z.infer<typeof RecordOut>;

export const RecordPage = pageOf(RecordOut);
export type RecordPage = z.infer<typeof RecordPage>;
export const RecordQuery = PageQuery.extend({
  recordType: z.string().optional(),
  search: z.string().max(200).optional(),
  /** By consent state of the messaging number, `on-hold` included. */
  consent: z.enum([...ConsentStateName.options, 'on-hold']).optional(),
  decidedSince: TimeGiven.optional(),
  decidedUntil: TimeGiven.optional(),
});
export type RecordQuery = z.infer<typeof RecordQuery>;

/** Texts come without the spaces around them, as an imported file's do: nobody means those of a name or a number. */
export const RecordValues = z.object({
  values: z.record(
    z.string().max(100),
    z.union([z.string().max(10_000).trim(), z.number(), z.boolean(), z.null()]),
  ),
});

export const ImportReport = z.object({
  /** What the file was taken for: UTF-8 or UTF-16 where it is that, else Windows-1252. */
  encoding: z.enum(CSV_ENCODINGS),
  created: z.number(),
  updated: z.number(),
  /** Rows that an import brought in before; nothing was changed. */
  already: z.number(),
  bad: z.array(z.object({ line: z.number(), code: z.string(), message: z.string() })),
});
export type ImportReport = z.infer<typeof ImportReport>;

/** How many records are in each state: `GET /api/consent-summary?recordType=`. */
export const ConsentSummary = z.object({
  items: z.array(
    z.object({
      recordType: z.string(),
      counts: z.record(z.string(), z.number()),
    }),
  ),
});
export type ConsentSummary = z.infer<typeof ConsentSummary>;

/** The form of a new record for the customer of a chat: what is known already, and every column it may fill. */
export const ProposedRecordOut = z.object({
  values: z.record(z.string(), z.string()),
  columns: z.array(ColumnOut),
});
export type ProposedRecordOut = z.infer<typeof ProposedRecordOut>;

/** A record that may be the customer of a chat. */
export const DuplicateOut = z.object({
  recordType: z.string(),
  id: Id,
  name: z.string(),
  phones: z.array(z.string()),
  because: z.enum(['number', 'name']),
});
export type DuplicateOut = z.infer<typeof DuplicateOut>;
export const DuplicatesOut = z.object({ items: z.array(DuplicateOut) });
export type DuplicatesOut = z.infer<typeof DuplicatesOut>;

export const RecordFromChat = z
  .object({ table: z.string().min(1).max(100), values: RecordValues.shape.values })
  .strict();
export const LinkRecord = z
  .object({
    recordType: z.string().min(1).max(100),
    recordId: z.string().min(1).max(100),
    /** A phone column whose number is to be replaced. */
    column: z.string().min(1).max(100).optional(),
  })
  .strict();
