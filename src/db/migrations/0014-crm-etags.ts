/** Writes to a remote CRM are made on what was read, and on nothing newer (docs/decisions/0024). */
export const up: readonly string[] = [
  // the remote record's version as it was last read; null: read before this column was there, or the CRM has none
  `alter table crm_record add column etag text`,
];
