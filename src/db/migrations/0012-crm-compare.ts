/** The nightly compare of the mirror with a remote CRM, and the webhook that was registered there. */
export const up: readonly string[] = [
  `create table crm_compare (
    table_name text primary key,
    phase text not null default 'idle' check (phase in ('idle', 'listing', 'confirming')),
    -- a person wants one now
    requested_at timestamptz,
    -- the last one begun; the first night counts from when the table was first seen here
    started_at timestamptz not null,
    finished_at timestamptz,
    -- what it reads, and where it goes on
    columns jsonb not null default '[]',
    link text,
    -- all records were listed: what differs still after a later reading of the changes is drift
    listed_at timestamptz,
    compared bigint not null default 0,
    found jsonb not null default '{}',
    mended bigint not null default 0,
    next_at timestamptz,
    lease uuid,
    lease_until timestamptz,
    problem_code text,
    problem_text text,
    problem_since timestamptz
  )`,
  // what one walk listed; empty between the walks
  `create table crm_compare_seen (
    table_name text not null,
    record_id uuid not null,
    primary key (table_name, record_id)
  )`,
  // records that looked different, until they are looked at again
  `create table crm_suspect (
    table_name text not null,
    record_id uuid not null,
    kind text not null,
    -- what the CRM held, by column
    shown jsonb not null default '{}',
    tries integer not null default 0,
    primary key (table_name, record_id)
  )`,
  // the last ones; older ones go
  `create table crm_drift (
    id bigint generated always as identity primary key,
    table_name text not null,
    record_id uuid not null,
    kind text not null,
    columns jsonb not null,
    name text,
    found_at timestamptz not null
  )`,
];
