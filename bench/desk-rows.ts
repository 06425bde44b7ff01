import type pg from 'pg';
import { RECORD_TYPE_DEFAULTS } from '../src/core/record-type.ts';
import { BODIES, OPENERS, seedWords } from './desk-words.ts';
import { PHONE_NUMBER_ID } from './webhooks.ts';

/**
 * A desk of any size, written by set-based SQL. Everything about a conversation follows from its number by hashing, so
 * that two seeds of one size are alike, and a small desk is a small version of the large one: the same people, teams
 * and channels, the same shares of everything.
 */

export interface DeskSize {
  conversations: number;
  messages: number;
}

export const DESK = {
  teams: 12,
  agents: 36,
  /** An agent of three teams: the viewer of the measurements. */
  agent: '00000000-0000-4000-8000-000000001000',
  administrator: '00000000-0000-4000-8000-000000001999',
  /** The product's own number, one that a tenth writes to, and one that hardly anybody does. */
  channels: [PHONE_NUMBER_ID, '200300400500602', '200300400500603'],
} as const;

const team = (number: string): string =>
  `('00000000-0000-4000-8000-00000000' || lpad((2000 + ${number})::text, 4, '0'))::uuid`;
const person = (number: string): string =>
  `('00000000-0000-4000-8000-00000000' || lpad((1000 + ${number})::text, 4, '0'))::uuid`;

/** As the product makes them: time first, so that new rows stand together (RFC 9562). */
const idAt = (time: string, key: string): string =>
  `(lpad(to_hex((extract(epoch from ${time}) * 1000)::bigint), 12, '0') || '7' || substr(md5(${key}), 1, 3) || '8' || substr(md5(${key}), 4, 15))::uuid`;

const CHANCE = `create function pg_temp.chance(n bigint, of int) returns double precision language sql immutable as
  $$ select (hashint8extended(n, of) & 1073741823) / 1073741824.0::double precision $$`;

/** People, teams, channels, record types: few, and the same in a desk of any size. */
const ORGANISATION = [
  `insert into team (id, name) select ${team('n')}, 'Team ' || n from generate_series(0, ${DESK.teams - 1}) n`,
  `insert into person (id, name, role) select ${person('n')}, 'Agent ' || n, 'agent' from generate_series(0, ${DESK.agents - 1}) n`,
  `insert into person (id, name, role) values ('${DESK.administrator}', 'Administrator', 'administrator')`,
  `insert into team_member (team_id, person_id)
     select ${team(`n % ${DESK.teams}`)}, ${person('n')} from generate_series(0, ${DESK.agents - 1}) n
     union select ${team('n')}, '${DESK.agent}'::uuid from unnest(array[0, 3, 7]) n`,
  `insert into channel (id, phone_number_id, business_account_id, display_phone_number, verified_name, team_id)
     select id, id, '100200300400500', '+1 202 555 01' || lpad(n::text, 2, '0'), 'Contoso ' || n, null
       from unnest(array['${DESK.channels.join("','")}']) with ordinality as c(id, n) on conflict do nothing`,
  // What time does on its own would change the desk between two measurements.
  `insert into setting (name, value) values ('organisation', '{"closeAfterHours": null, "waitingReminderMinutes": null, "windowReminderMinutes": null}')
     on conflict (name) do update set value = excluded.value`,
];

const recordTypes = (): string =>
  [
    ['contact', 'Contact', 'fullname', ['mobilephone', 'telephone1']],
    ['lead', 'Lead', 'fullname', ['mobilephone', 'telephone1']],
    ['account', 'Account', 'name', ['telephone1', 'telephone2']],
  ]
    .map(([table, displayName, nameColumn, phoneColumns]) => {
      const config = JSON.stringify({
        ...RECORD_TYPE_DEFAULTS,
        table,
        displayName,
        nameColumn,
        phoneColumns,
        complianceField: 'assent_allowwhatsapp',
        defaultCountry: 'US',
      });
      return `insert into record_type (table_name, config) values ('${String(table)}', '${config}')`;
    })
    .join(';');

/**
 * The plan of the desk, one row per conversation. Of a hundred, twelve are open (nine answered by an agent, three by
 * nobody yet) and were written to in the last days; the closed ones reach back two years. Teams and agents have unequal
 * shares. A handful of threads are very long, one in a hundred is long, the rest have what is left.
 */
