/** Who answers a conversation, and the trace of how that came about. */
export const up: readonly string[] = [
  `alter table conversation
    add column team_id uuid not null default '00000000-0000-4000-8000-0000000000aa' references team (id),
    -- null while the conversation belongs to its team
    add column owner_id uuid references person (id),
    add column owner_since timestamptz,
    -- the last thing the owner did here: others may take over after a while of nothing
    add column owner_active_at timestamptz,
    add column previous_owner_id uuid references person (id),
    -- the oldest message of the customer nobody has answered, our clock; null where none waits
    add column waiting_since timestamptz,
    -- a reminder of this wait went out
    add column waiting_reminded boolean not null default false,
    -- the last automatic answer outside working hours
    add column away_answered_at timestamptz,
    add column closed_at timestamptz`,
  `create index conversation_waiting on conversation (waiting_since) where waiting_since is not null and not waiting_reminded`,
  `create index conversation_waiting_for_owner on conversation (owner_id) where waiting_since is not null and owner_id is not null`,
  `create index conversation_of_owner on conversation (owner_id) where owner_id is not null`,
  // those that time may close: nobody waits
  `create index conversation_quiet on conversation (last_message_at) where status = 'open' and waiting_since is null`,
  // whoever asked hears of the answer
  `alter table consent_request add column actor_id uuid`,
  // one row per offer of a conversation to a colleague; at most one is open
  `create table assignment (
    id uuid primary key,
    conversation_id uuid not null references conversation (id),
    from_id uuid references person (id),
    to_id uuid not null references person (id),
    reason text,
    created_at timestamptz not null,
    expires_at timestamptz,
    outcome text check (outcome in ('accepted', 'rejected', 'withdrawn', 'timed-out')),
    outcome_reason text,
    decided_at timestamptz
  )`,
  `create unique index assignment_open on assignment (conversation_id) where outcome is null`,
  `create index assignment_expiring on assignment (expires_at) where outcome is null`,
  `create index assignment_open_to on assignment (to_id) where outcome is null`,
  // colleagues who were asked in: they read and write notes, and cannot send
  `create table discussion (
    conversation_id uuid not null references conversation (id),
    person_id uuid not null references person (id),
    invited_by uuid references person (id),
    started_at timestamptz not null,
    ended_at timestamptz,
    primary key (conversation_id, person_id, started_at)
  )`,
  `create index discussion_open on discussion (person_id) where ended_at is null`,
  // "Dismiss" hides a waiting conversation from one person until the customer's next message
  `create table dismissal (
    conversation_id uuid not null references conversation (id),
    person_id uuid not null references person (id),
    at timestamptz not null,
    primary key (conversation_id, person_id)
  )`,
  // what people did with the conversation, notes included: append-only
  `create table trace (
    id uuid primary key,
    conversation_id uuid not null references conversation (id),
    position bigint generated always as identity,
    at timestamptz not null,
    kind text not null,
    actor_id uuid,
    actor_name text,
    subject_id uuid,
    subject_name text,
    reason text,
    text text,
    mentions uuid[] not null default '{}'
  )`,
  `create index trace_of_conversation on trace (conversation_id, position desc)`,
  `create table notification (
    id uuid primary key,
    person_id uuid not null references person (id),
    position bigint generated always as identity,
    kind text not null,
    conversation_id uuid references conversation (id),
    at timestamptz not null,
    actor_name text,
    text text,
    -- what makes it one: the same reason never notifies twice
    reason_key text not null,
    read_at timestamptz,
    unique (person_id, reason_key)
  )`,
  `create index notification_of_person on notification (person_id, position desc)`,
  `create index notification_unread on notification (person_id) where read_at is null`,
  `create index notification_age on notification (at)`,
];
