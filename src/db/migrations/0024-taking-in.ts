/** Record types whose records are being taken in after a change of their configuration, and how far that is. */
export const up: readonly string[] = [
  `create table taking_in (
    table_name text primary key references record_type(table_name) on delete cascade,
    -- the last record that was read, in the order of ids
    walked_to uuid,
    done bigint not null default 0
  )`,
];
