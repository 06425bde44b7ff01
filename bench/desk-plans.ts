import { mkdirSync, writeFileSync } from 'node:fs';
import { sql } from 'kysely';
import { pino } from 'pino';
import { VIEWS } from '../src/core/conversation-list.ts';
import type { Viewer } from '../src/db/access.ts';
import type { ListKey } from '../src/db/conversation-list.ts';
import { type Db, openPostgres } from '../src/db/engine.ts';
import { createContext } from '../src/start.ts';
import { type DeskSample, deskReads } from '../test/db/desk-reads.ts';
import { explainEach, isPlanless, planText, recording, type Statement } from '../test/db/plans.ts';
import { DESK } from './desk-rows.ts';
import { DESK_DATABASE, deskSize, deskUrl } from './desk-seed.ts';
import { deskConfig } from './desk-server.ts';

/**
 * `npm run bench:plans`: writes the plan of every statement by which an agent's pages read the seeded desk, as it was
 * carried out, to bench/plans. test/db/query-plans.test.ts holds the same reads to their indexes on a small database.
 */
const size = await deskSize(DESK_DATABASE);
if (size === null) {
  console.error(`There is no seeded desk “${DESK_DATABASE}”: npm run seed:desk makes one.`);
  process.exit(1);
}
const database = await openPostgres(deskUrl(DESK_DATABASE), { poolSize: 2 });
const ctx = await createContext(deskConfig(deskUrl(DESK_DATABASE), 0), database, pino({ level: 'silent' }));
const { rows: teams } = await sql<{ id: string }>`select team_id::text as id from team_member
  where person_id = ${DESK.agent}::uuid`.execute(database.db);
const viewer: Viewer = { id: DESK.agent, teams: teams.map(({ id }) => id) };
const folder = new URL('plans/', import.meta.url);
mkdirSync(folder, { recursive: true });
const only = process.argv[2] ?? '';
for (const { what, run } of deskReads(await sampleOf(database.db))) {
  if (!what.includes(only)) continue;
  const recorder = recording(database);
  await run({ ...ctx, database: recorder.database }, viewer);
  // The first time fills the caches.
  await explainEach(database.db, recorder.statements, planText);
  const statements = recorder.statements.filter((statement) => !isPlanless(statement));
  const plans = await explainEach(database.db, recorder.statements, planText);
  const parts = statements.map((statement, index) => partOf(statement, plans[index] ?? []));
  const name = `${what.replaceAll(/[^a-z]+/g, '-')}.txt`;
  const head = `${what}\n${size.conversations.toLocaleString('en')} conversations, ${size.messages.toLocaleString('en')} messages, an agent of ${teams.length} of ${DESK.teams} teams\n`;
  writeFileSync(new URL(name, folder), `${head}\n${parts.join('\n\n')}\n`);
  console.log(`bench/plans/${name}: ${statements.length}`);
}
await database.close();

function partOf(statement: Statement, plan: readonly string[]): string {
  const text = statement.sql.replaceAll(/\s+/g, ' ').trim();
  return `${text}\n\n${plan.map((line) => `    ${withoutIds(line)}`).join('\n')}`;
}

/** Lists of ids say nothing here but how long they are. */
function withoutIds(line: string): string {
  return line.replaceAll(/\{([0-9a-f-]{36},)+[0-9a-f-]{36}\}/g, (ids) => `{… ${ids.split(',').length} ids}`);
}

async function sampleOf(db: Db): Promise<DeskSample> {
  const { rows: places } = await sql<{ desk: string; key: number; id: string }>`
    select distinct on (desk) desk, attention as key, id from conversation
     where desk is not null and team_id = any(${viewer.teams}::uuid[]) order by desk, hashtext(id::text)`.execute(
    db,
  );
  const closed = places.find(({ desk }) => desk === 'closed');
  const open = places.find(({ desk }) => desk === 'owned');
  const placeOf = (one: { key: number; id: string } | undefined): ListKey => {
    if (one === undefined) throw new Error('the desk has no such conversation');
    return { key: one.key, id: one.id };
  };
  const { rows } = await sql<{ name: string; phone: string; chat: string; position: number; text: string }>`
    select c.name, c.phone, v.id as chat, m.position, m.text from conversation v join contact_point c on c.id = v.contact_point_id
      join message m on m.conversation_id = v.id where v.id = (
        select conversation_id from message group by 1 order by count(*) desc, 1 limit 1)
       and m.text like '%#%' and c.name is not null and m.at > now() - interval '20 days' order by hashtext(m.id::text) limit 1`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('the desk has no long thread');
  return {
    places: Object.fromEntries(
      VIEWS.map((view) => [view, placeOf(['mine', 'team', 'unassigned'].includes(view) ? open : closed)]),
    ),
    name: row.name,
    frequentName: 'Ana',
    number: row.phone.slice(-7),
    rareWord: row.text.split('#').at(-1) ?? '',
    frequentWord: 'delivery',
    channel: DESK.channels[2],
    chat: row.chat,
    position: row.position,
  };
}
