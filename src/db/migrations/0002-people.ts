/** People who sign in with a password or OpenID Connect, teams, and API keys with scopes. */
export const up: readonly string[] = [
  `alter table person
    add column email text,
    -- argon2id, in PHC string format
    add column password_hash text,
    add column password_set_at timestamptz,
    -- issuer and subject of OpenID Connect, "issuer subject"
    add column oidc_subject text,
    add column disabled_at timestamptz,
    add column last_seen_at timestamptz,
    -- language and time zone of the pages, sounds and notifications: the person's own choices
    add column preferences jsonb not null default '{}'`,
  `create unique index person_email on person (lower(email)) where email is not null`,
  `create unique index person_oidc_subject on person (oidc_subject) where oidc_subject is not null`,
  `alter table sign_in_link
    -- a setup link makes the person it is for
    alter column person_id drop not null,
    add column purpose text not null default 'sign-in' check (purpose in ('sign-in', 'invitation', 'reset', 'setup')),
    add column created_at timestamptz not null default now(),
    add column created_by text`,
  `alter table session
    -- one per sign-in, whatever its tokens: what a person sees and revokes
    add column sign_in_id uuid not null default gen_random_uuid(),
    add column method text not null default 'link' check (method in ('link', 'password', 'oidc')),
    add column user_agent text,
    add column address text,
    add column used_at timestamptz not null default now(),
    -- OpenID Connect: what the issuer is told at sign-out
    add column id_token text`,
  // sessions of before belong together by the moment of their sign-in
  `update session s set sign_in_id = first.sign_in_id
    from (select distinct on (person_id, created_at) person_id, created_at, sign_in_id from session
      order by person_id, created_at, token_hash) first
    where first.person_id = s.person_id and first.created_at = s.created_at`,
  `create index session_of_person on session (person_id)`,
  `create index session_of_sign_in on session (sign_in_id)`,
  // wrong passwords in a row, by a keyed hash of the e-mail address: of people and of nobody alike, so that who has an
  // account cannot be told from how an address is treated
  `create table sign_in_failure (
    email_hash text primary key,
    failed integer not null,
    last_at timestamptz not null
  )`,
  `create table oidc_sign_in (
    state_hash text primary key,
    -- the browser that began it
    browser_hash text not null,
    nonce text not null,
    code_verifier text not null,
    next text,
    expires_at timestamptz not null
  )`,
  `create table api_key (
    id uuid primary key,
    name text not null,
    token_hash text not null unique,
    -- the last characters, to tell keys apart
    hint text not null,
    scopes text[] not null,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
  )`,
  `create table team (
    id uuid primary key,
    name text not null,
    created_at timestamptz not null default now()
  )`,
  `create unique index team_name on team (lower(name))`,
  `create table team_member (
    team_id uuid not null references team (id) on delete cascade,
    person_id uuid not null references person (id) on delete cascade,
    primary key (team_id, person_id)
  )`,
  `create index team_member_of_person on team_member (person_id)`,
  // the team that everybody is in until somebody makes others
  `insert into team (id, name) values ('00000000-0000-4000-8000-0000000000aa', 'Everyone')`,
  `insert into team_member (team_id, person_id) select '00000000-0000-4000-8000-0000000000aa', id from person`,
  `alter table channel add column team_id uuid references team (id)`,
];