const plan = ({ conversations, messages }: DeskSize): string => {
  const longest = Math.max(1, Math.round(conversations / 100_000));
  const inLongest = Math.min(20_000, Math.floor(messages / 5));
  return `create temp table desk as
    with drawn as (
      select n, l.place as language, l.prefix || lpad((n::bigint * 7368787 % 10000000)::text, 7, '0') as phone,
             f.name || l.gap || s.name as name, f.form || l.gap || s.form as form,
             case when n <= ${longest} then 0 when n % 100 = 7 then 6 + 10 * pg_temp.chance(n, 2) else 0.1 - ln(1 - pg_temp.chance(n, 2)) end as weight,
             case when pg_temp.chance(n, 3) < 0.09 or n <= ${longest} then 'owned' when pg_temp.chance(n, 3) < 0.12 then 'unassigned' else 'closed' end as desk,
             -- the very long ones lie with the agent who measures
             case when n <= ${longest} then 0 else floor(${DESK.teams} * power(pg_temp.chance(n, 4), 2))::int end as team,
             pg_temp.chance(n, 5) as luck
        from generate_series(1, ${conversations}) n
        join desk_language l on l.place = (select min(x.place) from desk_language x where pg_temp.chance(n, 1) < x.below)
        join desk_name f on f.language = l.place and f.part = 'first' and f.place = floor(l.first * power(pg_temp.chance(n, 6), 1.5))
        join desk_name s on s.language = l.place and s.part = 'last' and s.place = floor(l.last * power(pg_temp.chance(n, 7), 1.5))),
    weighed as (select *, sum(weight) over () as weights from drawn)
    select d.*, ${idAt('first_at', "'v' || n")} as id, ${idAt('first_at', "'c' || n")} as contact_id,
           case when desk = 'owned' then ${person(`(team + ${DESK.teams} * case when n <= ${longest} then 0 else floor(3 * power(pg_temp.chance(n, 8), 1.5))::int end)`)} end as owner_id,
           '{${DESK.channels.join(',')}}'::text[] as channels,
           case when pg_temp.chance(n, 9) < 0.895 or n <= ${longest} then 1 when pg_temp.chance(n, 9) < 0.999 then 2 else 3 end as channel,
           desk <> 'closed' and luck < 0.3 as waits,
           case when pg_temp.chance(n, 10) < 0.06 then 'denied' when pg_temp.chance(n, 10) < 0.56 then 'granted'
                when pg_temp.chance(n, 10) < 0.60 then 'requested' else 'not-asked' end as state,
           pg_temp.chance(n, 11) < 0.002 as on_hold, pg_temp.chance(n, 12) < 0.01 as asked_again,
           case when pg_temp.chance(n, 13) < 0.3 then 'contact' when pg_temp.chance(n, 13) < 0.4 then 'lead' when pg_temp.chance(n, 13) < 0.4005 then 'account' end as record_type
      from (select w.*, last_at - make_interval(secs => gap * (messages - 1)) as first_at
              from (select n, language, phone, name, form, desk, team, luck,
                           case when n <= ${longest} then ${inLongest}
                                else greatest(1, ceil(weight * ${messages - longest * inLongest} / weights))::int end as messages,
                           case when n <= ${longest} then 1800 else 120 * power(360, pg_temp.chance(n, 14)) end as gap,
                           case when desk = 'closed' then now() - interval '1 day' * (1 + 729 * power(pg_temp.chance(n, 15), 1.5))
                                else now() - interval '1 minute' - interval '1 day' * least(30, -3 * ln(1 - pg_temp.chance(n, 15))) end as last_at
                      from weighed) w) d`;
};

/** A message's words follow from its thread's number and its place in it: 0 is the newest. */
const KEY = '(d.n::bigint << 20) + k';
const TEXT = `($1::text[])[d.language * ${OPENERS} + floor(${OPENERS} * power(pg_temp.chance(${KEY}, 20), 1.5))::int + 1]
  || e'\\n' || ($2::text[])[d.language * ${BODIES} + floor(${BODIES} * power(pg_temp.chance(${KEY}, 21), 1.5))::int + 1]
  || case when pg_temp.chance(${KEY}, 22) < 0.25 then e'\\n#' || (10000 + floor(900000 * pg_temp.chance(${KEY}, 23)))::text else '' end`;
const inward = (key: string): string => `(k = 0 and d.waits or pg_temp.chance(${key}, 24) < 0.55)`;
const WHATSAPP_ID = (k: string): string => `'wamid.HBgL' || md5(d.n || '/' || (${k}))`;
/** One in forty is a reaction to the message before it. */
const IS_REACTION = `(k > 1 and k + 1 < d.messages and pg_temp.chance(${KEY}, 25) < 0.025)`;

