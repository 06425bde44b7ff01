/** Texts that agents insert with `/`: their team's and their own. */
export const up: readonly string[] = [
  `create table quick_reply (
    id uuid primary key,
    -- null: for everybody
    team_id uuid references team (id) on delete cascade,
    -- set: this person's own
    person_id uuid references person (id) on delete cascade,
    shortcut text not null,
    text text not null,
    updated_at timestamptz not null
  )`,
  `create unique index quick_reply_shortcut on quick_reply
    (lower(shortcut), coalesce(team_id, '00000000-0000-0000-0000-000000000000'), coalesce(person_id, '00000000-0000-0000-0000-000000000000'))`,
];
