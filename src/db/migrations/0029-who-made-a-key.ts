/** A key knows who made it by their id: what it records is their own, and names are not unique and change. */
export const up: readonly string[] = [
  // a person's id or a key's; empty where the version before made it
  `alter table api_key add column created_by_id text`,
];
