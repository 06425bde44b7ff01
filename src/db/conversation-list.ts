import { type RawBuilder, sql } from 'kysely';
import { type Conditions, type Path, pathOf, type Sort } from '../core/conversation-list.ts';
import { personallyOf, type Viewer, visibleTo } from './access.ts';
import type { Tx } from './engine.ts';
import { isUuid, texts, uuids } from './rows.ts';

/**
 * Pages of the list, as ids with their sort key. A page walks an index in the order of the list, per team of the viewer
 * and place of the desk, and merges these few streams: so it reads as many entries as it shows, whether there are a
 * thousand conversations or a million. Filters that no index holds are applied on the way, to at most `reach` entries of
 * each stream; a page that ends there is shorter than asked for, and says where to go on.
 */
export interface ListKey {
  key: number;
  id: string;
}

export interface ListQuery {
  conditions: Conditions;
  viewer: Viewer;
  sort: Sort;
  /** One more condition on the row `v`: a search that finds too much to be listed by itself. */
  also: RawBuilder<unknown> | null;
}

export interface ListPage {
  rows: ListKey[];
  /** Up to where everything was seen, where that is not all: the next page goes on there. */
  seenTo: ListKey | null;
}

type Sql = RawBuilder<unknown>;
const and = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql`true` : sql.join(parts, sql` and `));

const keyOf = (sort: Sort): Sql => sql.ref(sort === 'attention' ? 'v.attention' : 'v.recency');

const beyond = (sort: Sort, after: ListKey | null): Sql =>
  after === null
    ? sql`${keyOf(sort)} is not null`
    : sql`(${keyOf(sort)}, v.id) > (${after.key}::bigint, ${after.id}::uuid)`;

/** What a row `v` of the list must be; the access rule is part of it. */
export function conditionsSql({ conditions, viewer, also }: Omit<ListQuery, 'sort'>): Sql {
  const { desks, state, owner, personallyOf: person, notDismissedBy, team, channel, recordType } = conditions;
  const parts: Sql[] = [visibleTo(viewer), sql`v.desk = any(${texts(desks)})`];
  if (state !== null) parts.push(sql`v.service_state = ${state}`);
  if (conditions.onHold) parts.push(sql`v.on_hold`);
  if (conditions.awaitsConsent) parts.push(sql`v.awaits_consent`);
  if (conditions.notOnHold) parts.push(sql`not v.on_hold`);
  if (conditions.unread) parts.push(sql`v.unread > 0`);
  if (owner !== null) parts.push(sql`v.owner_id = ${owner}::uuid`);
  if (person !== null) parts.push(personallyOf(person));
  if (team !== null) parts.push(sql`v.team_id = ${team}::uuid`);
  if (channel !== null) parts.push(sql`v.channel_id = ${channel}`);
  if (notDismissedBy !== null)
    parts.push(
      sql`not exists (select 1 from dismissal d where d.conversation_id = v.id and d.person_id = ${notDismissedBy}::uuid)`,
    );
  if (recordType !== null)
    parts.push(sql`exists (select 1 from contact_point_alias a join record_phone p on p.match_key = a.value
       where a.contact_point_id = v.contact_point_id and a.kind = 'phone' and p.record_type = ${recordType})`);
  if (also !== null) parts.push(also);
  return and(parts);
}

/** One ordered walk: for each row `t` (a team) of `from`, the entries of `v` that `on` names. */
interface Walk {
  from: Sql;
  on: Sql;
  /** What tells the walk's streams apart. */
  stream: Sql;
  exact: boolean;
}

function walksOf({ conditions, viewer, also }: ListQuery): Walk[] {
  const { desks, team, owner, personallyOf: person } = conditions;
  const path = pathOf(conditions);
  const ofTeam = team === null ? sql`true` : sql`t.id = ${team}::uuid`;
  const ownTeams = viewer.teams === null ? sql`true` : sql`t.id = any(${uuids(viewer.teams)})`;
  const answering = owner ?? person;
  // What somebody answers themselves they see, whatever its team.
  const everyTeam = answering !== null && answering === viewer.id;
  const walks: Walk[] = [
    {
      from: fromOf(path.by, desks, everyTeam ? ofTeam : sql`${ofTeam} and ${ownTeams}`),
      on: onOf(path.by, conditions, answering),
      stream: streamOf(path.by),
      exact: path.exact && also === null,
    },
  ];
  // An agent also sees what they answer outside of their teams.
  if (
    viewer.teams !== null &&
    isUuid(viewer.id) &&
    answering === null &&
    desks.some((desk) => desk !== 'unassigned')
  )
    walks.push({
      from: fromOf('owner', desks, sql`${ofTeam} and not ${ownTeams}`),
      on: onOf('owner', conditions, viewer.id),
      stream: streamOf('owner'),
      exact: false,
    });
  return walks;
}

