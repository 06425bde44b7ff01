/**
 * The first schema: everything the consent loop needs.
 *
 * Habits: times are timestamptz (WhatsApp's clock where a column says so in its comment, ours otherwise); rows about a
 * customer carry `contact_point_id` and their unique keys contain it, so that sharding by contact point stays possible.
 * The exceptions are look-up tables that lead to a contact point: `contact_point_alias` and `consent_token`.
 */
export const up: readonly string[] = [
  // ---- the organisation
  `create table setting (
    name text primary key,
    value jsonb not null,
    updated_at timestamptz not null default now()
  )`,
  `create table secret (name text primary key, value text not null, created_at timestamptz not null default now())`,
  `create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    before jsonb,
    after jsonb
  )`,
  `create table person (
    id uuid primary key,
    name text not null,
    role text not null check (role in ('administrator', 'agent', 'auditor')),
    created_at timestamptz not null default now()
  )`,
  `create table sign_in_link (
    token_hash text primary key,
    person_id uuid not null references person (id),
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  `create table session (
    token_hash text primary key,
    person_id uuid not null references person (id),
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    -- after a rotation the old token stays good for some seconds, for requests under way
    replaced_at timestamptz
  )`,
  `create table channel (
    id text primary key,
    phone_number_id text not null unique,
    business_account_id text not null,
    display_phone_number text,
    verified_name text,
    status text not null default 'UNKNOWN',
    quality text,
    stopped_reason text,
    last_webhook_at timestamptz,
    templates_synced_at timestamptz,
    -- allowance per number: the moment from which the next message may go (generic cell rate, see db/allowance)
    next_free_at timestamptz not null default now()
  )`,
  `create table record_type (
    table_name text primary key,
    config jsonb not null,
    updated_at timestamptz not null default now()
  )`,

  // ---- templates
  `create table whatsapp_template (
    name text not null,
    language text not null,
    id text not null,
    category text not null,
    status text not null,
    parameter_format text not null,
    components jsonb not null,
    quality text,
    impending_category text,
    synced_at timestamptz not null,
    primary key (name, language)
  )`,
  `create table message_template (
    id uuid primary key,
    status text not null check (status in ('draft', 'published', 'retired')),
    version integer not null default 1,
    -- what is live (null before the first publish) and the draft beside it (null where there is none)
    live jsonb,
    draft jsonb,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check (live is not null or draft is not null)
  )`,
  `create table message_template_version (
    template_id uuid not null references message_template (id),
    version integer not null,
    definition jsonb not null,
    published_at timestamptz not null,
    published_by text not null,
    primary key (template_id, version)
  )`,

  // ---- who writes
  `create table contact_point (
    id uuid primary key,
    phone text,
    user_id text,
    name text,
    country text,
    -- keyed hash of the number; what stays as suppression after an erasure
    key_hash text,
    shared boolean not null default false,
    blocked boolean not null default false,
    merged_into uuid references contact_point (id),
    language text,
    -- the customer's last message, WhatsApp's clock: opens the service window
    last_inbound_at timestamptz,
    -- the last one that was no refusal: waives the ask limits after a refusal
    last_word_at timestamptz,
    last_inbound_whatsapp_id text,
    ledger_seq integer not null default 0,
    ledger_head text,
    -- pair limit: messages that may go at once, and when that was computed
    pair_tokens double precision not null default 45,
    pair_at timestamptz not null default now(),
    created_at timestamptz not null default now()
  )`,
  `create table contact_point_alias (
    kind text not null check (kind in ('phone', 'user', 'parent')),
    value text not null,
    contact_point_id uuid not null references contact_point (id),
    primary key (kind, value)
  )`,
  `create index contact_point_alias_contact_point on contact_point_alias (contact_point_id)`,

  // ---- the ledger
  `create table ledger (
    contact_point_id uuid not null references contact_point (id),
    seq integer not null,
    act text not null,
    purposes text[] not null,
    at timestamptz not null,
    received_at timestamptz not null,
    source text not null,
    actor text,
    detail jsonb not null,
    personal_hash text,
    prev_hash text,
    hash text not null,
    primary key (contact_point_id, seq)
  )`,
  `create function refuse_ledger_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the ledger is append-only' using errcode = 'restrict_violation';
  end $$`,
  `create trigger ledger_is_append_only before update or delete on ledger
    for each row execute function refuse_ledger_change()`,
  `create trigger ledger_is_never_emptied before truncate on ledger
    for each statement execute function refuse_ledger_change()`,
  `create table ledger_personal (
    contact_point_id uuid not null,
    seq integer not null,
    salt text not null,
    content jsonb not null,
    primary key (contact_point_id, seq)
  )`,
  `create table ledger_file (
    contact_point_id uuid not null,
    seq integer not null,
    name text not null,
    mime_type text not null,
    sha256 text not null,
    content bytea not null,
    primary key (contact_point_id, seq)
  )`,
  // what the fold says now: a copy for lists and filters, rewritten whenever a line is added
  `create table consent_state (
    contact_point_id uuid not null references contact_point (id),
    purpose text not null,
    state text not null,
    decided_at timestamptz,
    source text,
    projects boolean not null default false,
    on_hold_at timestamptz,
    on_hold_seq integer,
    on_hold_chain uuid,
    request_open boolean not null default false,
    platform_stopped boolean not null default false,
    primary key (contact_point_id, purpose)
  )`,
  `create index consent_state_by_state on consent_state (purpose, state, decided_at desc)`,
  `create index consent_state_on_hold on consent_state (on_hold_at) where on_hold_at is not null`,
  `create table pending_grant (
    id uuid primary key,
    contact_point_id uuid not null references contact_point (id),
    purpose text not null,
    evidence jsonb not null,
    requested_by text not null,
    requested_at timestamptz not null,
    decided_at timestamptz,
    decided_by text,
    decision text
  )`,
  `create table consent_request (
    id uuid not null,
    contact_point_id uuid not null references contact_point (id),
    message_id uuid not null,
    purpose text not null,
    requested_at timestamptz not null,
    message_template_id uuid,
    message_template_version integer,
    template_name text not null,
    language text not null,
    category text not null,
    wording jsonb not null,
    wording_hash text not null,
    basis text not null,
    basis_text text,
    record_type text,
    record_id text,
    actor text,
    primary key (contact_point_id, id)
  )`,
  `create index consent_request_by_message on consent_request (message_id)`,
  `create table consent_token (
    token text primary key,
    contact_point_id uuid not null,
    request_id uuid not null,
    button integer not null,
    label text not null,
    meaning text not null check (meaning in ('yes', 'no'))
  )`,
  `create index consent_token_by_request on consent_token (contact_point_id, request_id)`,

  // ---- chats
  `create table conversation (
    id uuid primary key,
    contact_point_id uuid not null references contact_point (id),
    channel_id text not null references channel (id),
    last_message_at timestamptz,
    last_text text,
    last_direction text,
    last_status text,
    unread integer not null default 0,
    status text not null default 'open',
    created_at timestamptz not null,
    unique (contact_point_id, channel_id)
  )`,
  `create index conversation_by_time on conversation (last_message_at desc nulls last, id desc)`,
  `create table message (
    id uuid primary key,
    -- a position that grows: the order of the outbox
    position bigint generated always as identity,
    conversation_id uuid not null references conversation (id),
    contact_point_id uuid not null references contact_point (id),
    channel_id text not null,
    direction text not null check (direction in ('in', 'out')),
    kind text not null,
    text text,
    -- in: what came; out: what is handed over, complete
    content jsonb not null,
    status text not null,
    reason_code text,
    reason_text text,
    whatsapp_id text,
    reply_to text,
    actor text,
    path text,
    automatic boolean not null default false,
    message_template_id uuid,
    template_type text,
    template_purpose text,
    template_name text,
    template_language text,
    record_type text,
    record_id text,
    -- the line of the ledger an automatic answer answers: it leaves only while that line still decides
    answers_line text,
    -- the gate's verdict and what it was based on
    decision jsonb,
    at timestamptz not null,
    status_at timestamptz,
    handed_at timestamptz,
    -- the same moment by the database's clock, which all nodes share
    marked_at timestamptz,
    lease_until timestamptz,
    next_attempt_at timestamptz,
    attempts integer not null default 0
  )`,
  `create index message_of_conversation on message (conversation_id, position desc)`,
  `create index message_by_whatsapp_id on message (whatsapp_id) where whatsapp_id is not null`,
  `create unique index message_in_once on message (contact_point_id, whatsapp_id) where direction = 'in'`,
  `create index message_queued on message (next_attempt_at, position) where status = 'queued'`,
  `create index message_in_flight on message (lease_until) where status = 'handing-over'`,
  `create index message_open_of_contact_point on message (contact_point_id, position)
    where status in ('queued', 'handing-over')`,
  `create index message_unconfirmed on message (at) where status = 'unconfirmed'`,
  `create index message_out_of_contact_point on message (contact_point_id, handed_at desc)
    where direction = 'out' and not automatic`,
  `create table idempotency (
    caller text not null,
    key text not null,
    request_hash text not null,
    message_id uuid,
    created_at timestamptz not null,
    primary key (caller, key)
  )`,

  // ---- webhooks
  `create table inbox (
    id bigint generated always as identity primary key,
    -- the person it concerns (or '-' where it concerns nobody) and the provider's event: unique together
    subject text not null,
    event_key text not null,
    kind text not null,
    contact_point_id uuid,
    phone_number_id text,
    update jsonb,
    raw text,
    body_sha256 text not null,
    received_at timestamptz not null,
    status text not null check (status in ('pending', 'applied', 'failed', 'unknown', 'invalid')),
    attempts integer not null default 0,
    next_attempt_at timestamptz,
    error text,
    applied_at timestamptz,
    unique (subject, event_key)
  )`,
  `create index inbox_pending on inbox (next_attempt_at, id) where status = 'pending'`,
  `create index inbox_pending_of_contact_point on inbox (contact_point_id) where status = 'pending'`,
  `create index inbox_unapplied on inbox (status) where status in ('failed', 'unknown', 'invalid')`,
  `create index inbox_raw_age on inbox (received_at) where raw is not null`,

  // ---- the embedded CRM
  `create table crm_column (
    table_name text not null,
    name text not null,
    label text not null,
    kind text not null,
    default_value jsonb,
    custom boolean not null default false,
    position integer not null,
    primary key (table_name, name)
  )`,
  `create table crm_record (
    table_name text not null,
    id uuid not null,
    -- values by column; a column that is absent is empty
    data jsonb not null,
    search text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (table_name, id)
  )`,
  `create index crm_record_by_time on crm_record (table_name, created_at desc, id desc)`,
  // the phone index: how records are found from numbers, whatever the CRM
  `create table record_phone (
    record_type text not null,
    record_id text not null,
    match_key text not null,
    e164 text not null,
    messaging boolean not null,
    name text not null,
    primary key (record_type, record_id, match_key)
  )`,
  `create index record_phone_by_key on record_phone (match_key)`,
  // the value of the Compliance Field as it was last read or written by us, per record
  `create table record_field (
    record_type text not null,
    record_id text not null,
    purpose text not null,
    value boolean,
    seen_at timestamptz not null,
    primary key (record_type, record_id, purpose)
  )`,
];