const ROWS: [string, string][] = [
  [
    'customers',
    `insert into contact_point (id, phone, name, name_form, last_inbound_at, last_word_at, created_at)
     select contact_id, phone, case when luck < 0.95 then name end, case when luck < 0.95 then form end, last_at, last_at, first_at from desk d order by first_at`,
  ],
  [
    'their numbers',
    `insert into contact_point_alias (kind, value, contact_point_id) select 'phone', ltrim(phone, '+'), contact_id from desk d`,
  ],
  [
    'consent',
    `insert into consent_state (contact_point_id, purpose, state, decided_at, source, on_hold_at, request_open)
     select contact_id, 'service', state, case when state in ('granted', 'denied') then last_at end, 'whatsapp', case when on_hold then now() end,
            state = 'requested' or state = 'denied' and asked_again
       from desk d where state <> 'not-asked' or on_hold`,
  ],
  [
    'records',
    `insert into crm_record (table_name, id, data, search, created_at, updated_at)
     select record_type, contact_id, jsonb_build_object(case record_type when 'account' then 'name' else 'fullname' end, name,
              case record_type when 'account' then 'telephone1' else 'mobilephone' end, phone, 'address1_city', 'Seattle'), lower(name || ' ' || phone), first_at, last_at
       from desk d where record_type is not null`,
  ],
  [
    'records by number',
    `insert into record_phone (record_type, record_id, match_key, e164, messaging, name, name_form)
     select record_type, contact_id::text, ltrim(phone, '+'), phone, true, name, form from desk d where record_type is not null`,
  ],
  [
    'conversations',
    `insert into conversation (id, contact_point_id, channel_id, last_message_at, last_text, last_direction, last_status, unread, status, created_at,
       team_id, owner_id, owner_since, owner_active_at, waiting_since, waiting_reminded, closed_at, service_state, on_hold, awaits_consent)
     select id, contact_id, channels[channel], last_at, ${TEXT}, case when ${inward(KEY)} then 'in' else 'out' end,
            case when ${inward(KEY)} then 'received' else 'read' end, case when waits then 1 + floor(luck * 14)::int else 0 end,
            case desk when 'closed' then 'closed' else 'open' end, first_at, ${team('team')}, owner_id, case when owner_id is not null then last_at end,
            case when owner_id is not null then last_at end, case when waits then last_at - interval '2 hours' * luck end, waits,
            case when desk = 'closed' then last_at end, state, on_hold, state = 'requested' or state = 'denied' and asked_again
       from desk d, (select 0 as k) k order by first_at`,
  ],
  [
    'offers, colleagues asked in, what was hidden, traces',
    `with open as (select id, n, team, last_at, owner_id, desk, row_number() over (partition by desk order by n) as place from desk where desk <> 'closed'),
      offers as (insert into assignment (id, conversation_id, from_id, to_id, reason, created_at)
        select ${idAt('last_at', "'a' || n")}, id, owner_id, case when place <= 5 then '${DESK.agent}' else ${person('n % 36')} end, 'Knows the product', last_at
          from open where desk = 'owned' and (place <= 5 or n % 3000 = 0) and owner_id is distinct from '${DESK.agent}'),
      asked as (insert into discussion (conversation_id, person_id, invited_by, started_at)
        select id, case when place <= 10 then '${DESK.agent}' else ${person('(n + 5) % 36')} end, owner_id, last_at
          from open where desk = 'owned' and (place between 6 and 10 or n % 3000 = 1)),
      hidden as (insert into dismissal (conversation_id, person_id, at) select id, '${DESK.agent}', last_at from open where desk = 'unassigned' and place % 20 = 0)
     insert into trace (id, conversation_id, at, kind, actor_id, actor_name)
       select ${idAt('last_at', "'t' || n")}, id, last_at, 'accepted', owner_id, 'Agent' from open where desk = 'owned'`,
  ],
  [
    'messages, in the order they came',
    `insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, whatsapp_id, reply_to, actor, path, at, status_at, handed_at)
     select ${idAt('at', "d.n || '/' || k")}, id, contact_id, channels[channel], case when reaction or inward then 'in' else 'out' end,
            case when reaction then 'reaction' else 'text' end, case when reaction then null else text end,
            case when reaction then jsonb_build_object('kind', 'reaction', 'emoji', '👍', 'target', ${WHATSAPP_ID('k + 1')})
                 else jsonb_build_object('kind', 'text', 'text', text) end,
            case when reaction or inward then 'received' else 'read' end, ${WHATSAPP_ID('k')},
            case when pg_temp.chance(${KEY}, 26) < 0.05 and k + 2 < d.messages then ${WHATSAPP_ID('k + 2')} end,
            case when reaction or inward then null else 'Agent' end, case when reaction or inward then null else 'person' end, at, at,
            case when reaction or inward then null else at end
       from (select d.*, ${TEXT} as text, ${inward(KEY)} as inward, ${IS_REACTION} as reaction
               from (select d.n, d.id, d.contact_id, d.channels, d.channel, d.language, d.waits, d.messages, k, last_at - make_interval(secs => gap * k) as at
                       from desk d cross join lateral generate_series(0, d.messages - 1) k order by at, d.n, k desc offset 0) d) d`,
  ],
];