/** Teams, and where the path has the desk in its index, each place of the desk. */
function fromOf(by: Path, desks: Conditions['desks'], teams: Sql): Sql {
  const places = by === 'owner' ? desks.filter((desk) => desk !== 'unassigned') : desks;
  return by === 'desk' || by === 'owner'
    ? sql`(select t.id, d.desk from team t cross join unnest(${texts(places)}) as d(desk) where ${teams}) t`
    : sql`(select t.id from team t where ${teams}) t`;
}

const streamOf = (by: Path): Sql => (by === 'desk' || by === 'owner' ? sql`t.id, t.desk` : sql`t.id`);

function onOf(by: Path, { state }: Conditions, owner: string | null): Sql {
  switch (by) {
    case 'desk':
      return sql`v.team_id = t.id and v.desk = t.desk`;
    case 'owner':
      return sql`v.owner_id = ${owner}::uuid and v.team_id = t.id and v.desk = t.desk`;
    case 'state':
      return sql`v.team_id = t.id and v.service_state = ${state}`;
    case 'on-hold':
      return sql`v.team_id = t.id and v.on_hold`;
    case 'awaits-consent':
      return sql`v.team_id = t.id and v.awaits_consent`;
    case 'unread':
      return sql`v.team_id = t.id and v.unread > 0`;
  }
}

/** Conversations that concern the viewer by name besides those they answer: offered, or asked into. A handful. */
function namedSql({ conditions, viewer, sort, also }: ListQuery, after: ListKey | null, limit: number): Sql {
  return sql`select v.id, ${keyOf(sort)} as key from (
      select conversation_id from assignment where to_id = ${viewer.id}::uuid and outcome is null
      union select conversation_id from discussion where person_id = ${viewer.id}::uuid and ended_at is null) n
    join conversation v on v.id = n.conversation_id
   where ${conditionsSql({ conditions, viewer, also })} and ${beyond(sort, after)}
   order by key, v.id limit ${limit}`;
}

/**
 * One page after a key. `budget` is how many entries, in the order of the list, are looked at where a filter has to look.
 * The last of them is a horizon beyond which this page knows nothing; so is the last entry of a stream that was longer.
 */
export async function listPage(
  tx: Tx,
  query: ListQuery,
  after: ListKey | null,
  limit: number,
  budget: number,
): Promise<ListPage> {
  const { conditions, viewer, sort } = query;
  const walks = walksOf(query);
  const looking = walks.filter(({ exact }) => !exact);
  const key = keyOf(sort);
  const entries = ({ from, on }: Walk, most: number): Sql => sql`${from} cross join lateral (
    select v.id, ${key} as key from conversation v where ${on} and ${beyond(sort, after)} order by ${key}, v.id limit ${most}) w`;
  const streams = walks
    .filter(({ exact }) => exact)
    .map((walk) => sql`select w.id, w.key from ${entries(walk, limit)}`);
  if ((viewer.teams !== null || conditions.personallyOf !== null) && isUuid(viewer.id))
    streams.push(sql`(${namedSql(query, after, limit)})`);
  const reach = Math.max(limit, budget);
  const most = looking.length === 0 ? 0 : await longestOf(tx, query, reach, limit);
  const passed = sql`(select id, key from seen order by key, id limit ${reach})`;
  if (looking.length > 0)
    // In order, so that it ends with the page; "offset 0" keeps the planner from joining by a scan of every conversation.
    streams.push(sql`(select p.id, p.key from ${passed} p cross join lateral (
        select v.id from conversation v where v.id = p.id and ${conditionsSql(query)} offset 0) v
      order by p.key, p.id limit ${limit})`);
  const seen = sql`seen as materialized (${sql.join(
    looking.map(
      (
        walk,
      ) => sql`select w.id, w.key, row_number() over (partition by ${walk.stream} order by w.key, w.id) as place
        from ${entries(walk, most)}`,
    ),
    sql` union all `,
  )}),`;
  const horizon = sql`union all (select 'horizon', id, key from (
      select id, key from seen where place = ${most}
      union all (select id, key from ${passed} p order by key, id offset ${reach - 1} limit 1)) h
    order by key, id limit 1)`;
  const { rows } = await sql<ListKey & { kind: 'row' | 'horizon' }>`
    with ${looking.length === 0 ? sql`` : seen} found as (${sql.join(streams, sql` union `)})
    (select 'row' as kind, id, key from found order by key, id limit ${limit})
    ${looking.length === 0 ? sql`` : horizon}`.execute(tx);
  return pageUpTo(rows, limit);
}

