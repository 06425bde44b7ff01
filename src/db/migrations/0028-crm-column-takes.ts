/** What a column of a remote CRM takes: those that the CRM keeps itself are for reading alone. */
export const up: readonly string[] = [
  // { create, update }; null: both
  `alter table crm_column add column takes jsonb`,
];
