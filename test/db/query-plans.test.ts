import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '../../src/db/access.ts';
import type { Db } from '../../src/db/engine.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { type DeskSample, deskReads } from './desk-reads.ts';
import { explainEach, type Read, readsOf, recording } from './plans.ts';

/**
 * No page of the desk costs more as the desk grows: each is answered from an index in the order of the page, and reads
 * as many rows from a large desk as from a small one. Plans at a million conversations are in bench/plans.
 *
 * Two planner settings show what the indexes can do on few rows, where a scan and a sort would be cheaper.
 */
const CAN = ['enable_seqscan = off', 'enable_sort = off'];
/** An index of words is only read as a bitmap; of few rows the planner takes any other index to read them all. */
const CAN_SEARCH = [...CAN, 'enable_indexscan = off', 'enable_indexonlyscan = off'];
const GROWS_IN_LIFE = new Set([
  'conversation',
  'message',
  'message_search',
  'contact_point',
  'contact_point_alias',
  'record_phone',
  'consent_state',
  'trace',
]);
const LIMIT = 10;
const SMALL = 400;
const TEAM = '00000000-0000-4000-8000-0000000000aa';
const AGENT = '00000000-0000-4000-8000-000000000002';
const VIEWER: Viewer = { id: AGENT, teams: [TEAM] };

/** By which index each is walked. Those that are looked up by a key besides go by a primary key. */
const WALKS: Record<string, string> = {
  'mine: first page': 'conversation_of_owner_by_attention',
  'mine: a page anywhere below': 'conversation_of_owner_by_attention',
  'team: first page': 'conversation_of_desk_by_attention',
  'team: a page anywhere below': 'conversation_of_desk_by_attention',
  'unassigned: first page': 'conversation_of_desk_by_attention',
  'unassigned: a page anywhere below': 'conversation_of_desk_by_attention',
  'waiting-for-consent: first page': 'conversation_awaiting_by_attention',
  'waiting-for-consent: a page anywhere below': 'conversation_awaiting_by_attention',
  'refused: first page': 'conversation_of_state_by_attention',
  'refused: a page anywhere below': 'conversation_of_state_by_attention',
  'on-hold: first page': 'conversation_on_hold_by_attention',
  'on-hold: a page anywhere below': 'conversation_on_hold_by_attention',
  'closed: first page': 'conversation_of_desk_by_attention',
  'closed: a page anywhere below': 'conversation_of_desk_by_attention',
  'every chat, newest first': 'conversation_of_desk_by_recency',
  'filter: unread': 'conversation_unread_by_attention',
  'filter: channel': 'conversation_of_desk_by_attention',
  'filter: record type': 'record_phone_pkey',
  'the numbers beside the views': 'conversation_of_desk_by_attention',
  'search: a name': 'contact_point_search',
  'search: a name of thousands': 'contact_point_search',
  'search: a number': 'contact_point_search',
  'message text: a rare word': 'message_search_words',
  'message text: a frequent word': 'message_search_pkey',
  'open a chat': 'conversation_pkey',
  'thread: the newest page': 'message_of_conversation',
  'thread: a page back': 'message_of_conversation',
  'thread: a page forward': 'message_of_conversation',
  'what colleagues did': 'trace_of_conversation',
};

let context: TestContext;
let small: Record<string, Read[]>;
let large: Record<string, Read[]>;
beforeAll(async () => {
  context = await createTestContext();
  const { db } = context.ctx.database;
  await sql`insert into person (id, name, role) values (${AGENT}::uuid, 'Agent', 'agent')`.execute(db);
  await fill(db, 1, SMALL);
  small = await everyRead();
  await fill(db, SMALL + 1, SMALL * 4);
  large = await everyRead();
}, 120_000);
afterAll(() => context.close());

describe.each(Object.entries(WALKS))('%s', (what, index) => {
  test(`goes by ${index}, reads no table from end to end and sorts no list`, () => {
    const reads = (large[what] ?? []).filter(({ table }) => GROWS_IN_LIFE.has(table));
    expect(reads.map((read) => read.index)).toContain(index);
    expect(reads.filter((read) => read.index === null)).toEqual([]);
    const walked = reads.filter((read) => read.index === index && !SORTED_BY_NATURE.has(index));
    expect(walked.filter((read) => read.sorted)).toEqual([]);
  });
  test('reads no more of a desk four times as large', () => {
    const rows = (reads: Read[] | undefined): number =>
      (reads ?? []).filter(({ table }) => GROWS_IN_LIFE.has(table)).reduce((sum, read) => sum + read.rows, 0);
    expect(rows(small[what])).toBeGreaterThan(0);
    if (!GROWS_UP_TO_A_BOUND.has(what))
      expect(rows(large[what])).toBeLessThanOrEqual(rows(small[what]) * 1.1 + LIMIT);
  });
});

/** What these indexes find comes in no order. */
const SORTED_BY_NATURE = new Set([
  'contact_point_search',
  'message_search_words',
  'record_phone_pkey',
  'conversation_pkey',
]);
/** Up to so many rows that a desk of a test never has: MOST_LISTED, BUDGETS and RECENT_MESSAGES of list-conversations.ts. */
const GROWS_UP_TO_A_BOUND = new Set([
  'unassigned: first page',
  'unassigned: a page anywhere below',
  'the numbers beside the views',
  'filter: channel',
  'filter: record type',
  'search: a name of thousands',
  'message text: a frequent word',
  'message text: a rare word',
]);

