/** A grant that waits knows who recorded it by their id: two people may have one name, and a name changes. */
export const up: readonly string[] = [
  // a person's id or a key's; empty where the version before recorded it
  `alter table pending_grant add column requested_by_id text`,
];