function pageUpTo(rows: readonly (ListKey & { kind: 'row' | 'horizon' })[], limit: number): ListPage {
  const horizon = rows.find((row) => row.kind === 'horizon');
  const found = rows
    .filter((row) => row.kind === 'row' && (horizon === undefined || compareKeys(row, horizon) <= 0))
    .map(({ id, key }) => ({ id, key }))
    .sort(compareKeys);
  return {
    rows: found,
    seenTo: horizon === undefined || found.length >= limit ? null : { id: horizon.id, key: horizon.key },
  };
}

/** Streams hold unequal shares of what comes first: each may give so many times its part. */
const SLACK = 4;

/** How many entries one stream gives; there are as many streams as teams that are looked through times places of the desk. */
async function longestOf(
  tx: Tx,
  { conditions, viewer }: ListQuery,
  reach: number,
  limit: number,
): Promise<number> {
  const teams = conditions.team !== null ? 1 : (viewer.teams?.length ?? (await countTeams(tx)));
  const part = reach / (Math.max(1, teams) * conditions.desks.length);
  return Math.min(reach, Math.max(limit, Math.floor(part * SLACK)));
}

async function countTeams(tx: Tx): Promise<number> {
  const { rows } = await sql<{ teams: number }>`select count(*) as teams from team`.execute(tx);
  return rows[0]?.teams ?? 1;
}

/** The order of the list; ids compare as their letters do. */
export const compareKeys = (a: ListKey, b: ListKey): number =>
  a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The same for the conversations of some contact points: all of them are looked at. */
export async function listPageOf(
  tx: Tx,
  query: ListQuery,
  contactPointIds: readonly string[],
  after: ListKey | null,
  limit: number,
): Promise<ListPage> {
  if (contactPointIds.length === 0) return { rows: [], seenTo: null };
  const { rows } = await sql<ListKey>`
    select v.id, ${keyOf(query.sort)} as key from conversation v
     where v.contact_point_id = any(${uuids(contactPointIds)}) and ${conditionsSql(query)} and ${beyond(query.sort, after)}
     order by key, v.id limit ${limit}`.execute(tx);
  return { rows, seenTo: null };
}

/**
 * The same for the contact points that a query finds, where they are no more than `most`; null where they are. One
 * statement: five thousand ids would cost more on their way here and back than in the database.
 */
export async function listPageAmong(
  tx: Tx,
  query: ListQuery,
  contactPoints: RawBuilder<unknown>,
  most: number,
  after: ListKey | null,
  limit: number,
): Promise<ListPage | null> {
  const key = keyOf(query.sort);
  const { rows } = await sql<ListKey & { many: boolean }>`
    with found as materialized (select id from (${contactPoints}) c),
         counted as materialized (select count(*) > ${most} as many from found)
    (select false as many, v.id, ${key} as key from found f join conversation v on v.contact_point_id = f.id
      where not (select many from counted) and ${conditionsSql(query)} and ${beyond(query.sort, after)}
      order by 3, 2 limit ${limit})
    union all select true, null, null from counted where many`.execute(tx);
  if (rows.some(({ many }) => many)) return null;
  return { rows: rows.map(({ id, key: at }) => ({ id, key: at })).sort(compareKeys), seenTo: null };
}
