/** The mirror of a CRM behind a network: what was read of it, how far, and what is still to be written there. */
export const up: readonly string[] = [
  // one row: what all nodes together may ask of the organisation, and whether it answers
  `create table crm_connection (
    one boolean primary key default true check (one),
    -- requests that may leave at once, as of that time (db/crm-connection.ts)
    tokens double precision not null default 0,
    tokens_at timestamptz not null default to_timestamp(0),
    paused_until timestamptz,
    failures integer not null default 0,
    problem_code text,
    problem_text text,
    problem_since timestamptz,
    -- when its tables and columns are to be read again
    describe_at timestamptz
  )`,
  `insert into crm_connection default values`,
  `create table crm_table (
    table_name text primary key,
    label text not null,
    entity_set text not null,
    id_column text not null,
    change_tracking boolean not null,
    can_be_merged boolean not null,
    phase text not null default 'waiting' check (phase in ('waiting', 'loading', 'following')),
    -- counts first loads: what an ended one did not list is gone
    walk integer not null default 0,
    -- what the walk reads
    columns jsonb not null default '[]',
    -- where it goes on: the next page, or what changed since
    link text,
    loaded bigint not null default 0,
    total bigint,
    rate double precision,
    -- what was read is no older than this
    read_at timestamptz,
    run_started_at timestamptz,
    next_at timestamptz,
    lease uuid,
    lease_until timestamptz,
    problem_code text,
    problem_text text,
    problem_since timestamptz
  )`,
  `create table crm_write (
    table_name text not null,
    record_id uuid not null,
    column_name text not null,
    -- 'done' rows stay a while: pages that were asked for before the write still show the old value
    state text not null default 'pending' check (state in ('pending', 'done')),
    version integer not null default 1,
    -- what the organisation holds as far as we know (null: we do not), and what may be on its way there
    remote jsonb,
    sent jsonb,
    queued_at timestamptz not null,
    next_at timestamptz not null,
    written_at timestamptz,
    attempts integer not null default 0,
    lease uuid,
    problem_code text,
    problem_text text,
    problem_since timestamptz,
    primary key (table_name, record_id, column_name)
  )`,
  `create index crm_write_due on crm_write (queued_at) where state = 'pending'`,
  `create index crm_write_problem on crm_write (problem_since) where problem_code is not null`,
  `create index crm_write_done on crm_write (written_at) where state = 'done'`,
  `create table crm_hint (
    table_name text not null,
    record_id uuid not null,
    hinted_at timestamptz not null,
    primary key (table_name, record_id)
  )`,
  `alter table crm_record add column walk integer not null default 0, add column fetched_at timestamptz`,
  `create index crm_record_by_walk on crm_record (table_name, walk)`,
  `alter table crm_column add column yes_label text, add column no_label text`,
];
