/** A request that nobody answered stops waiting after the setting's days, also on lists and in views. */
export const up: readonly string[] = [
  // when the request that still waits was made; empty where an older version wrote the row
  `alter table consent_state add column request_at timestamptz`,
];
