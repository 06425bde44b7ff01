import { sql } from 'kysely';
import { statesOf } from '../../src/db/consent.ts';
import type { Database } from '../../src/db/engine.ts';
import { factsOf } from '../../src/db/ledger.ts';
import { decide } from './decisions.ts';
import type { Customer } from './real-world.ts';
import type { State } from './state.ts';

/** What the database holds against what the model says; null where they agree. */
export async function differences(
  database: Database,
  customer: Customer,
  state: State,
): Promise<string | null> {
  const id = customer.contactPointId;
  const { rows: messages } = await sql<{ status: string }>`
    select status from message where contact_point_id = ${id}::uuid and direction = 'out' order by position`.execute(
    database.db,
  );
  const ledger = ((await factsOf(database.db, [id])).get(id) ?? [])
    .sort((a, b) => a.seq - b.seq)
    .flatMap((fact) => {
      if (fact.act === 'button') return [fact.meaning];
      return ['requested', 'stop-word', 'start-word'].includes(fact.act) ? [fact.act] : [];
    });
  const { rows: inbox } = await sql<{ key: string; status: string }>`
    select event_key as key, status from inbox where contact_point_id = ${id}::uuid and kind = 'message' and event_key not like '%hello%'`.execute(
    database.db,
  );
  const { rows: records } = await sql<{ field: boolean | null }>`
    select (data ->> 'assent_allowwhatsapp')::boolean as field from crm_record where id = ${customer.recordId}::uuid`.execute(
    database.db,
  );
  const consent = (await statesOf(database.db, [id])).find((one) => one.purpose === 'service');
  const { stance } = decide(state);
  const field = stance === 'undecided' ? null : stance === 'granted';
  const checks: [string, unknown, unknown][] = [
    ['messages', messages.map((one) => one.status), state.messages.map((one) => one.status)],
    ['ledger', ledger, state.ledger.map((line) => lineOf(state, line))],
    [
      'state',
      consent?.state === 'granted' || consent?.state === 'denied' ? consent.state : 'undecided',
      stance,
    ],
    ['field', records[0]?.field ?? null, field],
    [
      'inbox',
      inbox.map((one) => one.status).sort(),
      state.acts.flatMap(({ stored }) => (stored === 'no' ? [] : [stored])).sort(),
    ],
  ];
  for (const [what, found, expected] of checks)
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return `${what}: the database has ${JSON.stringify(found)}, the model ${JSON.stringify(expected)}`;
  return null;
}

function lineOf(state: State, line: State['ledger'][number]): string {
  if (line.what === 'requested') return 'requested';
  const kind = state.acts[line.index]?.kind ?? '';
  return kind === 'yes' || kind === 'no' ? kind : `${kind}-word`;
}
