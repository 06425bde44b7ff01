/**
 * Answers that no document and no recording settles. They stand in this one place so that a look at a live
 * organisation can correct them; a client must not depend on any. Those that tests want both ways are settings:
 * `negationMatchesNull`, `wildcardsInEq`, `tagIn`, `batchCountsMembers`, `emptyErrorCodes`.
 */
export const UNVERIFIED = {
  /** Body and header of a call without a valid token. */
  unauthorized: {
    body: '',
    wwwAuthenticate: (authority: string, resource: string) =>
      `Bearer authorization_uri=${authority}/oauth2/authorize, resource_id=${resource}/`,
  },
  /** An application user that is disabled. */
  disabledUser: { status: 403, code: '0x80040225' },
  /** CallerObjectId or MSCRMCallerID names nobody. */
  unknownCaller: { status: 403, code: '0x80072560' },
  /** `PATCH` with `If-None-Match: *` on a record that is there: Microsoft's sample shows an empty code. */
  recordAlreadyThereCode: '0x80060892',
  /** A delta token past its days, or from another organisation. */
  deltaExpired: { status: 400, code: '0x80044352' },
  /** `$filter` and others with change tracking. */
  deltaOption: {
    status: 400,
    code: '0x80060888',
    message: (option: string) =>
      `The "${option}" query parameter isn't supported when Change Tracking is enabled.`,
  },
  /** `odata.track-changes` on a table that has change tracking off. */
  trackingOff: {
    status: 400,
    code: '0x80044351',
    message: (table: string) => `Entity: ${table} isn't enabled for change tracking.`,
  },
  /** A table that metadata does not know. */
  unknownTable: {
    status: 404,
    code: '0x80060888',
    message: (table: string) => `Could not find an entity with specified entity name ${table}.`,
  },
  /** A column that metadata does not know. */
  unknownColumn: {
    status: 404,
    code: '0x80060888',
    message: (column: string, table: string) =>
      `Could not find an attribute with specified name ${column} on entity ${table}.`,
  },
  /** Null for a SystemRequired column. */
  required: { status: 400, code: '0x80040203' },
  /** A choice that the column does not have. */
  outOfRange: { status: 400, code: '0x8004431a' },
  /** If-Match with a version on a table without optimistic concurrency. */
  concurrencyOff: { status: 400, code: '0x8006088d' },
  /** `contacts('guid')`, as general OData clients write it, is taken like `contacts(guid)`. */
  quotedIds: true,
  /** Letter case of a custom activity’s navigation properties: the name of the schema, so that who guesses is found out. */
  activitySuffix: (schemaName: string) => schemaName,
  /** More than 1000 requests in a batch, or a batch in a batch. */
  batchTooLarge: { status: 400, code: '0x80060888' },
  /** A failed change set is one plain part in place of the nested multipart, as the OData specification has it. */
  failedChangeSetIsOnePart: true,
} as const;
