/** What a remote CRM's timelines are told: sessions of chats, entries to write, and in whose name. */
export const up: readonly string[] = [
  // who the person is in Entra ID: the author of what they write, in the organisation too
  `alter table person add column entra_object_id uuid`,
  // why the last entry was not made in the name of the person who wrote
  `alter table crm_connection add column impersonation_person uuid, add column impersonation_code text,
     add column impersonation_text text, add column impersonation_since timestamptz`,
  `create table crm_session (
    id uuid primary key,
    conversation_id uuid not null,
    contact_point_id uuid not null,
    started_at timestamptz not null,
    last_at timestamptz not null,
    -- its messages begin here and end where the next session begins
    first_position bigint not null,
    ended_at timestamptz,
    -- the person who wrote last
    author_id uuid,
    -- since when something is not told yet, and when it is to be told
    dirty_since timestamptz,
    due_at timestamptz
  )`,
  `create unique index crm_session_open on crm_session (contact_point_id, conversation_id) where ended_at is null`,
  `create index crm_session_of_conversation on crm_session (conversation_id, first_position)`,
  `create index crm_session_due on crm_session (due_at) where due_at is not null`,
  `create index crm_session_idle on crm_session (last_at) where ended_at is null`,
  `create table crm_entry (
    -- ours, and the id of the note or activity in the organisation
    id uuid primary key,
    kind text not null check (kind in ('chat', 'consent')),
    contact_point_id uuid not null,
    -- what it tells: a session, or a line of the ledger and what that line turned out to mean
    session_id uuid,
    chain uuid,
    seq integer,
    verdict text,
    table_name text not null,
    record_id uuid not null,
    author_id uuid,
    -- 'ended': the record, or the entry itself, is gone; nothing is made again
    state text not null default 'pending' check (state in ('pending', 'done', 'ended')),
    version integer not null default 1,
    -- chosen before anything is sent, then kept: an answer may get lost
    form text check (form in ('activity', 'note')),
    made boolean not null default false,
    queued_at timestamptz not null,
    next_at timestamptz not null,
    settled_at timestamptz,
    attempts integer not null default 0,
    lease uuid,
    problem_code text,
    problem_text text,
    problem_since timestamptz
  )`,
  `create unique index crm_entry_of_session on crm_entry (contact_point_id, session_id, table_name, record_id) where kind = 'chat'`,
  `create unique index crm_entry_of_line on crm_entry (contact_point_id, chain, seq, table_name, record_id) where kind = 'consent'`,
  `create index crm_entry_due on crm_entry (next_at) where state = 'pending'`,
  `create index crm_entry_settled on crm_entry (settled_at) where state <> 'pending'`,
];
