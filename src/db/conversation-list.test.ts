import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestContext, NOON, type TestContext } from '../../test/context.ts';
import { conditionsOf, type ListFilter, type Sort, type View } from '../core/conversation-list.ts';
import type { Viewer } from './access.ts';
import { type ListKey, type ListPage, listPage, listPageOf } from './conversation-list.ts';
import { iso } from './rows.ts';

/**
 * Whatever is asked, by whom, in whatever order and with however small a budget: the pages together are what reading
 * every conversation and sorting them says.
 */
let context: TestContext;
beforeAll(async () => {
  context = await createTestContext();
  const { db } = context.ctx.database;
  await sql`insert into team (id, name) select id::uuid, id from unnest(${TEAMS}::text[]) as t(id)`.execute(
    db,
  );
  await sql`insert into person (id, name, role) select id::uuid, id, 'agent' from unnest(${PEOPLE}::text[]) as p(id)`.execute(
    db,
  );
});
afterAll(() => context.close());
beforeEach(async () => {
  const { db } = context.ctx.database;
  for (const table of [
    'assignment',
    'discussion',
    'dismissal',
    'conversation',
    'contact_point_alias',
    'contact_point',
    'record_phone',
  ])
    await sql`delete from ${sql.table(table)}`.execute(db);
});

const TEAMS = [randomUUID(), randomUUID()];
const PEOPLE = [randomUUID(), randomUUID()];
const STATES = ['not-asked', 'requested', 'granted', 'denied'];
const VIEWS: View[] = ['mine', 'team', 'unassigned', 'waiting-for-consent', 'refused', 'on-hold', 'closed'];

const Row = fc.record({
  id: fc.uuid({ version: 4 }),
  team: fc.constantFrom(...TEAMS),
  owner: fc.option(fc.constantFrom(...PEOPLE)),
  closed: fc.boolean(),
  // few different times, so that keys collide
  lastAt: fc.integer({ min: 0, max: 5 }),
  waitsSince: fc.option(fc.integer({ min: 0, max: 5 })),
  unread: fc.integer({ min: 0, max: 2 }),
  state: fc.constantFrom(...STATES),
  onHold: fc.boolean(),
  awaits: fc.boolean(),
  offeredTo: fc.option(fc.constantFrom(...PEOPLE), { freq: 4 }),
  discussedWith: fc.option(fc.constantFrom(...PEOPLE), { freq: 4 }),
  dismissedBy: fc.option(fc.constantFrom(...PEOPLE), { freq: 4 }),
  recordType: fc.constantFrom('contact', 'lead', null),
});
type Row = typeof Row extends fc.Arbitrary<infer T> ? T : never;

const Filter: fc.Arbitrary<ListFilter> = fc.record({
  view: fc.option(fc.constantFrom(...VIEWS)),
  owner: fc.option(fc.constantFrom(...PEOPLE, 'nobody'), { freq: 2 }),
  team: fc.option(fc.constantFrom(...TEAMS), { freq: 2 }),
  channel: fc.constant(null),
  recordType: fc.option(fc.constantFrom('contact', 'lead'), { freq: 2 }),
  consent: fc.option(fc.constantFrom(...STATES, 'on-hold'), { freq: 2 }),
  unread: fc.boolean(),
});
const Looking: fc.Arbitrary<Viewer> = fc.record({
  id: fc.constantFrom(...PEOPLE),
  teams: fc.option(fc.subarray(TEAMS)),
});

async function store(rows: readonly Row[]): Promise<void> {
  const { db } = context.ctx.database;
  const data = rows.map((row, index) => ({
    ...row,
    // its own id serves as its customer's
    point: row.id,
    number: String(1_000 + index),
    status: row.closed ? 'closed' : 'open',
    lastAt: iso(NOON + row.lastAt * 1_000),
    waitsSince: row.waitsSince === null ? null : iso(NOON + row.waitsSince * 1_000),
  }));
  const from = sql`jsonb_to_recordset(${JSON.stringify(data)}::jsonb) as r(id uuid, point uuid, number text, team uuid, owner uuid,
    status text, "lastAt" timestamptz, "waitsSince" timestamptz, unread integer, state text, "onHold" boolean, awaits boolean,
    "offeredTo" uuid, "discussedWith" uuid, "dismissedBy" uuid, "recordType" text)`;
  await sql`insert into contact_point (id) select point from ${from}`.execute(db);
  await sql`insert into contact_point_alias (kind, value, contact_point_id) select 'phone', number, point from ${from}`.execute(
    db,
  );
  await sql`insert into record_phone (record_type, record_id, match_key, e164, messaging, name)
    select "recordType", number, number, '+' || number, true, 'Ana' from ${from} where "recordType" is not null`.execute(
    db,
  );
  await sql`insert into conversation (id, contact_point_id, channel_id, created_at, team_id, owner_id, status, last_message_at, waiting_since,
      unread, service_state, on_hold, awaits_consent)
    select id, point, ${context.ctx.channel.id}, "lastAt", team, owner, status, "lastAt", "waitsSince", unread, state, "onHold", awaits
      from ${from}`.execute(db);
  await sql`insert into assignment (id, conversation_id, to_id, created_at) select gen_random_uuid(), id, "offeredTo", "lastAt" from ${from}
     where "offeredTo" is not null`.execute(db);
  await sql`insert into discussion (conversation_id, person_id, started_at) select id, "discussedWith", "lastAt" from ${from}
     where "discussedWith" is not null`.execute(db);
  await sql`insert into dismissal (conversation_id, person_id, at) select id, "dismissedBy", "lastAt" from ${from}
     where "dismissedBy" is not null`.execute(db);
}

