/**
 * Secrets of the WhatsApp number that are changed while it runs, and webhooks out (docs/webhooks.md). What is secret
 * lies in `secret` alone, sealed where there is a key (docs/security.md); the tables here hold what may be shown.
 */
export const up: readonly string[] = [
  `create table whatsapp_secret (
    -- in \`secret\` under the name 'whatsapp/<id>'
    id uuid primary key,
    kind text not null check (kind in ('access-token', 'app-secret')),
    -- the last characters, to tell secrets apart
    hint text not null,
    created_by text not null,
    created_at timestamptz not null
  )`,
  `create unique index whatsapp_secret_one_token on whatsapp_secret (kind) where kind = 'access-token'`,
  // by a keyed hash of the secret: those of the environment are in no other table
  `create table app_secret_use (
    fingerprint text primary key,
    last_used_at timestamptz not null
  )`,

  `create table webhook_endpoint (
    id uuid primary key,
    url text not null,
    description text not null,
    -- which events it wants, such as consent.denied
    types text[] not null,
    -- null while it is on; then why: by-hand, gone (it answered 410), failing (nothing arrived for days)
    disabled_reason text check (disabled_reason in ('by-hand', 'gone', 'failing')),
    disabled_at timestamptz,
    -- since when every try failed; null after one that did not
    failing_since timestamptz,
    last_success_at timestamptz,
    created_by text not null,
    created_at timestamptz not null,
    check ((disabled_reason is null) = (disabled_at is null))
  )`,
  `create table webhook_secret (
    -- in \`secret\` under the name 'webhook/<id>'
    id uuid primary key,
    endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
    created_at timestamptz not null,
    -- after a rotation the old one signs along until then
    expires_at timestamptz
  )`,
  `create index webhook_secret_of_endpoint on webhook_secret (endpoint_id)`,
  // names nobody: the number is read when the event is sent, so an erasure reaches what still waits
  `create table webhook_event (
    -- the nil id where it is about nobody (a test)
    contact_point_id uuid not null,
    -- the webhook-id, the same at every try
    id uuid not null,
    type text not null,
    at timestamptz not null,
    data jsonb not null,
    primary key (contact_point_id, id)
  )`,
  `create table webhook_delivery (
    contact_point_id uuid not null,
    event_id uuid not null,
    endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
    state text not null check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0,
    -- when the next try is due; a claim moves it on, so that a dead claimer's work is taken up again
    next_at timestamptz not null,
    lease uuid,
    last_status integer,
    last_problem text,
    created_at timestamptz not null,
    tried_at timestamptz,
    delivered_at timestamptz,
    primary key (contact_point_id, event_id, endpoint_id),
    foreign key (contact_point_id, event_id) references webhook_event (contact_point_id, id) on delete cascade
  )`,
  `create index webhook_delivery_due on webhook_delivery (endpoint_id, next_at) where state = 'pending'`,
  `create index webhook_delivery_of_endpoint on webhook_delivery (endpoint_id, created_at desc, event_id desc)`,
  `create index webhook_delivery_done on webhook_delivery (created_at) where state <> 'pending'`,
  // how much somebody uploaded in the last hour
  `create index media_uploaded on media (uploaded_by, created_at) where uploaded_by is not null`,
];
