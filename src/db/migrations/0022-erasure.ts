/**
 * Erasing a customer's data (docs/erasure.md): a key that was erased stays as a keyed hash, by which whoever comes back is known.
 * `contact_point.key_hash` was meant for that and is not written any more.
 */
export const up: readonly string[] = [
  // null again where somebody came back
  `alter table contact_point add column erased_at timestamptz`,
  `create table erased_key (
    mark text primary key,
    contact_point_id uuid not null references contact_point (id)
  )`,
];
