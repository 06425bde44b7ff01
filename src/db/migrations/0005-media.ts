/**
 * Files that customers and agents send. Bytes lie in rows of some 256 kB, so that neither a fetch nor a download ever
 * holds a whole file, and once per content: `media_file` is found by its hash. `media` is what somebody sent and carries
 * the contact point; a file and its chunks say nothing about anybody and follow their own id when tables are split.
 */
export const up: readonly string[] = [
  `create table media_file (
    id uuid primary key,
    -- SHA-256 of the bytes, hex; null while they are still coming
    sha256 text unique,
    size bigint not null default 0,
    -- what the bytes are, whatever was said about them
    mime_type text,
    width integer,
    height integer,
    animated boolean not null default false,
    -- a small webp of a picture
    thumbnail bytea,
    created_at timestamptz not null
  )`,
  `create index media_file_unfinished on media_file (created_at) where sha256 is null`,
  `create table media_chunk (
    file_id uuid not null references media_file (id) on delete cascade,
    part integer not null,
    content bytea not null,
    primary key (file_id, part)
  )`,
  // media is compressed already: trying again would only cost time
  `alter table media_chunk alter column content set storage external`,
  `alter table media_file alter column thumbnail set storage external`,
  // what WhatsApp holds of ours, per number, and until when its id may be used
  `create table media_upload (
    file_id uuid not null references media_file (id) on delete cascade,
    channel_id text not null references channel (id),
    whatsapp_id text not null,
    until timestamptz not null,
    primary key (file_id, channel_id)
  )`,
  `create table media (
    id uuid primary key,
    -- both null while an upload was not sent yet
    contact_point_id uuid references contact_point (id),
    message_id uuid references message (id),
    -- who may send it: a person's or key's id; null for what a customer sent
    uploaded_by text,
    kind text not null check (kind in ('image', 'video', 'audio', 'document', 'sticker')),
    state text not null check (state in ('pending', 'stored', 'failed', 'refused')),
    reason_code text,
    reason_text text,
    -- WhatsApp's id of what a customer sent, and what WhatsApp says of it
    whatsapp_id text,
    announced_type text,
    announced_sha256 text,
    -- cleaned for display; the message holds it as it came
    file_name text,
    voice boolean not null default false,
    file_id uuid references media_file (id),
    -- what is still to be done, and when next; a claim moves it on, so that a dead claimer's work is taken up again
    work text check (work in ('fetch', 'upload')),
    next_attempt_at timestamptz,
    attempts integer not null default 0,
    created_at timestamptz not null
  )`,
  `create index media_work on media (next_attempt_at) where work is not null`,
  `create unique index media_of_message on media (message_id) where message_id is not null`,
  `create index media_of_contact_point on media (contact_point_id)`,
  `create index media_by_file on media (file_id)`,
  `create index media_unsent on media (created_at) where message_id is null`,
  // a message whose file WhatsApp does not hold yet is queued, keeps its place, and cannot be claimed
  `alter table message add column waits_for_media boolean not null default false`,
  // reactions, edits and deletions are found from the message they are about; in any order of arrival
  // with the conversation in it: else the planner combines two indexes, and reads the whole thread for each message shown
  `create index message_event_target on message (conversation_id, (content ->> 'target')) where kind in ('reaction', 'edit', 'revoke')`,
];