/** A grant or refusal stays one below a hold; a question is listed under on hold alone. */
function inState(row: Row, consent: string): boolean {
  if (consent === 'on-hold') return row.onHold;
  return row.state === consent && !(consent === 'requested' && row.onHold);
}

/** The rule in words: docs/desk.md. */
function shown(row: Row, filter: ListFilter, viewer: Viewer): boolean {
  const personal = [row.owner, row.offeredTo, row.discussedWith].some((id) => id === viewer.id);
  const checks: Record<View, boolean> = {
    mine: personal && !row.closed,
    team: !row.closed,
    unassigned: row.owner === null && !row.closed && row.dismissedBy !== viewer.id,
    'waiting-for-consent': row.awaits && !row.onHold,
    refused: row.state === 'denied',
    'on-hold': row.onHold,
    closed: row.closed,
  };
  return (
    (viewer.teams === null || viewer.teams.includes(row.team) || personal) &&
    (filter.view === null || checks[filter.view]) &&
    (filter.owner === null ||
      (filter.owner === 'nobody' ? row.owner === null && !row.closed : row.owner === filter.owner)) &&
    (filter.team === null || row.team === filter.team) &&
    (filter.recordType === null || row.recordType === filter.recordType) &&
    (filter.consent === null || inState(row, filter.consent)) &&
    (!filter.unread || row.unread > 0)
  );
}

function inOrder(rows: readonly Row[], sort: Sort): string[] {
  const waits = (row: Row): boolean => sort === 'attention' && row.waitsSince !== null && !row.closed;
  return [...rows]
    .sort((a, b) => {
      if (waits(a) !== waits(b)) return waits(a) ? -1 : 1;
      const by = waits(a) ? (a.waitsSince ?? 0) - (b.waitsSince ?? 0) : b.lastAt - a.lastAt;
      return by || (a.id < b.id ? -1 : 1);
    })
    .map((row) => row.id);
}

async function allPages(
  filter: ListFilter,
  viewer: Viewer,
  sort: Sort,
  limit: number,
  budget: number,
  of: string[] | null,
): Promise<string[]> {
  const { db } = context.ctx.database;
  const conditions = conditionsOf(filter, viewer.id);
  if (conditions === null) return [];
  const ids: string[] = [];
  let after: ListKey | null = null;
  for (;;) {
    const query = { conditions, viewer, sort, also: null };
    const page: ListPage =
      of === null
        ? await listPage(db, query, after, limit, budget)
        : await listPageOf(db, query, of, after, limit);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    ids.push(...page.rows.map((row) => row.id));
    after = page.rows.length === limit ? (page.rows.at(-1) ?? null) : page.seenTo;
    if (after === null) return ids;
  }
}

test('the pages together are the list', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(Row, { selector: (row) => row.id, minLength: 1, maxLength: 30 }),
      fc.array(
        fc.record({
          filter: Filter,
          viewer: Looking,
          sort: fc.constantFrom<Sort>('attention', 'recent'),
          limit: fc.integer({ min: 1, max: 8 }),
          budget: fc.integer({ min: 1, max: 60 }),
        }),
        { minLength: 12, maxLength: 12 },
      ),
      async (rows, questions) => {
        for (const table of [
          'assignment',
          'discussion',
          'dismissal',
          'conversation',
          'contact_point_alias',
          'contact_point',
          'record_phone',
        ])
          await sql`delete from ${sql.table(table)}`.execute(context.ctx.database.db);
        await store(rows);
        for (const { filter, viewer, sort, limit, budget } of questions) {
          const expected = inOrder(
            rows.filter((row) => shown(row, filter, viewer)),
            sort,
          );
          expect(await allPages(filter, viewer, sort, limit, budget, null)).toEqual(expected);
          const some = rows.slice(0, 10).map((row) => row.id);
          expect(await allPages(filter, viewer, sort, limit, budget, some)).toEqual(
            expected.filter((id) => some.includes(id)),
          );
        }
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