/** The words of the days that may be searched. */
const WORDS = `insert into message_search (position, message_id, conversation_id, at, words)
  select m.position, m.id, m.conversation_id, m.at,
         array_to_tsvector(string_to_array(o.words || ' ' || b.words || replace(split_part(m.text, e'\\n', 3), '#', ' '), ' '))
    from message m join desk_phrase o on o.text = split_part(m.text, e'\\n', 1) join desk_phrase b on b.text = split_part(m.text, e'\\n', 2)
   where m.text is not null and m.at >= now() - make_interval(days => $1) order by m.position`;

const TABLES = [
  'contact_point',
  'contact_point_alias',
  'consent_state',
  'crm_record',
  'record_phone',
  'conversation',
  'assignment',
  'discussion',
  'dismissal',
  'trace',
  'message',
  'message_search',
];

/** Fills a migrated, empty database; `say` hears of every step. */
export async function writeDesk(
  client: pg.Client,
  size: DeskSize,
  days: number,
  say: (line: string) => void,
): Promise<void> {
  const step = async (what: string, work: () => Promise<number | null>): Promise<void> => {
    const started = performance.now();
    const count = await work();
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    say(`${what}${count === null ? '' : `: ${count.toLocaleString('en')}`} (${seconds} s)`);
  };
  // Foreign keys of ten million rows are right by the way the rows are made.
  for (const statement of [
    `set session_replication_role = replica`,
    `set synchronous_commit = off`,
    `set work_mem = '1GB'`,
    `set maintenance_work_mem = '1GB'`,
    `set max_parallel_workers_per_gather = 0`,
    `set jit = off`,
    CHANCE,
    ...ORGANISATION,
    recordTypes(),
  ])
    await client.query(statement);
  const { languages, names, openers, bodies, phrases } = seedWords();
  await temporary(
    client,
    'desk_language',
    'place int, code text, prefix text, gap text, below float8, first int, last int',
    languages,
  );
  await temporary(client, 'desk_name', 'language int, part text, place int, name text, form text', names);
  await temporary(
    client,
    'desk_phrase',
    'text text, words text',
    phrases.map(({ text, words }) => ({ text, words: words.join(' ') })),
  );
  const indexes = await takeIndexes(client, TABLES);
  await step('planned', async () => {
    await client.query(plan(size));
    await client.query('analyze desk');
    return null;
  });
  for (const [what, statement] of ROWS)
    await step(what, async () => {
      const values = statement.includes('$2') ? [openers, bodies] : [];
      return (await client.query(statement, values)).rowCount;
    });
  await step('words of messages', async () => (await client.query(WORDS, [days])).rowCount);
  for (const { name, definition } of indexes)
    await step(`index ${name}`, async () => {
      await client.query(definition);
      return null;
    });
  for (const table of TABLES)
    await step(`vacuum and analyze ${table}`, async () => {
      await client.query(`vacuum (analyze) ${table}`);
      return null;
    });
}

async function temporary(
  client: pg.Client,
  table: string,
  columns: string,
  rows: readonly object[],
): Promise<void> {
  await client.query(`create temp table ${table} (${columns})`);
  await client.query(`insert into ${table} select * from jsonb_to_recordset($1::jsonb) as r(${columns})`, [
    JSON.stringify(rows),
  ]);
  await client.query(`analyze ${table}`);
}

/** Drops the indexes that no constraint needs, and answers how to make them again: three times as fast as keeping them. */
export async function takeIndexes(
  client: pg.Client,
  tables: readonly string[],
): Promise<{ name: string; definition: string }[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = any($1::regclass[]) and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid) order by 1`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows;
}
