/** Campaigns: a message template to many records, how far each is, and what became of each record (docs/campaigns.md). */
export const up: readonly string[] = [
  `create table campaign (
    id uuid primary key,
    name text not null,
    state text not null check (state in ('running', 'done', 'cancelling', 'cancelled')),
    message_template_id uuid not null,
    record_type text not null,
    -- null: every record of the type
    record_ids uuid[],
    variables jsonb not null,
    language text,
    basis text,
    basis_text text,
    -- who started it, and their id as a caller of the API
    actor text not null,
    actor_id text not null,
    created_at timestamptz not null,
    -- how far the walk is: the last record that was looked at
    walked_to uuid,
    -- null until they were counted
    total bigint,
    done bigint not null default 0,
    queued bigint not null default 0,
    -- how many were skipped, by reason code
    skipped jsonb not null default '{}',
    -- how many queued messages a cancel took back
    withdrawn bigint not null default 0,
    -- the reason code that keeps it from going on; null while it does
    waits_for text,
    next_at timestamptz not null,
    started_at timestamptz,
    last_at timestamptz,
    finished_at timestamptz
  )`,
  `create index campaign_open on campaign (next_at) where state in ('running', 'cancelling')`,
  `create index campaign_by_time on campaign (created_at desc, id desc)`,
  // No references: a million checks of one row that never goes would be most of its cost.
  `create table campaign_entry (
    campaign_id uuid not null,
    record_id uuid not null,
    -- null where the record has no number
    contact_point_id uuid,
    -- one of these two
    message_id uuid,
    code text,
    primary key (campaign_id, record_id),
    check ((message_id is null) <> (code is null))
  )`,
  // nobody gets one campaign twice, whatever goes wrong
  `create unique index campaign_entry_once on campaign_entry (contact_point_id, campaign_id) where message_id is not null`,
  `create index campaign_entry_skipped on campaign_entry (campaign_id, code, record_id) where code is not null`,
];