test('every read of the desk has its index named here', () => {
  expect(Object.keys(WALKS).sort()).toEqual(Object.keys(large).sort());
});

async function everyRead(): Promise<Record<string, Read[]>> {
  const { database } = context.ctx;
  const { rows } = await sql<{ position: number }>`select position from message
     where conversation_id = ${idOf('v', 1)}::uuid order by position offset ${SMALL / 2} limit 1`.execute(
    database.db,
  );
  const key = 100_000_000_000_000 - NOON;
  const place = { key, id: '00000000-0000-4000-8000-000000000000' };
  const sample: DeskSample = {
    places: {
      mine: place,
      team: place,
      unassigned: place,
      'waiting-for-consent': place,
      refused: place,
      'on-hold': place,
      closed: place,
    },
    name: 'Number7x',
    frequentName: 'Ana',
    number: '2020055433',
    rareWord: 'word7x',
    frequentWord: 'hello',
    channel: context.ctx.channel.id,
    chat: idOf('v', 1),
    position: rows[0]?.position ?? 0,
  };
  const reads: Record<string, Read[]> = {};
  for (const { what, run } of deskReads(sample, LIMIT)) {
    const recorder = recording(database);
    await run({ ...context.ctx, database: recorder.database }, VIEWER);
    const settings = /^(search|message text: a rare)/.test(what) ? CAN_SEARCH : CAN;
    reads[what] = (await explainEach(database.db, recorder.statements, readsOf, settings)).flat();
  }
  return reads;
}

const idOf = (kind: 'c' | 'v', n: number): string =>
  `00000000-0000-4000-8000-00${kind === 'c' ? 'c' : 'a'}${String(n).padStart(9, '0')}`;

/** Conversations of every view, with the numbers from `first` to `last`; the first has a long thread. */
async function fill(db: Db, first: number, last: number): Promise<void> {
  const id = (kind: 'c' | 'v') =>
    sql`('00000000-0000-4000-8000-00' || ${kind === 'c' ? 'c' : 'a'} || lpad(n::text, 9, '0'))::uuid`;
  const at = sql`${new Date(NOON)}::timestamptz - make_interval(mins => n)`;
  // unlike each other, as numbers are
  const digits = sql`lpad((n * 7919 % 10000000)::text, 7, '0')`;
  const numbers = sql`generate_series(${first}::int, ${last}::int) n`;
  await sql`insert into contact_point (id, phone, name, name_form)
    select ${id('c')}, '+1202' || ${digits}, 'Ana Number' || n || 'x', 'ana number' || n || 'x' from ${numbers}`.execute(
    db,
  );
  await sql`insert into contact_point_alias (kind, value, contact_point_id) select 'phone', '1202' || ${digits}, ${id('c')} from ${numbers}`.execute(
    db,
  );
  await sql`insert into record_phone (record_type, record_id, match_key, e164, messaging, name, name_form)
    select case when n % 2 = 0 then 'lead' else 'contact' end, n::text, '1202' || ${digits}, '+1202' || ${digits}, true, 'Ana', 'ana' from ${numbers}`.execute(
    db,
  );
  await sql`insert into conversation (id, contact_point_id, channel_id, created_at, team_id, owner_id, status, last_message_at, last_direction, waiting_since,
      unread, service_state, on_hold, awaits_consent)
    select ${id('v')}, ${id('c')}, ${context.ctx.channel.id}, ${at}, ${TEAM}::uuid, case when n % 3 = 0 then ${AGENT}::uuid end,
           case when n % 3 = 1 then 'closed' else 'open' end, ${at}, case when n % 2 = 0 then 'out' else 'in' end,
           case when n % 6 = 0 then ${at} end, n % 2, case when n % 4 = 0 then 'denied' else 'granted' end, n % 5 = 0, n % 7 = 0 from ${numbers}`.execute(
    db,
  );
  await sql`insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, whatsapp_id, at)
    select gen_random_uuid(), ${id('v')}, ${id('c')}, ${context.ctx.channel.id}, case when k = 1 then 'in' else 'out' end, 'text',
           'hello word' || n || 'x', '{}', 'received', 'wamid.' || n || '.' || k, ${at} from ${numbers}, generate_series(1, case when n = ${first}::int then 0 else 2 end) k`.execute(
    db,
  );
  // the thread of the first grows too
  await sql`insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, whatsapp_id, at)
    select gen_random_uuid(), ${idOf('v', 1)}::uuid, ${idOf('c', 1)}::uuid, ${context.ctx.channel.id}, 'in', case when n % 9 = 0 then 'reaction' else 'text' end,
           'hello', case when n % 9 = 0 then jsonb_build_object('emoji', '👍', 'target', 'wamid.long.' || (n - 1)) else '{}' end,
           'received', 'wamid.long.' || n, ${at} from ${numbers}`.execute(db);
  await sql`insert into message_search (position, message_id, conversation_id, at, words)
    select position, id, conversation_id, ${new Date(NOON)}::timestamptz, array_to_tsvector(string_to_array(text, ' ')) from message on conflict do nothing`.execute(
    db,
  );
  await sql`insert into trace (id, conversation_id, at, kind) select gen_random_uuid(), ${id('v')}, ${at}, 'accepted' from ${numbers}, generate_series(1, 3)`.execute(
    db,
  );
  await sql`analyze`.execute(db);
}
