/**
 * What the list and the search of conversations read; docs/desk.md has the reasons.
 *
 * Three things about a conversation stand elsewhere and are copied here, in the statements that write them there: the
 * state of consent for `service`, a hold, and an answer that is awaited. What follows from the row itself the database
 * computes: it cannot be wrong, and whoever writes the row need not know of it.
 */
const ms = (column: string): string => `(extract(epoch from ${column} at time zone 'UTC') * 1000)::bigint`;

/** Of each list there are two orders; both keys ascend. */
const inBothOrders = (name: string, before: string, where = ''): string[] =>
  ['attention', 'recency'].map(
    (key) => `create index conversation_${name}_by_${key} on conversation (${before}, ${key}, id)${where}`,
  );

export const up: readonly string[] = [
  `alter table conversation
    -- copies of consent_state of the contact point
    add column service_state text not null default 'not-asked',
    add column on_hold boolean not null default false,
    add column awaits_consent boolean not null default false,
    -- null before the first message: in no list
    add column desk text generated always as (
      case when last_message_at is null then null when status = 'closed' then 'closed' when owner_id is null then 'unassigned' else 'owned' end
    ) stored,
    -- the newest first
    add column recency bigint generated always as (100000000000000 - ${ms('last_message_at')}) stored,
    -- whoever waits for an answer first, the longest wait first; then the newest. A wait is some 10^12, the rest 10^14 less that
    add column attention bigint generated always as (
      case when last_message_at is null then null
           when waiting_since is not null and status = 'open' then ${ms('waiting_since')}
           else 100000000000000 - ${ms('last_message_at')} end
    ) stored`,
  `update conversation v
      set service_state = s.state, awaits_consent = s.request_open and s.state <> 'granted'
     from consent_state s where s.contact_point_id = v.contact_point_id and s.purpose = 'service'`,
  `update conversation v set on_hold = true
    where exists (select 1 from consent_state s where s.contact_point_id = v.contact_point_id and s.on_hold_at is not null)`,
  'drop index conversation_by_time',
  ...inBothOrders('of_desk', 'team_id, desk'),
  ...inBothOrders('of_owner', 'owner_id, team_id, desk', ' where owner_id is not null'),
  ...inBothOrders('of_state', 'team_id, service_state'),
  ...inBothOrders('on_hold', 'team_id', ' where on_hold'),
  ...inBothOrders('awaiting', 'team_id', ' where awaits_consent'),
  ...inBothOrders('unread', 'team_id', ' where unread > 0'),

  // names and numbers in the form of core/search-text.ts, a space before; found by trigrams
  `alter table contact_point
    add column name_form text,
    add column search text generated always as (
      ' ' || coalesce(name_form, '') || ' ' || coalesce(translate(phone, '+', ''), '') || ' ' || coalesce(lower(user_id), '')
    ) stored`,
  `alter table record_phone
    add column name_form text,
    add column search text generated always as (' ' || coalesce(name_form, '') || ' ' || translate(e164, '+', '')) stored`,
  'create index contact_point_search on contact_point using gin (search gin_trgm_ops)',
  'create index record_phone_search on record_phone using gin (search gin_trgm_ops)',
  // rows of older versions, until upkeep has filled them
  'create index contact_point_unformed on contact_point (id) where name_form is null and name is not null',
  'create index record_phone_unformed on record_phone (match_key) where name_form is null',

  // the words of the messages of the last days (setting messageSearchDays); upkeep deletes what is older
  `create table message_search (
    position bigint primary key,
    message_id uuid not null,
    conversation_id uuid not null,
    at timestamptz not null,
    words tsvector not null
  )`,
  'create index message_search_words on message_search using gin (words)',
  // whatever deletes a message deletes its words
  `create function forget_words() returns trigger language plpgsql as $$
  begin
    delete from message_search where position = old.position;
    return null;
  end $$`,
  'create trigger message_words_go_with_it after delete on message for each row execute function forget_words()',
];
