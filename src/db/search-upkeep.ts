import { sql } from 'kysely';
import { searchForm, searchWords } from '../core/search-text.ts';
import type { Tx } from './engine.ts';
import { time } from './rows.ts';

/** What the search reads of rows that an older version wrote: filled in rounds, each a bounded number of rows. */

/** Gives names their form; answers how many rows had none, at most `limit` of customers and of records each. */
export async function formNames(tx: Tx, limit: number): Promise<number> {
  const { rows: contacts } = await sql<{ id: string; name: string }>`
    select id, name from contact_point where name_form is null and name is not null order by id limit ${limit}
      for update skip locked`.execute(tx);
  await sql`update contact_point c set name_form = f.form
      from jsonb_to_recordset(${JSON.stringify(contacts.map(({ id, name }) => ({ id, form: searchForm(name) })))}::jsonb)
        as f(id uuid, form text) where c.id = f.id`.execute(tx);
  const { rows: names } = await sql<{ name: string; rows: number }>`
    select name, count(*)::integer as rows
      from (select name from record_phone where name_form is null order by match_key limit ${limit}) p group by name`.execute(
    tx,
  );
  await sql`update record_phone p set name_form = f.form
      from jsonb_to_recordset(${JSON.stringify(names.map(({ name }) => ({ name, form: searchForm(name) })))}::jsonb)
        as f(name text, form text) where p.name = f.name and p.name_form is null`.execute(tx);
  return contacts.length + names.reduce((sum, one) => sum + one.rows, 0);
}

/**
 * Keeps the words of the messages just below the oldest that are kept, back to `since`; answers how many messages it
 * looked at, 0 where none is left. One without words, or of a campaign (db/messages.ts), gets an empty row, so that the next
 * round begins below it.
 */
export async function indexOlderWords(tx: Tx, since: number, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string; text: string | null }>`
    select id, text from (
      select id, case when path is distinct from 'campaign' then text end as text, at from message
       where position < coalesce((select min(position) from message_search), 9223372036854775807)
       order by position desc limit ${limit}) m
     where at >= ${time(since)}`.execute(tx);
  const words = rows.map(({ id, text }) => ({ id, words: text === null ? [] : searchWords(text) }));
  await sql`insert into message_search (position, message_id, conversation_id, at, words)
    select m.position, m.id, m.conversation_id, m.at, array_to_tsvector(r.words)
      from jsonb_to_recordset(${JSON.stringify(words)}::jsonb) as r(id uuid, words text[]) join message m on m.id = r.id
    on conflict do nothing`.execute(tx);
  return rows.length;
}
