export const up: readonly string[] = [
  // what the chat inside another application calls the API with (docs/decisions/0016)
  `create table embed_token (
     token_hash text primary key,
     -- one frame: its tokens, each replaced by the next
     family uuid not null,
     -- the session it stands on; it ends with it
     sign_in_id uuid not null,
     person_id uuid not null references person (id),
     -- whose page holds the frame, such as https://contoso.crm.dynamics.com
     origin text not null,
     created_at timestamptz not null,
     expires_at timestamptz not null,
     replaced_at timestamptz
   )`,
  `create index embed_token_of_family on embed_token (family)`,
  `create index embed_token_old on embed_token (expires_at)`,
];
